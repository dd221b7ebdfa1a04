import { parseTime } from '@fleetmend/kernel';
import type { PolicyRolloutSpec, PolicyRolloutStatus, RolloutMode } from '@fleetmend/model';
import { climbOf } from './rollout-view.ts';

/** A rollout as far as it decides which bundle judges where. */
export interface PlacedRollout {
  readonly name: string;
  readonly spec: PolicyRolloutSpec;
  readonly status: PolicyRolloutStatus;
}

/** A bundle by its digest, and since when it is last good. */
export interface LastGood {
  readonly digest: string;
  readonly since?: string | undefined;
}

/** Which bundle decides in a cluster, and which one is on trial there beside it. */
export interface AssignedDigests {
  readonly decides: string;
  /** What it goes back to. */
  readonly lastGood: string;
  /** Present while a rollout has this cluster on its way. */
  readonly trial?: { readonly rollout: string; readonly digest: string; readonly mode: RolloutMode; readonly climb: string };
}

/** Else the status tells of an earlier spec, and its stages were climbed by another bundle than the one that the spec names now. */
const isOfThisSpec = ({ spec, status }: PlacedRollout): boolean => status.climb === climbOf(spec);

/** Rolling back is this: a rollout that is not on its way points nowhere, so that what is last good decides again. */
export function assignedDigests(cluster: string, rollouts: readonly PlacedRollout[], lastGood: string): AssignedDigests {
  const owner = rollouts
    .filter(isOfThisSpec)
    .filter(({ status }) => status.state === 'Progressing' || status.state === 'Paused')
    .filter(({ status }) => status.clusters?.some(({ name }) => name === cluster))
    .sort((a, b) => (a.status.startedAt ?? '').localeCompare(b.status.startedAt ?? '') || a.name.localeCompare(b.name))[0];
  const record = owner?.status.clusters?.find(({ name }) => name === cluster);
  if (owner === undefined || record === undefined) return { decides: lastGood, lastGood };
  const { digest } = owner.spec.bundle;
  const trial = { rollout: owner.name, digest, mode: record.mode, climb: climbId(owner.status) };
  return { decides: record.mode === 'Enforce' ? digest : lastGood, lastGood, trial };
}

/** Names one climb of a rollout: decisions are counted under it. */
export function climbId({ climb = '', startedAt = '' }: Pick<PolicyRolloutStatus, 'climb' | 'startedAt'>): string {
  return `${startedAt} ${climb}`;
}

/** The bundle of the latest rollout that was completed over a cluster, where it is later than what is known. */
export function lastGoodOf(cluster: string, rollouts: readonly PlacedRollout[], known: LastGood): LastGood {
  const completed = rollouts
    .filter(isOfThisSpec)
    .filter(({ status }) => status.state === 'Completed' && status.clusters?.some(({ name, done }) => name === cluster && done))
    .map(({ spec, status }): LastGood => ({ digest: spec.bundle.digest, since: status.finishedAt }));
  return [known, ...completed].reduce((latest, one) => ((parseTime(one.since) ?? 0) > (parseTime(latest.since) ?? 0) ? one : latest));
}
