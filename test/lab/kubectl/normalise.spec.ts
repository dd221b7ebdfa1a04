import { describe, expect, it } from 'vitest';
import { normaliseOutput, normaliseText } from './normalise.ts';
import type { Comparison } from './commands.ts';

const names = { nodes: ['lab1'] };
const text = (raw: string): string => normaliseText(raw, names);

describe('the normaliser of kubectl output', () => {
  it.each([
    ['uids', 'uid: 770cfb00-9bff-447f-b8db-2c635452d8ed', 'uid: UID'],
    ['times', 'startedAt: "2026-11-23T07:09:11Z"', 'startedAt: "TIME"'],
    ['times of managed fields and leases', 'time: 2026-11-23T07:09:11.123456Z', 'time: TIME'],
    ['times of descriptions', 'Started:  Mon, 23 Nov 2026 07:09:11 +0000', 'Started:  TIME'],
    ['versions of objects', 'resourceVersion: "1234"', 'resourceVersion: "VERSION"'],
    ['names of pods', 'pod/web-7dfb8468bb-86wp4', 'pod/web-HASH-SUFFIX'],
    ['hashes of templates', 'pod-template-hash=7dfb8468bb', 'pod-template-hash=HASH'],
    ['containers', 'containerd://b4a6119f2c349cd928e56bdf3a6f3e7376cf23d23653f463a36b6f4cb834465d', 'containerd://CONTAINER'],
    ['addresses', 'IP:  10.88.0.10', 'IP:  ADDRESS'],
    ['nodes', 'Successfully assigned shop/web to lab1', 'Successfully assigned shop/web to NODE'],
    ['ages in columns', 'web   1/1   Running   0   2m3s', 'web  1/1  Running  0  AGE'],
    ['ages of restarts', '1 (11s ago)', '1 (AGE ago)'],
  ])('replaces %s', (_, raw, wanted) => {
    expect(text(raw)).toBe(wanted);
  });

  it.each([
    ['periods of probes', 'delay=0s timeout=1s period=1s'],
    ['amounts of cpu', '      cpu:  10m'],
    ['the image of the lab by its tag', 'image: REGISTRY/labapp:1'],
    ['indentation', '    metadata:'],
    ['ordinary words with hyphens', 'rolling-update kube-root-ca.crt'],
  ])('leaves %s as they are', (_, raw) => {
    expect(text(raw)).toBe(raw);
  });

  const output = (stdout: string, compare?: Comparison): string =>
    normaliseOutput({ status: 0, stdout, stderr: '', command: { run: 'get x', ...(compare ? { compare } : {}) } }, { names, served: new Set(['pods']) });

  it('does not see the order of rows where the order is chance', () => {
    expect(output('b 1\na 2\n', 'rows')).toBe(output('a 2\nb 1\n', 'rows'));
    expect(output('b 1\na 2\n')).not.toBe(output('a 2\nb 1\n'));
  });

  it('does not see how often and when an event was counted, but sees its text', () => {
    const events = (age: string, message: string): string => `LAST SEEN   TYPE     REASON   OBJECT    MESSAGE\n${age}   Normal   Pulled   pod/web   ${message}\n`;
    expect(output(events('5s', 'a'), 'events')).toBe(output(events('3s (x2 over 9s)', 'a'), 'events'));
    expect(output(events('5s', 'a'), 'events')).not.toBe(output(events('5s', 'b'), 'events'));
  });

  it('does not see that a busy machine was late with its first look at a ConfigMap, but sees one that is missing', () => {
    const described = (message: string): string => `Name:  web\nEvents:\n  Type     Reason       Age   From     Message\n  ----     ------       ----  ----     -------\n  Normal   Pulled       5s    kubelet  there\n  Warning  FailedMount  5s    kubelet  MountVolume.SetUp failed for volume "kube-api-access-SUFFIX" : ${message}\n`;
    const late = 'failed to sync configmap cache: timed out waiting for the condition';
    expect(output(described(late), 'describe')).not.toContain('FailedMount');
    expect(output(described('configmap "kube-root-ca.crt" not found'), 'describe')).toContain('FailedMount');
  });

  it('compares lists of kinds by what both worlds serve', () => {
    expect(output('pods  po  v1\ngadgets  v1\n', 'served-kinds')).toBe('exit status 0\npods  po  v1');
  });

  it('sees another exit status and another error', () => {
    const failed = (status: number, stderr: string): string => normaliseOutput({ status, stdout: '', stderr, command: { run: 'get x' } }, { names, served: new Set() });
    expect(new Set([failed(0, ''), failed(1, ''), failed(1, 'not found')]).size).toBe(3);
  });
});
