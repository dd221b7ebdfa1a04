import type { Action, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { aCase, commit, object } from './case.fixture.ts';
import { withOrderedPods } from './ordered-pods.ts';

const own: Action = { action: 'restoreField', path: ['spec', 'template', 'spec', 'containers', '[name=app]', 'args', '0'], commit: commit(1) };
const other: Action = { ...own, object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' }, path: ['data', 'HOST'] };
const rule = (...candidates: readonly Action[]) => withOrderedPods(() => ({ cause: 'args changed', confidence: 0.9, cites: [], candidates }));

function kase({ spec = {}, container = {}, status = {}, ready = false, kind = 'StatefulSet' }: { readonly spec?: object; readonly container?: object; readonly status?: object; readonly ready?: boolean; readonly kind?: string } = {}): Case {
  const base = aCase({ class: 'CrashLoopBackOff' });
  const pod: KubeObject = {
    ...object('Pod', 'checkout-0', { spec: { containers: [{ name: 'app', ...container }] }, status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }], containerStatuses: [{ name: 'app', ...status }] } }),
    metadata: { name: 'checkout-0', namespace: 'shop', ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'checkout', uid: 'u', controller: true }] },
  };
  return { ...base, target: { ...base.target, kind, spec: { ...(base.target['spec'] as object), ...spec } }, related: [pod] };
}
const lasted = (seconds: number) => ({ lastState: { terminated: { startedAt: '2026-01-05T09:00:00Z', finishedAt: `2026-01-05T09:00:${String(seconds).padStart(2, '0')}Z` } } });

describe('a StatefulSet whose pod never gets ready', () => {
  it('would not take up the change: a person makes it and deletes the pod', () => {
    const { candidates } = rule(own)(kase());
    expect(candidates).toMatchObject([{ action: 'abstain', reason: 'PodHoldsTheRollout' }]);
    expect(JSON.stringify(candidates)).toMatch(/args changed.*containers\/\[name=app\]\/args\/0.*delete pod checkout-0/);
  });

  it('is mended by a change of what its pods read', () => {
    expect(rule(own, other)(kase()).candidates).toEqual([other]);
  });
});

describe('the change is made', () => {
  it.each<[string, Parameters<typeof kase>[0]]>([
    ['of a Deployment', { kind: 'Deployment' }],
    ['where pods are replaced in any order', { spec: { podManagementPolicy: 'Parallel' } }],
    ['where the pod is ready', { ready: true }],
    ['where the pod is ready now and then', { status: lasted(9) }],
  ])('%s', (_what, parts) => {
    expect(rule(own)(kase(parts)).candidates).toEqual([own]);
  });
});

it('a container that says when it is ready, and ends before, never is', () => {
  expect(rule(own)(kase({ container: { readinessProbe: {} }, status: lasted(9) })).candidates).toMatchObject([{ action: 'abstain' }]);
  expect(rule(own)(kase({ status: lasted(1) })).candidates).toMatchObject([{ action: 'abstain' }]);
});
