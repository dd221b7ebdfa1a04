import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bundle } from '../../../tools/bundle.ts';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { until } from '../boot/server-process.ts';
import { runCommand } from '../build/go-toolchain.ts';
import { ROOT } from './running-fleet.ts';

const NAMESPACE = 'scan';
const READER = 'scan-reader';
const lab = inject('lab');
const k = (...args: string[]): Promise<string> => kubectlIn(lab, args);

/** What stands for one failing workload in the answer of `scan -o json`. */
interface Failure {
  readonly namespace: string;
  readonly target: string;
  readonly class: string;
  readonly cause: string;
  readonly change: readonly { readonly path: string; readonly from?: string; readonly to?: string }[];
  readonly note?: string;
}

const workload = (name: string, args: readonly string[], { image = '127.0.0.1:5999/labapp:1', memory = '64Mi' } = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: NAMESPACE },
  spec: {
    replicas: 1,
    progressDeadlineSeconds: 600,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'app', image, args, resources: { limits: { memory }, requests: { memory: '16Mi' } } }] },
    },
  },
});
const apply = (...items: readonly object[]): Promise<string> => kubectlIn(lab, ['apply', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

let folder: string;
let file: string;

/** A kubeconfig of a ServiceAccount that may read, and nothing else. */
async function readOnlyKubeconfig(): Promise<string> {
  await k('create', 'serviceaccount', READER, '--namespace', NAMESPACE);
  await k('create', 'clusterrole', READER, '--verb=get,list,watch', '--resource=nodes,replicasets.apps');
  for (const role of ['view', READER]) await k('create', 'clusterrolebinding', `${READER}-${role}`, `--clusterrole=${role}`, `--serviceaccount=${NAMESPACE}:${READER}`);
  const token = (await k('create', 'token', READER, '--namespace', NAMESPACE)).trim();
  const { server, certificates } = lab.kubernetes ?? { server: '', certificates: '' };
  const authority = readFileSync(join(certificates, 'ca.crt')).toString('base64');
  const path = join(folder, 'reader.kubeconfig');
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'r', clusters: [{ name: 'r', cluster: { server, 'certificate-authority-data': authority } }], users: [{ name: 'r', user: { token } }], contexts: [{ name: 'r', context: { cluster: 'r', user: 'r' } }] }));
  return path;
}

let kubeconfig: string;
const scan = async (...args: string[]): Promise<string> => {
  const { status, stdout, stderr } = await runCommand([process.execPath, '--disable-warning=ExperimentalWarning', file, 'scan', ...args], { env: { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: kubeconfig, FLEETMEND_ROOT: ROOT } });
  if (status !== 0) throw new Error(`fleetmend scan ended with ${status}: ${stderr}`);
  return stdout;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scan-'));
  file = join(folder, 'fleetmend.mjs');
  await bundle({ root: ROOT, entry: 'apps/cli/src/main.ts', file: relative(ROOT, file) });
  await k('create', 'namespace', NAMESPACE);
  kubeconfig = await readOnlyKubeconfig();
  await apply(workload('calm', []), workload('killed', ['--hold-memory=100Mi']), workload('typo', []), workload('crashing', ['--log=cannot open the door', '--exit-after=1s', '--exit=3']));
  await until('the image that will be lost has run', 60, async () => (await k('rollout', 'status', 'deployment/typo', '--namespace', NAMESPACE, '--timeout=1s').catch(() => '')) !== '');
  await apply(workload('typo', [], { image: '127.0.0.1:5999/labapp:1.typo' }));
  const states = () => k('get', 'pods', '--namespace', NAMESPACE, '--output', 'jsonpath={range .items[*].status.containerStatuses[*]}{.state.waiting.reason}{.restartCount}{" "}{end}');
  await until('all three fail for the kubelet', 90, async () => {
    const text = await states();
    return text.includes('ImagePull') && (text.match(/[2-9] /g) ?? []).length >= 2;
  });
}, 240_000);

afterAll(async () => {
  await k('delete', 'clusterrolebinding', `${READER}-view`, `${READER}-${READER}`, '--ignore-not-found');
  await k('delete', 'clusterrole', READER, '--ignore-not-found');
  await k('delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false');
  rmSync(folder, { recursive: true, force: true });
});

describe('a scan of a real cluster, under rights that only read', () => {
  it('names each failing workload with its cause and what would be changed, and leaves the healthy one out', { timeout: 150_000 }, async () => {
    const found = async () => (JSON.parse(await scan('-o', 'json')) as { failures: Failure[] }).failures.filter(({ namespace }) => namespace === NAMESPACE);
    // A container killed for memory and one in a crash loop alternate between two states: the next look sees the other one.
    const seen = new Map<string, Failure>();
    await until('all three are seen', 100, async () => {
      for (const failure of await found()) seen.set(failure.target, failure);
      return seen.size >= 3;
    });
    const of = (name: string) => seen.get(`Deployment/${name}`);
    expect(of('killed')).toMatchObject({ class: 'OOMKilled' });
    expect(of('killed')?.change).toContainEqual({ path: 'spec.template.spec.containers[name=app].resources.limits.memory', from: '64Mi', to: '128Mi' });
    expect(of('typo')).toMatchObject({ class: 'ImagePullBackOff' });
    expect(of('typo')?.change).toEqual([{ path: 'spec.template.spec.containers[name=app].image', from: '127.0.0.1:5999/labapp:1.typo', to: '127.0.0.1:5999/labapp:1' }]);
    expect(of('crashing')).toMatchObject({ class: 'CrashLoopBackOff', change: [] });
    expect(of('crashing')?.note).not.toBe('');
    expect(of('calm')).toBeUndefined();
  });

  it('prints the same as a table for people', { timeout: 60_000 }, async () => {
    const text = await scan();
    expect(text).toMatch(/NAMESPACE +TARGET +FAILURE +CAUSE +WOULD CHANGE/);
    expect(text).toMatch(/Nothing was written/);
  });
});
