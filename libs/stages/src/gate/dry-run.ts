import { groupOf, renderRef, type DryRunAnswer, type KubeObject, type ObjectDiff, type ObjectRef, type Violation } from '@fleetmend/model';
import type { GateDecision } from '@fleetmend/plugin-api';
import type { DryRun } from '@fleetmend/ports';

/** What the cluster itself said no with, before anything was pushed. */
const REFUSED = 'D01';

/** Field managers of what applies Git, as each engine names itself in server-side apply. */
const MANAGERS: Readonly<Record<string, string>> = { 'kustomize.toolkit.fluxcd.io': 'kustomize-controller', 'helm.toolkit.fluxcd.io': 'helm-controller', 'argoproj.io': 'argocd-controller' };
const UNKNOWN_ENGINE = 'fleetmend-dry-run';

export interface DryRunParts {
  readonly dryRun: DryRun | undefined;
  readonly clusters: readonly string[];
  readonly diffs: readonly ObjectDiff[];
  /** What applies the objects, where an engine is known. */
  readonly application: ObjectRef | undefined;
  /** Where the engine puts objects that name no namespace. */
  readonly namespace: string | undefined;
}

/**
 * Adds to a yes of policy what the clusters say to the same objects. A no needs no second one, and a cluster without a dry-run process
 * says nothing.
 * @throws what the question could not be asked by: what could not be judged is not allowed.
 */
export async function withDryRun(decision: GateDecision, { dryRun, clusters, diffs, application, namespace }: DryRunParts): Promise<GateDecision> {
  const objects = diffs.flatMap(({ ref, after }) => (after === undefined ? [] : [placed(after, ref.namespace ?? namespace)]));
  if (dryRun === undefined || !decision.allow || decision.violations.length > 0 || objects.length === 0) return decision;
  const manager = (application && MANAGERS[groupOf(application.apiVersion)]) ?? UNKNOWN_ENGINE;
  const answers = await Promise.all(clusters.map(async (cluster) => ({ cluster, answer: await dryRun(cluster, { question: 'dryrun', manager, objects }) })));
  const violations = answers.flatMap(({ cluster, answer }) => (answer?.refused ?? []).map((refused) => violationOf(cluster, refused)));
  const notes = answers.flatMap(({ cluster, answer }) => (answer?.notes ?? []).map((note) => `${cluster}: ${note}`));
  return { ...decision, allow: violations.length === 0, violations, warnings: [...decision.warnings, ...notes] };
}

function violationOf(cluster: string, { ref, pod, message }: DryRunAnswer['refused'][number]): Violation {
  return { id: REFUSED, class: 'Unsafe', message: `${cluster} would refuse ${pod ? 'the pods of ' : ''}${renderRef(ref)}: ${message}`.slice(0, 512) };
}

function placed(object: KubeObject, namespace: string | undefined): KubeObject {
  return object.metadata.namespace !== undefined || namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
}
