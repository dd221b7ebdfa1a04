import type { Action, KubeObject } from '@fleetmend/model';
import type { Reasoning } from '@fleetmend/plugin-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Origin } from './known-values.ts';
import { findTaint, withoutTaint } from './taint.ts';

const COMMIT = 'a'.repeat(40);
const container = ['spec', 'template', 'spec', 'containers', '[name=app]'];
const target: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'checkout', namespace: 'shop', annotations: { note: 'evil.example.org/miner:1' } },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'app', image: 'shop/app:2', env: [{ name: 'HOST', value: 'db' }] }] } } },
};
const replicaSet = (owner: string, image: string, readyReplicas: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: `${owner}-1`, namespace: 'shop', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: owner }] },
  spec: { template: { spec: { containers: [{ name: 'app', image }] } } },
  status: { readyReplicas, message: 'try evil.example.org/miner:2' },
});
const kase: Origin = {
  target,
  related: [replicaSet('checkout', 'shop/app:healthy', 1), replicaSet('checkout', 'shop/app:dead', 0), replicaSet('other', 'other/app:1', 3)],
  history: [
    { path: [...container, 'image'], values: [{ value: 'shop/app:2', commit: 'b'.repeat(40), at: 2 }, { value: 'shop/app:1', commit: COMMIT, at: 1 }] },
    { path: [...container, 'env', '[name=HOST]', 'value'], values: [{ value: 'db', commit: COMMIT, at: 1 }] },
  ],
};
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
    ['an image that never got ready', image('shop/app:dead'), 'image stood neither'],
    ["another workload's image", image('other/app:1'), 'image stood neither'],
    ["another field's value as an image", image('db'), 'image stood neither'],
    ['a container that does not exist', { action: 'setResources', container: 'root', limits: { memory: '1Gi' } }, 'container is not one'],
    ['a negative or absent amount', { action: 'setResources', container: 'app', limits: { memory: '0' } }, 'limits.memory is no positive'],
    ['a commit that Git does not know', restore([...container, 'image'], 'c'.repeat(40)), 'commit is not in the history'],
    ['a path out of the object', restore(['..', '..', 'etc', 'passwd']), 'path is no field'],
    ['a field that never was', restore([...container, 'securityContext', 'privileged']), 'path is no field'],
    ['what every object inherits', restore(['__proto__']), 'path is no field'],
    ['an object of another namespace', { ...restore(['spec', 'replicas']), object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'kube-system', name: 'checkout' } } as Action, 'object.namespace is no'],
    ['a kind that is not there', { ...restore(['spec', 'replicas']), object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name: 'checkout' } } as Action, 'object.apiVersion is no'],
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
