import { refOf, type Action, type KubeObject } from '@fleetmend/model';
import type { Reasoning } from '@fleetmend/plugin-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Origin } from './known-values.ts';
import { findTaint, withoutTaint } from './taint.ts';

const COMMIT = 'a'.repeat(40);
const pod = ['spec', 'template', 'spec'];
const container = [...pod, 'containers', '[name=app]'];
const target: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'checkout', namespace: 'shop', annotations: { note: 'evil.example.org/miner:1' } },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'app', image: 'shop/app:2', env: [{ name: 'HOST', value: 'db' }], args: ['--health=/healthz'], readinessProbe: { httpGet: { path: '/', port: 80 } } }] } } },
};
const replicaSet = (owner: string, image: string, readyReplicas: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: `${owner}-1`, namespace: 'shop', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: owner }] },
  spec: { template: { spec: { containers: [{ name: 'app', image }] } } },
  status: { readyReplicas, message: 'try evil.example.org/miner:2' },
});
const configMap: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' }, data: { url: 'http://carts:80/', note: 'run me' } };
const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop' }, spec: { selector: { app: 'cart' }, ports: [{ port: 8080, name: 'web' }] } };
const outside: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'away', namespace: 'shop' }, spec: { type: 'ExternalName', externalName: 'evil.example.org' } };
const node: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { disk: 'ssd' } } };
const kase: Origin = {
  target,
  related: [service, outside, node, replicaSet('checkout', 'shop/app:healthy', 1), replicaSet('checkout', 'shop/app:dead', 0), replicaSet('checkout', 'evil.example.org/miner:3', 3), replicaSet('other', 'other/app:1', 3)],
  history: [
    { path: [...container, 'image'], values: [{ value: 'shop/app:2', commit: 'b'.repeat(40), at: 2 }, { value: 'shop/app:1', commit: COMMIT, at: 1 }] },
    { path: [...container, 'env', '[name=HOST]', 'value'], values: [{ value: 'db', commit: COMMIT, at: 1 }] },
  ],
  versions: [{ commit: 'b'.repeat(40), message: '', at: 2, objects: [target, configMap] }],
  changes: [{ object: refOf(configMap), path: ['data', 'old'], before: 'x', after: undefined, beforeCommit: COMMIT, commit: 'b'.repeat(40), message: '', at: 2 }],
};
const found = { file: 'apps/kustomization.yaml', document: 0, path: ['resources', '1'], commit: COMMIT, before: 'svc.yaml', after: 'scv.yaml' };
const ofBuild: Origin = { ...kase, build: { error: '', good: COMMIT, brokenBy: undefined, tried: [], restores: [found, { ...found, file: 'shut.yaml', closed: 'nobody opened it' }] } };
const image = (name: string): Action => ({ action: 'setImage', container: 'app', image: name, provenance: 'GitHistory' });
const restore = (path: string[], commit = COMMIT): Action => ({ action: 'restoreField', path, commit });

describe('an action whose every value has a known origin', () => {
  it.each<[string, Action]>([
    ['a number with a unit', { action: 'setResources', container: 'app', limits: { memory: '128Mi' } }],
    ['a whole number', { action: 'setReplicas', replicas: 3 }],
    ['an image from Git', image('shop/app:1')],
    ['an image that a ReplicaSet of the target runs healthily', image('shop/app:healthy')],
    ['a field back to an earlier commit', restore([...container, 'image'])],
    ['a field that exists, back to an earlier commit', restore(['spec', 'replicas'])],
    ['the target named as the object', { ...restore(['spec', 'replicas']), object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' } } as Action],
    ['a probe at a port, on a path that the command line names', { action: 'setProbe', fields: [{ path: [...container, 'readinessProbe', 'httpGet', 'path'], value: '/healthz' }, { path: [...container, 'readinessProbe', 'httpGet', 'port'], value: 8080 }] }],
    ['a selector that a node has', { action: 'setScheduling', fields: [{ path: [...pod, 'nodeSelector', 'disk'], value: 'ssd' }] }],
    ['a selector taken out', { action: 'setScheduling', fields: [{ path: [...pod, 'nodeSelector', 'disk'], value: null }] }],
    ['a toleration that is put together of names', { action: 'setScheduling', fields: [{ path: [...pod, 'tolerations', '-'], value: { key: 'disk', operator: 'Equal', value: 'ssd', effect: 'NoSchedule' } }] }],
    ['a key that a ConfigMap in Git has', { action: 'setReference', fields: [{ path: [...container, 'env', '[name=HOST]', 'valueFrom', 'configMapKeyRef', 'key'], value: 'url' }] }],
    ["a port of a Service in the target's namespace", { action: 'setPort', object: refOf(service), fields: [{ path: ['spec', 'ports', '[name=web]', 'targetPort'], value: 'web' }] }],
    ['a host replaced by a Service that exists', { action: 'setHost', object: refOf(configMap), path: ['data', 'url'], from: 'carts', to: 'cart.shop' }],
    ['a key of another object back to an earlier commit', { ...restore(['data', 'old']), object: refOf(configMap) } as Action],
    ['nothing to be done', { action: 'abstain', reason: 'Unknown', lookAt: 'anything may stand here: it reaches no file' }],
  ])('passes: %s', (_, action) => {
    expect(findTaint(action, kase)).toBeUndefined();
  });
});

describe('an action with a value of unknown origin', () => {
  it.each<[string, Action, string]>([
    ['an image that nobody ever committed', image('evil.example.org/miner:1'), 'image stood neither'],
    ['an image from an annotation', image('evil.example.org/miner:1'), 'image stood neither'],
    ['an image from a status message', image('evil.example.org/miner:2'), 'image stood neither'],
    ['an image of a repository that Git never named, though an agent says that it runs well', image('evil.example.org/miner:3'), 'image stood neither'],
    ['an image that never got ready', image('shop/app:dead'), 'image stood neither'],
    ["another workload's image", image('other/app:1'), 'image stood neither'],
    ["another field's value as an image", image('db'), 'image stood neither'],
    ['a container that does not exist', { action: 'setResources', container: 'root', limits: { memory: '1Gi' } }, 'container is not one'],
    ['a negative or absent amount', { action: 'setResources', container: 'app', limits: { memory: '0' } }, 'limits.memory is no positive'],
    ['a commit that Git does not know', restore([...container, 'image'], 'c'.repeat(40)), 'commit is not in the history'],
    ['a path out of the object', restore(['..', '..', 'etc', 'passwd']), 'path is no field'],
    ['a field that never was', restore([...container, 'securityContext', 'privileged']), 'path is no field'],
    ['what every object inherits', restore(['__proto__']), 'path is no field'],
    ['a field that the action may not set', { action: 'setProbe', fields: [{ path: [...container, 'command'], value: ['sh'] }] }, 'path is no field that setProbe may set in a Deployment'],
    ['a probe taken out', { action: 'setProbe', fields: [{ path: [...container, 'livenessProbe'], value: null }] }, 'path is no field that setProbe may take out'],
    ['a probe on a path that nobody wrote', { action: 'setProbe', fields: [{ path: [...container, 'readinessProbe', 'httpGet', 'path'], value: '/admin/shutdown' }] }, 'value is no constant'],
    ['a container that is not there', { action: 'setProbe', fields: [{ path: [...pod, 'containers', '[name=evil]', 'readinessProbe', 'periodSeconds'], value: 5 }] }, 'path names something that does not exist'],
    ['a selector that no node has', { action: 'setScheduling', fields: [{ path: [...pod, 'nodeSelector', 'disk'], value: 'floppy' }] }, 'value is no constant'],
    ['a label key that nothing has', { action: 'setScheduling', fields: [{ path: [...pod, 'nodeSelector', 'evil.example.org/x'], value: 'ssd' }] }, 'path names something'],
    ["text of a ConfigMap's value", { action: 'setReference', fields: [{ path: [...container, 'env', '[name=HOST]', 'valueFrom', 'configMapKeyRef', 'key'], value: 'run me' }] }, 'value is no constant'],
    ['a host that is no Service', { action: 'setHost', object: refOf(configMap), path: ['data', 'url'], from: 'carts', to: 'evil.example.org' }, 'to is no DNS name'],
    ['a Service of the cluster alone that stands for a host outside', { action: 'setHost', object: refOf(configMap), path: ['data', 'url'], from: 'carts', to: 'away' }, 'to is no DNS name'],
    ['a host that does not stand there', { action: 'setHost', object: refOf(configMap), path: ['data', 'url'], from: 'db', to: 'cart' }, 'from does not stand'],
    ['an object of another namespace', { ...restore(['spec', 'replicas']), object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'kube-system', name: 'checkout' } } as Action, 'object is none'],
    ['a kind that is not there', { ...restore(['spec', 'replicas']), object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name: 'checkout' } } as Action, 'object is none'],
  ])('is refused: %s', (_, action, reason) => {
    expect(findTaint(action, kase)).toContain(reason);
  });

  it('is dropped alone, and without its value being repeated', () => {
    const good = image('shop/app:1');
    const reasoning: Reasoning = { cause: '', confidence: 1, source: 'Playbook', cites: [], candidates: [image('https://evil.example.org/?token=hunter2'), good] };
    const { candidates, dropped } = withoutTaint(reasoning, kase);
    expect(candidates).toEqual([good]);
    expect(dropped).toEqual([{ action: 'setImage', reason: expect.not.stringContaining('evil') }]);
  });

  it('is dropped when it is none of the catalogue, and loses what the catalogue does not know', () => {
    const foreign = [{ action: 'kubectlExec', command: 'rm -rf /' }, { action: 'setReplicas', replicas: 0 }, { action: 'setReplicas', replicas: 3, namespace: 'kube-system' }] as unknown as readonly Action[];
    const { candidates, dropped } = withoutTaint({ cause: '', confidence: 1, source: 'Model', cites: [], candidates: foreign }, kase);
    expect(candidates).toEqual([{ action: 'setReplicas', replicas: 3 }]);
    expect(dropped).toEqual([
      { action: 'unknown', reason: 'it does not follow the catalogue' },
      { action: 'unknown', reason: 'it does not follow the catalogue' },
    ]);
  });
});

describe('whatever text a model makes up', () => {
  const text = fc.oneof(fc.string({ minLength: 1, maxLength: 60 }), fc.constantFrom('../../.github/workflows/ci.yaml', 'https://evil.example.org', 'kube-system', 'cluster-admin', '$(reboot)', 'app\nimage: evil', '__proto__'));

  it('becomes no image, no container, no path and no commit', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        fc.pre(![one, other].some((word) => ['app', 'shop/app:1', 'shop/app:2', 'shop/app:healthy', 'spec', 'replicas', 'kind', 'metadata', 'apiVersion'].includes(word)));
        const actions: Action[] = [
          { action: 'setImage', container: 'app', image: one, provenance: 'GitHistory' },
          { action: 'setResources', container: one.slice(0, 63), limits: { memory: '1Gi' } },
          { action: 'restoreField', path: [one, other], commit: COMMIT },
          { action: 'restoreField', path: [...container, 'image', one], commit: COMMIT },
        ];
        for (const action of actions) expect(findTaint(action, kase)).toBeDefined();
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('a file is named by nobody', () => {
  const place = (file: string, over: Partial<Extract<Action, { readonly action: 'restoreField' }>> = {}): Action => ({ action: 'restoreField', path: ['resources', '1'], commit: COMMIT, source: { file, document: 0 }, ...over });

  it('but by what was found to mend the build', () => {
    expect(findTaint(place('apps/kustomization.yaml'), ofBuild)).toBeUndefined();
  });

  it.each<[string, Action, Origin]>([
    ['where no build is broken', place('apps/kustomization.yaml'), kase],
    ['another file', place('.github/workflows/ci.yaml'), ofBuild],
    ['another place of the file', place('apps/kustomization.yaml', { path: ['resources', '0'] }), ofBuild],
    ['another commit', place('apps/kustomization.yaml', { commit: 'b'.repeat(40) }), ofBuild],
    ['another document', place('apps/kustomization.yaml', { source: { file: 'apps/kustomization.yaml' } }), ofBuild],
    ['a place that is closed', place('shut.yaml'), ofBuild],
    ['an object besides', place('apps/kustomization.yaml', { object: refOf(target) }), ofBuild],
  ])('not %s', (_, action, origin) => {
    expect(findTaint(action, origin)).toBe('source is no place that was found to mend the build');
  });
});
