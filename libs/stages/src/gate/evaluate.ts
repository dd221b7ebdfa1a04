import { renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import type { Action, BundleInfo, FileEdit, Plan, Verdict } from '@fleetmend/model';
import type { GateDecision } from '@fleetmend/plugin-api';
import { readPointer } from '../propose/field.ts';
import { rebuildEdits } from '../propose/propose.ts';
import { textOf } from '../propose/shown-value.ts';
import { earlierValue, readVersions } from '../propose/versions.ts';
import { objectIn, type Source } from '../propose/source.ts';
import { isSourceRestore } from '../unrendered/prove-restore.ts';
import { restoresPlace } from '../unrendered/place-value.ts';
import { structuralDiff } from '@fleetmend/manifest';
import { revertEdits } from '../verify/revert-edits.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { withDryRun } from './dry-run.ts';
import { gateInput, type Judged } from './gate-input.ts';
import { judge } from './judge.ts';
import { secretsInGit } from './secrets-in-git.ts';

/** Has policy judge the rendered before and after of the plan (or of its revert), and looks whether the base moved meanwhile. Noun: `Verdict`. */
export function evaluate(deps: StageDeps): Stage {
  return async (view) => {
    const { plan } = view.request.status;
    if (plan === undefined) return { notYet: deps.pace.poll, reason: 'there is no plan to judge' };
    const reverting = view.request.status.phase === 'Reverting';
    const { judged, baseMoved } = reverting ? await judgeRevert(deps, view, plan) : await judgeRepair(deps, view, plan);
    const input = gateInput(deps, view, judged);
    const { clusters, target } = view.request.spec;
    const { decision: ofPolicy, bundle } = await judge(deps, clusters, input);
    const decision = await withDryRun(ofPolicy, { dryRun: deps.dryRun, clusters, diffs: judged.diffs, application: judged.application, namespace: target?.namespace });
    const verdict = toVerdict({ view, judged, decision, bundle, baseMoved });
    await deps.audit.record({
      step: 'evaluate',
      actor: 'hub',
      request: { namespace: view.request.metadata.namespace, name: view.request.metadata.name, uid: view.request.metadata.uid, attempt: view.request.status.attempt },
      data: {
        plan: plan.digest,
        patch: plan.edit,
        kind: judged.kind,
        result: verdict.result,
        tier: verdict.tier,
        requires: verdict.requires,
        violations: verdict.violations.map((violation) => violation.id),
        bundle: verdict.bundle.digest,
        proof: { ...plan.proof, exact: judged.exact },
      },
    });
    return { fact: { verdict } };
  };
}

async function judgeRepair(deps: StageDeps, view: View, plan: Plan): Promise<{ judged: Judged; baseMoved: boolean }> {
  const { source, edits, proven, action } = await rebuildEdits(deps, view, plan);
  const head = await source.repository.head(source.binding.spec.branch);
  return {
    judged: {
      kind: 'Repair',
      plan,
      action,
      edits,
      diffs: proven.diffs,
      exact: proven.exact,
      binding: source.binding,
      clusterLabels: await labelsOf(deps, source.cluster),
      restoresEarlierValue: await restores(source, plan, action),
      application: source.application?.ref,
      since: proven.since,
      secretsInGit: secretsInGit((await readVersions(source)).flatMap(({ objects }) => objects)),
    },
    baseMoved: head !== plan.base && (await touchedDiffer(source, head, edits)),
  };
}

/** The files that the edit touches read differently at the branch's head than at the plan's base. */
async function touchedDiffer(source: Source, head: string, edits: readonly FileEdit[]): Promise<boolean> {
  const tree = await source.repository.tree(head);
  for (const edit of edits) if ((await tree.read(edit.path)) !== edit.before) return true;
  return false;
}

/** Every changed value stood in the same field in an earlier commit: the one that the action names, or any of the last ones. */
async function restores(source: Source, plan: Plan, action: Action): Promise<boolean> {
  if (plan.changes.length === 0) return false;
  if (isSourceRestore(action)) return restoresPlace(source, plan, action);
  if (action.action === 'restoreField') return restoresNamed(source, plan, action);
  const earlier = (await readVersions(source)).slice(1).flatMap(({ objects }) => objectIn(objects, source.target) ?? []);
  return plan.changes.every(({ path, after }) => after !== undefined && earlier.some((object) => shownEarlier(readPointer(object, `/${path}`)) === after));
}

/** The commit that the action restores from is an earlier one of this branch, and holds each value that comes back. */
async function restoresNamed(source: Source, plan: Plan, { path, commit }: Extract<Action, { readonly action: 'restoreField' }>): Promise<boolean> {
  if (commit === plan.base || !(await source.repository.isAncestor(commit, plan.base))) return false;
  const held = new Set(leavesOf(await earlierValue(source, path, commit)).map(textOf));
  return plan.changes.every(({ after }) => after === undefined || held.has(after));
}

const shownEarlier = (value: unknown): string | undefined => (value === undefined ? undefined : textOf(value).slice(0, 256));

function leavesOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  const inside = value !== null && typeof value === 'object' ? Object.values(value) : [];
  return inside.length === 0 ? [value] : inside.flatMap(leavesOf);
}

async function judgeRevert(deps: StageDeps, view: View, plan: Plan): Promise<{ judged: Judged; baseMoved: boolean }> {
  const { source, edits, action, before, after } = await revertEdits(deps, view, plan);
  return {
    judged: { kind: 'Revert', plan, action, edits, diffs: structuralDiff(before, after), exact: true, binding: source.binding, clusterLabels: await labelsOf(deps, source.cluster), restoresEarlierValue: true, application: source.application?.ref, secretsInGit: [] },
    baseMoved: false,
  };
}

async function labelsOf(deps: Pick<StageDeps, 'settings'>, cluster: string): Promise<Readonly<Record<string, string>>> {
  return (await deps.settings.clusters()).find((one) => one.name === cluster)?.labels ?? {};
}

/** Allow only if policy says so and names no violation. Deferred violations alone wait; everything else is a no. */
function toVerdict({ view, judged, decision, bundle, baseMoved }: { readonly view: View; readonly judged: Judged; readonly decision: GateDecision; readonly bundle: BundleInfo; readonly baseMoved: boolean }): Verdict {
  const unsafe = decision.violations.some((violation) => violation.class === 'Unsafe');
  const deferred = !unsafe && decision.violations.length > 0;
  return {
    result: unsafe ? 'Deny' : deferred ? 'Defer' : decision.allow ? 'Allow' : 'Deny',
    kind: judged.kind,
    tier: decision.tier,
    violations: decision.violations.slice(0, 10).map((violation) => ({ ...violation, message: violation.message.slice(0, 512) })),
    warnings: decision.warnings.slice(0, 10).map((warning) => warning.slice(0, 256)),
    requires: { approvals: decision.requires.approvals, priorApproval: decision.requires.priorApproval },
    forPlan: judged.plan.digest,
    bundle,
    factsAt: renderTime(view.now),
    ...(baseMoved ? { baseMoved } : {}),
  };
}

