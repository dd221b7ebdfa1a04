import { PermanentError, canonicalJson, isPermanent, parseTime, renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { Action, refOf, renderRef, sameRef, type ClusterProgress, type FileEdit, type Plan, type Proposal } from '@fleetmend/model';
import { readPointer } from './field.ts';
import { editAndProve } from './edit-and-prove.ts';
import { countLines, editDigest, planDigest } from './edit-digest.ts';
import { findDrift, usedCharts, type Proven } from './prove.ts';
import { saidLately } from './said-lately.ts';
import { findSource, leadCluster, openRepository, readTarget, targetOf, type Source } from './source.ts';
import { sourceOfChange } from './changed-object.ts';
import type { Facts, Stage, StageDeps } from '../stage.ts';
import { isSourceRestore, proveRestore } from '../unrendered/prove-restore.ts';
import { objectOfPlan, readBaseline } from './baseline.ts';
import { shownValue } from './shown-value.ts';

/** Makes a plan of file edits for the first candidate that can be located, edited and proved. Noun: `Plan`. */
export function propose(deps: StageDeps): Stage {
  return async (view) => {
    const { request } = view;
    const at = renderTime(view.now);
    const source = await sourceFor(deps, view);
    if (source === undefined) return { fact: { proposal: proposal('GoneFromGit', 'TargetGone', `${renderRef(targetOf(request))} does not exist any more`, at) } };
    const refused = new Set(request.status.refused?.map((edit) => edit.edit));
    const troubles: string[] = [];
    for (const candidate of candidates(view)) {
      try {
        const made = await (source === 'Unrendered' || isSourceRestore(candidate) ? planRestore(deps, view, candidate) : planFor(deps, view, source, candidate));
        if (made.kind === 'base-ahead') return { fact: baseAhead(made.commit, made.message, made.source, view) };
        if (made.kind === 'not-yet') return { notYet: deps.pace.poll, reason: made.message };
        if (made.kind === 'nothing') troubles.push(made.message);
        else if (refused.has(made.plan.edit)) troubles.push(`${made.plan.action} was denied before`);
        else {
          await recordPlan(deps, view, made.plan);
          return { fact: { proposal: proposal('Planned', 'Planned', `${made.plan.action} in ${made.plan.files.map((file) => file.path).join(', ')}`, at), plan: await withVeto(deps, view, made.plan), clusters: await baselines(deps, view, made.plan) } };
        }
      } catch (error) {
        if (!isPermanent(error) || candidates(view).length === 1) throw error;
        troubles.push(error.message);
      }
    }
    const nothing = troubles.length > 0 && troubles.every((trouble) => trouble.startsWith('nothing to change'));
    const fresh = nothing && source !== 'Unrendered' ? await saidLately(source, view.now) : undefined;
    if (fresh !== undefined) return { notYet: deps.pace.poll, reason: `Git says what it should since ${fresh.slice(0, 8)}, a moment ago: it has yet to be applied and tried` };
    return { fact: { proposal: proposal(nothing ? 'NothingToChange' : 'Uncertain', nothing ? 'NothingToChange' : 'NoSafeEdit', troubles.join('; ').slice(0, 500) || 'no candidate is left', at) } };
  };
}

/** The edit and its proof, by digests and places: what was changed stands in Git, and values may be anybody's. */
async function recordPlan(deps: Pick<StageDeps, 'audit'>, { request }: View, plan: Plan): Promise<void> {
  const { namespace, name, uid } = request.metadata;
  const { digest, edit, action, base, source, files, objects, proof } = plan;
  await deps.audit.record({
    step: 'propose',
    actor: 'hub',
    request: { namespace, name, uid, attempt: request.status.attempt },
    data: { plan: digest, patch: edit, action, base, forge: source.forge, repository: source.repository, branch: source.branch, files, objects, proof },
  });
}

type Made =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'nothing'; readonly message: string }
  | { readonly kind: 'not-yet'; readonly message: string }
  | { readonly kind: 'base-ahead'; readonly commit: string; readonly message: string; readonly source: Source };

function proposal(result: Proposal['result'], reason: string, message: string, at: string): Proposal {
  return { result, reason, message: message.slice(0, 512), at };
}

/** The diagnosis' candidates that were not tried in an earlier attempt. */
function candidates({ request }: View): readonly Action[] {
  const tried = new Set(request.status.attempts?.map((attempt) => attempt.actionJson));
  const texts = request.status.diagnosis?.candidates ?? [];
  return texts.filter((text) => !tried.has(text)).map((text) => Action.parse(JSON.parse(text)));
}

/** What cannot be rendered has no source that could be found, and what mends it does not need one. Undefined: the target is gone. */
async function sourceFor(deps: StageDeps, view: View): Promise<Source | 'Unrendered' | undefined> {
  const { request } = view;
  const all = candidates(view);
  if (all.length === 0 || !all.every(isSourceRestore)) return findSource(deps, request);
  return (await readTarget(deps, leadCluster(request), targetOf(request))) && 'Unrendered';
}

async function planRestore(deps: StageDeps, view: View, action: Action): Promise<Made> {
  const made = isSourceRestore(action) ? await proveRestore(deps, view, { action }) : undefined;
  if (made === undefined) return { kind: 'not-yet', message: `${renderRef(targetOf(view.request))} can be rendered again; its engine has yet to apply that` };
  return { kind: 'plan', plan: renderPlan(deps, view, { ...made, action, unapplied: true }) };
}

async function planFor(deps: StageDeps, view: View, targetSource: Source, action: Action): Promise<Made> {
  const source = await sourceOfChange(deps, targetSource, action);
  const tree = await source.repository.tree(source.head);
  const { edits, proven } = await editAndProve(deps, view, { source, tree, action });
  if (proven === undefined) return { kind: 'nothing', message: `nothing to change: Git already says what ${action.action} wants` };
  const unapplied = source.application?.refused !== undefined;
  for (const place of proven.places) {
    const drift = place.source.application?.refused !== undefined || place.source.unseen === true ? undefined : findDrift(place.change, place.source.target, place.base);
    if (drift !== undefined) return explainDrift(view, place.source, drift);
  }
  return { kind: 'plan', plan: renderPlan(deps, view, { source, action, edits, proven, unapplied }) };
}

/** Live and Git disagree. While the engine has yet to apply the head, or to put back what is not as it says, that may end it; else it is drift. */
async function explainDrift({ request, now }: View, source: Source, drift: { readonly path: string; readonly live: unknown; readonly git: unknown }): Promise<Made> {
  const applied = source.application?.applied;
  const where = `${drift.path} is ${shownValue(drift.path, drift.live)} live and ${shownValue(drift.path, drift.git)} in Git`;
  if (source.application !== undefined && applied !== source.head && !(applied !== undefined && (await source.repository.isAncestor(source.head, applied)))) {
    const [setter] = await source.repository.log(source.head, source.origin.path, 1);
    if (setter !== undefined && (applied === undefined || !(await source.repository.isAncestor(setter.sha, applied)))) return { kind: 'base-ahead', commit: setter.sha, message: where, source };
    return { kind: 'not-yet', message: `${where}; the engine has yet to apply ${source.head.slice(0, 8)}` };
  }
  const heals = (source.application?.healsWithin ?? 0) + (parseTime(request.metadata.creationTimestamp) ?? now);
  if (now < heals) return { kind: 'not-yet', message: `${where}; the engine has yet to put it back` };
  throw new PermanentError('Drift', `${where}: somebody changed the cluster by hand; put it back or commit it, then retry`);
}

function baseAhead(commit: string, message: string, source: Source, view: View): Facts {
  const at = renderTime(view.now);
  return {
    proposal: { ...proposal('BaseAhead', 'BaseAhead', message, at), commit },
    pullRequest: { url: '', number: 0, branch: source.binding.spec.branch, state: 'Merged', touched: false, foreignMerge: true, mergeSHA: commit, openedAt: at },
  };
}

interface Parts {
  readonly source: Source;
  readonly action: Action;
  readonly edits: readonly FileEdit[];
  readonly proven: Proven;
  readonly unapplied: boolean;
  /** Where they are none of a rendered object. */
  readonly changes?: Plan['changes'];
}

function renderPlan(deps: StageDeps, view: View, { source, action, edits, proven, unapplied, changes: given }: Parts): Plan {
  const files = edits.map((edit) => ({ path: edit.path, ...countLines(edit) }));
  const lines = files.reduce((sum, file) => sum + file.added + file.removed, 0);
  const { editBudget } = deps.pace;
  if (files.length > editBudget.files || lines > editBudget.lines) {
    throw new PermanentError('EditTooLarge', `the edit touches ${files.length} files and ${lines} lines; at most ${editBudget.files} and ${editBudget.lines} are made by a machine`);
  }
  const { binding } = source;
  const place = `${binding.spec.forgeRef}/${binding.spec.repository}`;
  const changes = given ?? changedFields(action, source, proven);
  return {
    digest: planDigest(source.head, edits, action),
    edit: editDigest(edits, action),
    action: action.action,
    actionJson: canonicalJson(action),
    tier: 'T1',
    source: { layout: source.origin.layout, forge: binding.spec.forgeRef, repository: binding.spec.repository, branch: binding.spec.branch, evidence: source.origin.evidence.map((line) => line.slice(0, 256)).slice(0, 12) },
    base: source.head,
    files,
    changes,
    objects: proven.diffs.slice(0, 20).map((diff) => ({ ref: renderRef(diff.ref).slice(0, 380), op: diff.op, paths: diff.paths.slice(0, 12) })),
    proof: { renderer: source.origin.layout, base: source.head, ...proven.reach, exact: proven.exact, unapplied, ...(proven.since === undefined ? {} : { since: proven.since.revision }), ...usedCharts(proven) },
    fields: [...fieldKeys(place, changes, proven), ...sharedFields(place, { edits, proven })].map((field) => field.slice(0, 1024)).slice(0, 20),
    at: renderTime(view.now),
  };
}

/** One for each field and each file that a cluster of the request has it in. */
function fieldKeys(place: string, changes: Plan['changes'], { places }: Proven): readonly string[] {
  const files = new Set(places.map(({ source }) => source.origin.path));
  return changes.flatMap((change) => [...files].map((file) => `${place}:${file}:${change.path}`));
}

/** An edit that several objects show is the same for each of their requests: the later one follows. */
function sharedFields(place: string, { edits, proven }: Pick<Parts, 'edits' | 'proven'>): readonly string[] {
  return proven.diffs.length > 1 ? edits.map(({ path }) => `${place}:${path}:shared`) : [];
}

function changedFields(action: Action, source: Source, { base, edited, diffs }: Proven): Plan['changes'] {
  const paths = diffs.filter(({ cluster, ref }) => cluster === undefined && sameRef({ ...ref, namespace: source.target.metadata.namespace }, refOf(source.target))).flatMap((diff) => diff.paths);
  return paths.slice(0, 20).map((pointer) => {
    const before = readPointer(base, pointer);
    const after = readPointer(edited, pointer);
    return {
      file: source.origin.path,
      path: pointer.slice(1, 513),
      ...(before === undefined ? {} : { before: shownValue(pointer, before) }),
      ...(after === undefined ? {} : { after: shownValue(pointer, after) }),
    };
  });
}

/** A person's "no" to the same (repository, file, field, action), or to this fingerprint, is looked up in the memory. */
async function withVeto(deps: StageDeps, { request }: View, plan: Plan): Promise<Plan> {
  const keys = vetoKeys(plan, request.spec.failure.fingerprint);
  const vetoes = await deps.vectorStore.findVetoes(request.metadata.namespace, keys);
  return vetoes.some((veto) => veto.request !== request.metadata.uid) ? { ...plan, vetoed: true } : plan;
}

export function vetoKeys(plan: Pick<Plan, 'fields' | 'action'>, fingerprint: string): readonly string[] {
  return [...plan.fields.map((field) => `${field}:${plan.action}`), fingerprint];
}

/**
 * How the target stands in each cluster before our change; kept from the first look of the attempt. A plan that changes another object
 * leaves that one out of what must not change, so that it is looked at anew.
 */
async function baselines(deps: StageDeps, view: View, plan: Plan): Promise<ClusterProgress[]> {
  const known = view.request.status.clusters ?? [];
  const isOwn = objectOfPlan(plan) === undefined;
  return Promise.all(
    view.request.spec.clusters.map(async (name) => {
      const before = known.find((progress) => progress.name === name);
      return before?.baseline && isOwn ? before : { ...before, name, baseline: await readBaseline(deps, view, name, plan) };
    }),
  );
}

/** The edits of a plan, made again from its action and its base: they are fixed by its digest, so they need not be stored. */
export async function rebuildEdits(deps: StageDeps, view: View, plan: Plan): Promise<{ source: Source; edits: readonly FileEdit[]; proven: Proven; action: Action }> {
  const action = Action.parse(JSON.parse(plan.actionJson));
  if (isSourceRestore(action)) {
    const made = await proveRestore(deps, view, { action, base: plan.base });
    if (made === undefined || planDigest(plan.base, made.edits, action) !== plan.digest) throw changedMeanwhile(plan);
    return { ...made, action };
  }
  const source = await sourceOfChange(deps, await findSourceAt(deps, view, plan), action);
  const tree = await source.repository.tree(plan.base);
  const { edits, proven } = await editAndProve(deps, view, { source, tree, action });
  if (proven === undefined || planDigest(plan.base, edits, action) !== plan.digest) throw changedMeanwhile(plan);
  return { source, edits, proven, action };
}

function changedMeanwhile({ digest }: Plan): Error {
  return new Error(`the edit of plan ${digest.slice(0, 19)} came out different when made again: it will be planned anew`);
}

/** The source as it stood at the plan's base, whatever the branch holds now. */
async function findSourceAt(deps: StageDeps, view: View, plan: Plan): Promise<Source> {
  const target = targetOf(view.request);
  const live = await readTarget(deps, view.request.spec.clusters[0] ?? '', target);
  if (live === undefined) throw new Error(`${renderRef(target)} does not exist any more`);
  const { forge, repository } = await openRepository(deps, { forgeRef: plan.source.forge, repository: plan.source.repository });
  const found = await findSource(deps, view.request);
  if (found === undefined) throw new Error(`${renderRef(target)} does not exist any more`);
  const tree = await repository.tree(plan.base);
  const origin = await found.layout.locate({ cluster: found.cluster, target: refOf(live), application: found.application, binding: found.binding.spec, tree });
  if (origin === undefined) throw new Error(`${renderRef(target)} is not in ${plan.base.slice(0, 8)} any more`);
  return { ...found, forge, repository, head: plan.base, origin };
}
