import type { KubeObject, ObjectRef } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { aCase, CONTAINER_PATH, gitChange } from './case.fixture.ts';
import { suspectsOf } from './suspects.ts';

type Parts = Omit<Parameters<typeof aCase>[0], 'class'>;
const CONFIG: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'mail' };
const TARGET: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };
const LABEL = ['spec', 'template', 'metadata', 'labels', 'example.org/zone'];
const theme = gitChange(['env', '[name=THEME]', 'value'], 'light', 'solarized');
/** The place of the likeliest suspect, where no other is as likely. */
const first = (parts: Parts) => {
  const kase = aCase({ class: 'CrashLoopBackOff', ...parts });
  const head = (ref: ObjectRef): KubeObject => ({ apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name: ref.name, namespace: 'shop' } });
  const [one, two] = suspectsOf({ ...kase, versions: kase.versions.map((version) => ({ ...version, objects: [...version.objects, head(CONFIG), head({ ...CONFIG, kind: 'Service', name: 'ledger' })] })) }, 'app');
  return one && one.score > (two?.score ?? -1) ? one.change.path.join('/') : undefined;
};

describe('a change that the log speaks of in other words', () => {
  const reads = (valueFrom: object) => ({ env: [{ name: 'REGION', valueFrom }, { name: 'THEME', value: 'solarized' }] });
  const missing = 'labapp: required environment variable REGION is not set';

  it('is the key that the missing variable comes from', () => {
    const changes = [theme, gitChange(['data', 'smtp.relay'], 'mx', undefined, { object: CONFIG }), gitChange(['data', 'smtp_relay'], undefined, 'mx', { object: CONFIG })];
    expect(first({ template: reads({ configMapKeyRef: { name: 'mail', key: 'smtp.relay', optional: true } }), changes, log: missing })).toBe('data/smtp.relay');
  });

  it('is the label that the missing variable comes from', () => {
    const changes = [theme, gitChange(LABEL, 'eu', undefined, { object: TARGET })];
    expect(first({ template: reads({ fieldRef: { fieldPath: "metadata.labels['example.org/zone']" } }), changes, log: missing })).toBe(LABEL.join('/'));
  });

  it('is no label that no variable is made of', () => {
    expect(first({ changes: [theme, gitChange(LABEL, 'eu', undefined, { object: TARGET })], template: { env: [{ name: 'THEME', value: 'solarized' }] }, log: 'bye' })).toBe([...CONTAINER_PATH, 'env', '[name=THEME]', 'value'].join('/'));
  });

  it('is a value that only got a line break at its end', () => {
    const changes = [theme, gitChange(['env', '[name=DB_HOST]', 'value'], 'pg.data', 'pg.data\n')];
    expect(first({ template: { env: [{ name: 'THEME', value: 'solarized' }, { name: 'DB_HOST', value: 'pg.data\n' }] }, changes, log: 'bye' })).toContain('DB_HOST');
  });

  it('is the other name of the Service that does not resolve', () => {
    const changes = [theme, gitChange(['spec', 'externalName'], 'a.example.org', 'b.example.org', { object: { ...CONFIG, kind: 'Service', name: 'ledger' } })];
    expect(first({ template: { env: [{ name: 'THEME', value: 'solarized' }] }, changes, log: 'dial tcp: lookup ledger: no such host' })).toBe('spec/externalName');
    expect(first({ template: { env: [{ name: 'THEME', value: 'solarized' }] }, changes, log: 'dial tcp: lookup ledger.other: no such host' })).not.toBe('spec/externalName');
  });
});

describe('what a change brings along', () => {
  it('is not asked on its own: servers of names go with the policy that makes them count', () => {
    const pod = { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.0.0.2'] } };
    const inPod = (field: string, after: unknown) => gitChange(['spec', 'template', 'spec', field], undefined, after, { object: TARGET });
    expect(first({ pod, changes: [inPod('dnsPolicy', 'None'), inPod('dnsConfig', pod.dnsConfig)], log: 'bye' })).toBe('spec/template/spec/dnsPolicy');
  });

  it('is the container that the variables slipped to: they go back to the one that lost them', () => {
    const env = [{ name: 'REGION', value: 'eu' }];
    const sidecar = { name: 'shipper', env };
    const changes = [gitChange(['env'], env, undefined), gitChange(['spec', 'template', 'spec', 'containers', '[name=shipper]'], undefined, sidecar, { object: TARGET })];
    expect(first({ containers: [{ name: 'app' }, sidecar], changes, log: 'labapp: required environment variable REGION is not set' })).toBe([...CONTAINER_PATH, 'env'].join('/'));
  });
});

describe('what merely happens to stand in a log', () => {
  const title = gitChange(['env', '[name=TITLE]', 'value'], 'Where is my parcel?', 'Parcels');

  it('is a word of a sentence', () => {
    expect(suspectsOf(aCase({ class: 'CrashLoopBackOff', template: { env: [{ name: 'TITLE', value: 'Parcels' }] }, changes: [title], log: 'variable STATS is ":tcp", want my port' }), 'app')).toMatchObject([{ score: 0 }]);
  });

  it('is a switch', () => {
    const maps = gitChange(['env', '[name=MAPS]', 'value'], 'off', 'on');
    expect(suspectsOf(aCase({ class: 'CrashLoopBackOff', template: { env: [{ name: 'MAPS', value: 'on' }] }, changes: [maps], log: 'listening on :8080' }), 'app')).toMatchObject([{ score: 0 }]);
  });

  it('is how much it writes there', () => {
    const level = gitChange(['env', '[name=LOG_LEVEL]', 'value'], 'info', 'debug');
    const suspects = (log: string) => suspectsOf(aCase({ class: 'CrashLoopBackOff', template: { env: [{ name: 'LOG_LEVEL', value: 'debug' }] }, changes: [level], log }), 'app');
    expect(suspects('boom')).toEqual([]);
    expect(suspects('LOG_LEVEL: unknown level "debug"')).toHaveLength(1);
  });

  it('is the name of the program itself', () => {
    const kase = aCase({ class: 'CrashLoopBackOff', container: 'app', template: { env: [{ name: 'THEME', value: 'solarized' }] }, changes: [theme], log: 'app-server: boom in app' });
    expect(suspectsOf(kase, 'app')).toMatchObject([{ score: 0 }]);
  });
});
