import { expect, it } from 'vitest';
import { aSpec, counts, FLEET, onItsWay, progressing } from '../../../../libs/lifecycle/src/spec-support/rollout-views.ts';
import { rolloutSummary } from './rollout-summary.ts';

const read = (status: ReturnType<typeof progressing>) => ({ object: { apiVersion: 'v1', kind: 'PolicyRollout', metadata: { name: 'next', namespace: 'fleetmend-system' } }, name: 'fleetmend-system/next', uid: 'u', spec: aSpec(), status });

it('shows every cluster of every wave, with what was counted where it is', () => {
  const { waves, stages } = rolloutSummary(read(progressing(onItsWay('r0-a', 'Warn', { counts: counts({ decisions: 7, newDenies: 1 }) }))), FLEET);
  expect(waves.map(({ name, clusters }) => [name, clusters.map((one) => one.mode ?? 'not begun')])).toEqual([['ring-0', ['Warn']], ['ring-1', ['not begun', 'not begun']], ['ring-2', Array.from({ length: 4 }, () => 'not begun')]]);
  expect(waves[0]?.clusters[0]).toMatchObject({ done: false, counts: { decisions: 7, newDenies: 1 } });
  expect(stages).toEqual([{ mode: 'Shadow', minDecisions: 50 }, { mode: 'Warn', minDecisions: 20 }, { mode: 'Enforce', minDecisions: undefined }]);
});

it('counts nobody twice who was relabelled into another wave: there it has not begun', () => {
  const moved = FLEET.map((cluster) => (cluster.name === 'r0-a' ? { ...cluster, labels: { ring: '1' } } : cluster));
  const { waves } = rolloutSummary(read(progressing(onItsWay('r0-a', 'Warn'))), moved);
  expect(waves.map(({ clusters }) => clusters.length)).toEqual([0, 3, 4]);
  expect(waves[1]?.clusters.find(({ name }) => name === 'r0-a')).toEqual({ name: 'r0-a', done: false });
});

it('says why it halted and what it waits for', () => {
  expect(rolloutSummary(read({ ...progressing(), state: 'Halted', reason: 'NewDenies: 11 of 50', awaits: { step: `sha256:${'a'.repeat(64)}`, what: 'wave prod starts only when a named human says so' } }), FLEET)).toMatchObject({ state: 'Halted', reason: 'NewDenies: 11 of 50', awaits: 'wave prod starts only when a named human says so' });
});
