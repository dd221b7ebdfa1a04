import { hours, renderTime } from '@fleetmend/kernel';
import { attemptsLastDay, openPullRequestUse, type View } from '@fleetmend/lifecycle';
import type { Action, FileEdit, ObjectDiff, ObjectRef, Plan } from '@fleetmend/model';
import type { GateInput } from '@fleetmend/plugin-api';
import type { Binding } from '../propose/source.ts';
import { countLines } from '../propose/edit-digest.ts';
import type { Proven } from '../propose/prove.ts';
import type { StageDeps } from '../stage.ts';
import { isEditable } from '@fleetmend/manifest';
import { costOf } from './cost.ts';
import { sectionsOf } from './sections.ts';
import { normOf } from './norm.ts';

export interface Judged {
  readonly kind: 'Repair' | 'Revert';
  readonly plan: Plan;
  readonly action: Action;
  readonly edits: readonly FileEdit[];
  readonly diffs: readonly ObjectDiff[];
  readonly exact: boolean;
  readonly binding: Binding;
  readonly clusterLabels: Readonly<Record<string, string>>;
  readonly restoresEarlierValue: boolean;
  /** The base cannot be rendered: see `Proven`. */
  readonly since?: Proven['since'];
  /** What applies the objects, where an engine is known. */
  readonly application: ObjectRef | undefined;
  /** Names and keys of Secrets that Git knows of. */
  readonly secretsInGit: readonly string[];
}

/** Everything that policy may know of one plan, as pure data. */
export function gateInput(deps: Pick<StageDeps, 'pace' | 'policyEngine'>, view: View, judged: Judged): GateInput {
  const { request, policy } = view;
  const { plan, binding, edits, diffs } = judged;
  const { target } = request.spec;
  const cluster = request.spec.clusters[0] ?? '';
  return {
    schema: 'remediation.gate/v1',
    request: {
      uid: request.metadata.uid,
      name: request.metadata.name,
      namespace: request.metadata.namespace,
      cluster,
      clusterLabels: { ...judged.clusterLabels },
      failure: { class: request.spec.failure.class },
      target: target && { apiVersion: target.apiVersion, kind: target.kind, name: target.name, ...(target.namespace === undefined ? {} : { namespace: target.namespace }), ...(target.container === undefined ? {} : { container: target.container }) },
      attempt: request.status.attempt,
    },
    plan: {
      digest: plan.digest,
      action: plan.action,
      kind: judged.kind,
      confidence: request.status.diagnosis?.confidence ?? 0,
      source: request.status.diagnosis?.source ?? 'None',
      model: request.status.diagnosis?.model?.name ?? null,
      unapplied: plan.proof.unapplied,
      restoresEarlierValue: judged.restoresEarlierValue,
    },
    change: {
      files: edits.map((edit) => ({ path: edit.path, ...countLines(edit), ...sectionsOf(edit) })),
      objects: diffs.map((diff) => ({
        cluster: diff.cluster ?? cluster,
        apiVersion: diff.ref.apiVersion,
        kind: diff.ref.kind,
        namespace: diff.ref.namespace ?? target?.namespace ?? '',
        name: diff.ref.name,
        op: diff.op,
        paths: [...diff.paths],
        before: diff.before ? { ...diff.before } : null,
        after: diff.after ? { ...diff.after } : null,
      })),
      norm: normOf(diffs),
      since: judged.since === undefined ? null : { revision: judged.since.revision, namespaces: [...judged.since.namespaces] },
    },
    facts: facts(view, judged),
    policy: {
      mode: policy.mode,
      criticalNamespaces: [...policy.criticalNamespaces],
      priorApprovalTiers: [...policy.priorApprovalTiers],
      editablePaths: [...binding.spec.editablePaths],
      pathAllowed: Object.fromEntries(edits.map((edit) => [edit.path, isEditable(edit.path, binding.spec.editablePaths)])),
      editBudget: { ...deps.pace.editBudget },
      bundle: deps.policyEngine.active(),
      stage: 'Enforce',
    },
  };
}

function facts(view: View, { plan, diffs, exact, kind, secretsInGit }: Judged): GateInput['facts'] {
  const { request, policy, now } = view;
  const attempts = attemptsLastDay(view);
  const coolDownUntil = attempts.last === undefined ? undefined : attempts.last + view.settings.attempts.spacing;
  return {
    now: renderTime(now),
    frozen: policy.frozen.map(({ name, until }) => ({ name, until: renderTime(until) })),
    attempts: { lastDay: kind === 'Revert' ? 0 : attempts.count, limit: policy.attemptsPerDay, ...(attempts.last === undefined ? {} : { notBefore: renderTime(attempts.last + hours(24)) }) },
    ...(coolDownUntil !== undefined && coolDownUntil > now && kind === 'Repair' ? { coolDownUntil: renderTime(coolDownUntil) } : {}),
    openPullRequests: kind === 'Revert' ? [] : openPullRequestUse(view).map((use) => ({ ...use })),
    blastRadius: { objects: Math.max(diffs.length, plan.proof.objects), applications: plan.proof.applications, clusters: Math.max(request.spec.clusters.length, plan.proof.clusters ?? 1), pods: readyPods(view) },
    renderProof: { renderer: plan.proof.renderer, exact, unapplied: plan.proof.unapplied },
    cost: costOf({ diffs, clusters: request.spec.clusters.length, readyPods: readyPods(view), budget: policy.cost }),
    sloBudget: policy.sloBudget === undefined ? null : { ...policy.sloBudget },
    secretsInGit: [...secretsInGit],
    evidenceCount: request.status.diagnosis?.evidence.length ?? 0,
    targetNamespaceIsCritical: policy.criticalNamespaces.includes(request.spec.target?.namespace ?? ''),
  };
}

/** Pods that were ready before the attempt, in all clusters. */
function readyPods({ request }: View): number {
  return request.status.clusters?.reduce((sum, progress) => sum + (progress.baseline?.ready ?? 0), 0) ?? 0;
}
