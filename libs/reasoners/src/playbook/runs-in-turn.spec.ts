import type { Action, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { aCase, commit, object } from './case.fixture.ts';
import { withRunsInTurn } from './runs-in-turn.ts';

const own: Action = { action: 'restoreField', path: ['spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers', '[name=app]', 'image'], commit: commit(1) };
const other: Action = { action: 'restoreField', object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' }, path: ['data', 'HOST'], commit: commit(1) };
const rule = (...candidates: readonly Action[]) => withRunsInTurn(() => ({ cause: 'the image is gone', confidence: 0.9, cites: [], candidates }));

function kase({ policy = 'Forbid', job = {}, status = {}, owner = 'checkout' }: { readonly policy?: string; readonly job?: object; readonly status?: object; readonly owner?: string } = {}): Case {
  const base = aCase({ class: 'ImagePullBackOff' });
  const target: KubeObject = { ...base.target, apiVersion: 'batch/v1', kind: 'CronJob', spec: { concurrencyPolicy: policy } };
  const run = object('Job', 'checkout-1', { spec: job, status }, 'batch/v1');
  return { ...base, target, related: [{ ...run, metadata: { ...run.metadata, ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: owner, uid: 'u', controller: true }] } }] };
}

describe('a CronJob that forbids two runs at once', () => {
  it('begins none while one never ends: a person makes the change and deletes that Job', () => {
    const { candidates } = rule(own)(kase());
    expect(candidates).toMatchObject([{ action: 'abstain', reason: 'RunHoldsTheSchedule' }]);
    expect(JSON.stringify(candidates)).toMatch(/the image is gone.*delete Job checkout-1/);
  });

  it('is mended by a change of what its pods read', () => {
    expect(rule(own, other)(kase()).candidates).toEqual([other]);
  });

  it.each<[string, Case]>([
    ['a run that has failed', kase({ status: { conditions: [{ type: 'Failed', status: 'True' }] } })],
    ['a run that a deadline ends', kase({ job: { activeDeadlineSeconds: 60 } })],
    ['a run of another CronJob', kase({ owner: 'other' })],
    ['runs beside each other', kase({ policy: 'Allow' })],
  ])('is not held up by %s', (_what, held) => {
    expect(rule(own)(held).candidates).toEqual([own]);
  });
});
