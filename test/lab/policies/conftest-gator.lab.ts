import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { stringify } from 'yaml';
import { runCommand } from '../build/go-toolchain.ts';

const programs = inject('lab').programs;
const conftest = programs.conftest?.paths.conftest ?? '';
const gator = programs.gator?.paths.gator ?? '';
const policies = resolve(import.meta.dirname, '..', '..', '..', 'policies');

type Fields = Readonly<Record<string, unknown>>;
const deployment = (container: Fields = {}, spec: Fields = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'checkout', namespace: 'shop' },
  spec: { replicas: 2, selector: { matchLabels: { app: 'checkout' } }, ...spec, template: { metadata: { labels: { app: 'checkout' } }, spec: { containers: [{ name: 'app', image: 'registry.example.org/checkout:1.4.2', resources: { limits: { memory: '64Mi' } }, ...container }] } } },
});
const secure = (securityContext: Fields) => deployment({ securityContext });

/** One object, and the ids by which it is refused, whoever asks. */
const cases: readonly (readonly [string, object, readonly string[]])[] = [
  ['a plain workload', deployment(), []],
  ['a privileged container', secure({ privileged: true }), ['S01']],
  ['a port of the node', deployment({ ports: [{ containerPort: 80, hostPort: 80 }] }), ['S02']],
  ['a capability of the kernel', secure({ capabilities: { add: ['SYS_ADMIN'] } }), ['S04']],
  ['no seccomp', secure({ seccompProfile: { type: 'Unconfined' } }), ['S06']],
  ['latest', deployment({ image: 'registry:5000/checkout' }), ['I02']],
  ['no memory limit', deployment({ resources: { requests: { cpu: '100m' } } }), ['R01']],
];

let work = '';
beforeAll(() => void (work = mkdtempSync(join(tmpdir(), 'fleetmend-policies-'))));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const write = (path: string, ...objects: readonly object[]): string => {
  const file = join(work, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
  return file;
};
const idsIn = (messages: readonly string[]): readonly string[] => [...new Set(messages.map((message) => message.slice(0, 3)))].sort();

const askConftest = async (...args: readonly string[]) => {
  const result = await runCommand([conftest, 'test', '--output', 'json', '-p', join(policies, 'remediation'), '-p', join(policies, 'conftest'), '-d', `remediation:${join(policies, 'remediation')}`, ...args]);
  const answers = JSON.parse(result.stdout) as readonly { readonly failures?: readonly { readonly msg: string }[]; readonly warnings?: readonly { readonly msg: string }[] }[];
  const of = (list: 'failures' | 'warnings') => idsIn(answers.flatMap((answer) => answer[list] ?? []).map(({ msg }) => msg));
  return { status: result.status, refusedBy: of('failures'), notedBy: of('warnings') };
};

const askGator = async (file: string) => {
  const result = await runCommand([gator, 'test', '--output', 'json', '-f', join(policies, 'gatekeeper'), '-f', file]);
  const answers = JSON.parse(result.stdout === '' ? '[]' : result.stdout) as readonly { readonly msg: string }[] | null;
  return { status: result.status, refusedBy: idsIn((answers ?? []).map(({ msg }) => msg)), stderr: result.stderr };
};

describe('the same rules', () => {
  it.each(cases)('say of %s the same under Conftest and under Gatekeeper', async (name, object, refusedBy) => {
    const file = write(`${name.replaceAll(' ', '-')}.yaml`, object);
    const status = refusedBy.length === 0 ? 0 : 1;
    expect(await askConftest(file)).toEqual({ status, refusedBy, notedBy: [] });
    expect(await askGator(file)).toEqual({ status, refusedBy, stderr: '' });
  });
});

describe('under Conftest', () => {
  it('see a weakening between the rendered base and head, and only note what people do on purpose', async () => {
    const base = write('render/base/all.yaml', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other', namespace: 'shop' } }, secure({ readOnlyRootFilesystem: true }));
    const head = write('render/head/all.yaml', deployment({}, { replicas: 1 }));
    expect(await askConftest(head)).toEqual({ status: 0, refusedBy: [], notedBy: [] });
    expect(await askConftest('--combine', base, head)).toEqual({ status: 1, refusedBy: ['S07'], notedBy: ['C01'] });
    expect(await askConftest('--combine', head)).toEqual({ status: 0, refusedBy: [], notedBy: [] });
  });
});

describe('under Gatekeeper', () => {
  it('see a weakening of the object that is there already', async () => {
    const review = (object: object, oldObject: object) => ({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { uid: 'u', kind: { group: 'apps', version: 'v1', kind: 'Deployment' }, resource: { group: 'apps', version: 'v1', resource: 'deployments' }, name: 'checkout', namespace: 'shop', operation: 'UPDATE', userInfo: { username: 'someone' }, object, oldObject },
    });
    write('suite/weaker.yaml', review(deployment(), secure({ readOnlyRootFilesystem: true })));
    write('suite/same.yaml', review(secure({ readOnlyRootFilesystem: true }), secure({ readOnlyRootFilesystem: true })));
    // The suite names files relative to itself.
    for (const file of ['template.yaml', 'constraint.yaml']) copyFileSync(join(policies, 'gatekeeper', file), join(work, 'suite', file));
    const asks = (name: string, assertions: readonly object[]) => ({ name, object: `${name}.yaml`, assertions });
    const tests = [{ name: 'updates', template: 'template.yaml', constraint: 'constraint.yaml', cases: [asks('weaker', [{ violations: 1, message: 'S07' }]), asks('same', [{ violations: 'no' }])] }];
    const suite = write('suite/suite.yaml', { apiVersion: 'test.gatekeeper.sh/v1alpha1', kind: 'Suite', metadata: { name: 'updates' }, tests });
    const result = await runCommand([gator, 'verify', '-v', suite]);
    expect(result.stdout).toContain('--- PASS: weaker');
    expect(result.stdout).toContain('--- PASS: same');
    expect(result.status).toBe(0);
  });
});
