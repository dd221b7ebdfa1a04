import type { Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, restore } from '../changes-in-effect.ts';
import { meantBy } from '../slip.ts';
import { abstain, type RuleAnswer } from '../rule.ts';
import { changesAt } from '../target-changes.ts';
import { valueAt } from '../workload.ts';
import { claimsOf, claimVolumes, otherUsers, phaseOf } from './claims.ts';
import { oneWriter } from './one-writer.ts';

const CITES = ['event', 'object', 'history'] as const;

/** What the scheduler says of a pod is about its claims: the answer, or undefined where it is about something else. */
export function claimForPod(kase: Case, said: string): RuleAnswer | undefined {
  const missing = /persistentvolumeclaim "([^"]+)" not found/.exec(said)?.[1];
  if (missing !== undefined) return missingClaim(kase, missing);
  if (/ReadWriteOncePod access mode already in-use/.test(said)) return oneWriter(kase, 'its claim is for one pod only, and another pod has it');
  return undefined;
}

/** A claim that does not exist: back to the one that was mounted before, or to the one whose name was meant. */
export function missingClaim(kase: Case, name: string): RuleAnswer {
  const cause = `${kase.target.kind} ${kase.target.metadata.name} mounts claim ${name}, which does not exist`;
  const exists = new Set(claimsOf(kase).filter((claim) => phaseOf(claim) !== 'Lost').map(({ metadata }) => metadata.name));
  const volume = claimVolumes(kase.target).find(({ claim }) => claim === name);
  const goBack = changesAt(kase, /^\{pod\}\/volumes\/[^/]+(\/persistentVolumeClaim(\/claimName)?)?$/).filter((change) => nameIn(change.after) === name && exists.has(nameIn(change.before) ?? ''));
  const near = meantBy(name, exists);
  const candidates: readonly Action[] = [
    ...goBack.map((change) => restore(kase, change)),
    ...(volume && near !== undefined && otherUsers(kase, near).length === 0 ? [{ action: 'setReference' as const, fields: [{ path: [...volume.path], value: near }] }] : []),
  ];
  if (candidates.length > 0) return { cause: goBack[0] ? `${cause}, since ${commitWords(goBack[0])}` : cause, confidence: goBack.length > 0 ? 0.9 : 0.8, cites: CITES, candidates };
  return { cause, confidence: 0.8, cites: CITES, candidates: [whyNot(kase, name, near)] };
}

/** The name of the claim in a volume, or in its part that a commit changed. */
function nameIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const name = valueAt(value, ['persistentVolumeClaim', 'claimName']) ?? valueAt(value, ['claimName']);
  return typeof name === 'string' ? name : undefined;
}

function whyNot(kase: Case, name: string, near: string | undefined): Action {
  const removed = changesInEffect(kase).find(({ object, path, after }) => object.kind === 'PersistentVolumeClaim' && object.name === name && path.length === 0 && after === undefined);
  if (removed) return abstain('ClaimRemovedFromGit', `${commitWords(removed)} took claim ${name} out of Git, and the cluster followed; a person has to say whether its data is still wanted, and from where.`);
  const inGit = kase.versions[0]?.objects.some(({ kind, metadata }) => kind === 'PersistentVolumeClaim' && metadata.name === name);
  if (inGit === true) return abstain('ClaimNotApplied', `Git has claim ${name}, and the cluster does not: the GitOps engine does not apply it; look at its state and at the claim's namespace.`);
  const owners = near === undefined ? [] : otherUsers(kase, near);
  if (near !== undefined && owners.length > 0) return abstain('ClaimOfAnother', `Claim ${name} does not exist; the nearest is ${near}, which ${owners.join(' and ')} mounts.`);
  return abstain('ClaimNotFound', `Claim ${name} exists neither in the cluster nor in Git, and no other has a name like it; add it, or name another.`);
}

