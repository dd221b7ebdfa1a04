import { renderTime, sha256, shortDigest, type Clock } from '@fleetmend/kernel';
import { climbId, type RolloutMove } from '@fleetmend/lifecycle';
import { GROUP_VERSION, type KubeObject, type RolloutMode } from '@fleetmend/model';
import type { RolloutHalt } from '@fleetmend/plugin-api';
import type { RolloutStageSample } from '@fleetmend/telemetry';
import type { ReadRollout } from './rollout-objects.ts';

const COMPONENT = 'fleetmend-hub';
const RUNGS: Readonly<Record<RolloutMode, 1 | 2 | 3>> = { Shadow: 1, Warn: 2, Enforce: 3 };

/** A core/v1 Event on the PolicyRollout, so that `kubectl describe pro` tells the story. The same move is the same event. */
export function rolloutEvent({ object, name, uid, status }: ReadRollout, { from, to, reason, message }: RolloutMove, clock: Clock): KubeObject {
  const { namespace } = object.metadata;
  const now = renderTime(clock.now());
  const key = [uid, climbId(status), from, to, reason, status.finishedAt ?? status.progressedAt ?? ''].join('/');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${object.metadata.name}.${shortDigest(sha256(key), 16)}`, namespace },
    involvedObject: { apiVersion: GROUP_VERSION, kind: 'PolicyRollout', namespace, name: object.metadata.name, uid },
    type: to === 'Halted' ? 'Warning' : 'Normal',
    reason: `Rollout${to}`,
    message: `${name}: ${from} → ${to} (${reason}): ${message}`.slice(0, 1024),
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: COMPONENT,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}

/** What people are told of a halt. A climb is named by the generation that it began with, and halts once: so does its key. */
export function haltOf({ object, uid, spec, status }: ReadRollout, { reason, message }: RolloutMove): RolloutHalt {
  const { namespace = '', name } = object.metadata;
  return { rollout: { namespace, name, uid }, bundle: spec.bundle.digest, wave: status.wave, stage: status.stage, reason, message, key: `rollout/${uid}/${status.generation ?? 0}/halted` };
}

/** How far each wave of each rollout is; a halted one is -1 in every wave. */
export function stageSamples(rollouts: readonly ReadRollout[]): readonly RolloutStageSample[] {
  return rollouts.flatMap(({ name, spec, status }) => spec.waves.map((wave): RolloutStageSample => ({ rollout: name, wave: wave.name, stage: stageOfWave(wave.name, status) })));
}

function stageOfWave(wave: string, { state, clusters = [], wave: current }: ReadRollout['status']): RolloutStageSample['stage'] {
  if (state === 'Halted') return -1;
  const mine = clusters.filter((one) => one.wave === wave);
  if (mine.length === 0) return 0;
  const climbing = mine.filter((one) => !one.done).map((one) => RUNGS[one.mode]);
  if (climbing.length === 0) return current === wave && state !== 'Completed' ? 3 : 4;
  return Math.min(...climbing) as 1 | 2 | 3;
}
