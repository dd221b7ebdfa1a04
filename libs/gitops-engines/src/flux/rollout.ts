import { type KubeObject, type ObjectRef, refOf, renderRef } from '@fleetmend/model';
import type { EngineContext, GitOpsEngine, RolloutState } from '@fleetmend/plugin-api';
import { parseKustomization } from './ownership.ts';
import { type Condition, type Kustomization, commitOf, conditionOf } from './schema.ts';
import { readGitRepository } from './source.ts';

type Question = Pick<Parameters<GitOpsEngine['readRollout']>[0], 'commit' | 'isAncestor'>;

/** Reasons of a false `Ready` by which the revision itself was refused, and not its source or something it waits for. */
const REFUSALS: readonly string[] = ['BuildFailed', 'ReconciliationFailed'];
/** What kustomize-controller does after it applied everything: a failure there does not undo it. */
const AFTER_APPLYING: readonly string[] = ['PruneFailed', 'HealthCheckFailed'];
/** Failures of the API server or of what it calls, which the controller tries again by itself. */
export const PASSING = /connection re(fused|set)|i\/o timeout|deadline exceeded|context canceled|too many requests|etcdserver|the object has been modified|no such host|no endpoints available|unable to handle the request|TLS handshake|\bEOF\b/i;
/** The one failure of a source that is the revision's own: the folder is not in it. Source: kustomize-controller 1.9, its reconcile step. */
const NO_FOLDER = /kustomization path not found/;

/** Has a Kustomization applied a commit, or a descendant? */
export async function kustomizationRollout(found: KubeObject, { commit, isAncestor }: Question, context: EngineContext): Promise<RolloutState> {
  const kustomization = parseKustomization(found);
  const { spec, status } = kustomization;
  const [applied, attempted] = [commitOf(status.lastAppliedRevision), commitOf(status.lastAttemptedRevision)];
  const holds = async (revision: string | undefined) => revision !== undefined && (await isAncestor(commit, revision));
  const answer = (state: RolloutState['state'], revision: string | undefined, message: string): RolloutState => ({ state, revision, message });

  // A suspension is a change of the spec too, which the controller never gets to see as its own.
  const isCurrent = spec.suspend || isSeen(kustomization, status.observedGeneration);
  if (isCurrent && (await holds(applied))) return answer('Applied', applied, `applied ${status.lastAppliedRevision ?? ''}`);
  const failure = failureOf(kustomization);
  if (failure && (await holds(attempted))) {
    if (AFTER_APPLYING.includes(failure.reason)) return answer('Applied', attempted, `applied; ${explain(failure)}`);
    if (REFUSALS.includes(failure.reason) && !PASSING.test(failure.message)) return answer('Refused', attempted, explain(failure));
  }
  const idle = await whyNobodyApplies(refOf(found), kustomization, { holds, context });
  if (idle) return answer('Suspended', applied, `${idle} to have ${commit.slice(0, 8)} applied`);
  return answer('Waiting', applied, failure ? explain(failure) : `applied is ${applied?.slice(0, 8) ?? 'nothing yet'}`);
}

/** Why the present revision could not be built or applied, for the one who looks for a cause. */
export function refusalOf(kustomization: Kustomization): string | undefined {
  const [failure, stalled] = [failureOf(kustomization), stallOf(kustomization)];
  if (stalled) return explain(stalled);
  if (!failure || PASSING.test(failure.message)) return undefined;
  const isOwn = REFUSALS.includes(failure.reason) || (failure.reason === 'ArtifactFailed' && NO_FOLDER.test(failure.message));
  return isOwn ? explain(failure) : undefined;
}

interface Idle {
  readonly holds: (revision: string | undefined) => Promise<boolean>;
  readonly context: EngineContext;
}

/**
 * What a person has to do before anything goes on. A stalled Kustomization is not a refused commit: its own spec is wrong, which
 * no revert of the commit would mend.
 */
async function whyNobodyApplies(ref: ObjectRef, kustomization: Kustomization, { holds, context }: Idle): Promise<string | undefined> {
  if (kustomization.spec.suspend) return `${renderRef(ref)} is suspended: resume it`;
  const stalled = stallOf(kustomization);
  if (stalled) return `${renderRef(ref)} is stalled (${explain(stalled)}): mend it`;
  const source = await readGitRepository(kustomization, context);
  if (!source?.spec.suspend || (await holds(commitOf(source.status.artifact?.revision)))) return undefined;
  return `GitRepository/${source.metadata.namespace}/${source.metadata.name}, which ${renderRef(ref)} applies, is suspended: resume it`;
}

function failureOf(kustomization: Kustomization): Condition | undefined {
  const ready = conditionOf(kustomization, 'Ready');
  return ready?.status === 'False' && isSeen(kustomization, ready.observedGeneration) ? ready : undefined;
}

function stallOf(kustomization: Kustomization): Condition | undefined {
  const stalled = conditionOf(kustomization, 'Stalled');
  return stalled?.status === 'True' && isSeen(kustomization, stalled.observedGeneration) ? stalled : undefined;
}

function isSeen({ metadata }: Kustomization, generation: number | undefined): boolean {
  return metadata.generation === undefined || generation === undefined || generation >= metadata.generation;
}

function explain({ reason, message }: Condition): string {
  return `${reason}: ${message}`;
}
