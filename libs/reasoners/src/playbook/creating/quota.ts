import { canonicalJson, readQuantity, renderBytes } from '@fleetmend/kernel';
import type { Action, KubeObject } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insideContainer, isTarget, placeWords, valueIn } from '../changes-in-effect.ts';
import { isMeantToGrow } from '../intent.ts';
import type { Rule, RuleAnswer } from '../rule.ts';
import { changesAt, changesOf, restoring, scalerOf } from '../target-changes.ts';
import { withValue } from '../with-value.ts';
import { asRecord, containersOf, type ContainerView, isAmount } from '../workload.ts';
import { answer, handOver } from './answer.ts';
import { demandOf, heldBy, measureOf } from './pod-demand.ts';
import { nameIn, refusalText } from './refusal-text.ts';

/** A number of replicas that grew by more than this was hardly meant as growth. */
const LEAP = 3;
/** How many ended runs of a kind a CronJob keeps at most where it does not say. */
const USUAL_HISTORY = 3;

/** A quota is never raised: what a commit made larger goes back to what fitted, and growth that somebody means is for people. */
export const quotaExceeded: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const name = nameIn(failure.message, /quota (\S+)/);
  const quota = kase.related.find((object) => object.kind === 'ResourceQuota' && object.metadata.name === name);
  return failure.subCause === 'AmountsRequired' ? amountsRequired(kase, name) : exceeded(kase, name, quota);
};

function exceeded(kase: Case, name: string, quota: KubeObject | undefined): RuleAnswer {
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  const measures = exceededMeasures(kase, name, quota);
  const cause = `quota ${name} leaves no room for the pods of ${who} (${measures.join(', ') || 'see the event'})`;
  const [lowered] = changesOf(kase, ({ kind, name: other }) => kind === 'ResourceQuota' && other === name);
  const changes = changesAt(kase, /^spec\/(replicas|parallelism)$/, /^\{pod\}\/(containers|initContainers)\/\[name=[^\]]*\](\/resources(\/.*)?)?$/).filter((change) => grows(kase, change, measures));
  const mistakes = changes.filter((change) => !isGrowth(kase, change));
  const fitting = mistakes.filter((change) => fits(kase, [change], measures, quota));
  const kept = measures.includes('count/jobs.batch') ? changesAt(kase, /^spec\/(successful|failed)JobsHistoryLimit$/).filter(({ before, after }) => typeof after === 'number' && after > (typeof before === 'number' ? before : USUAL_HISTORY)) : [];
  const [keptMore] = kept;
  if (keptMore) return answer(`${commitWords(keptMore)} lets ${who} keep ${String(keptMore.after)} ended runs, and quota ${name} counts them, too`, 0.85, restoring(kase, kept));
  const scaler = scalerOf(kase);
  const usable = fitting.filter(({ path }) => scaler === undefined || path.at(-1) !== 'replicas');
  const [first] = usable;
  if (first) return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${who}, and quota ${name} has no room for it`, 0.9, backTo(kase, usable));
  if (changes.length > 0 && mistakes.length === 0) {
    const [growth] = changes;
    return handOver(`${growth ? `${commitWords(growth)} asks for more, and ` : ''}${cause}`, 'RealGrowth', `${who} is meant to grow, and quota ${name} has no room (${roomWords(quota, measures)}). Whoever owns the quota has to decide; it is never raised by us.`);
  }
  if (lowered) return handOver(cause, 'QuotaChanged', `${commitWords(lowered)} changed ResourceQuota ${name}: ${placeWords(lowered.path)}. A quota is a guard and is not edited by us; ask whoever changed it.`);
  return handOver(cause, 'QuotaExhausted', `ResourceQuota ${name}: ${roomWords(quota, measures)}. Nothing that ${who} asks for was raised in Git lately: make room in the namespace, or let the quota's owner decide.`);
}

/** From the API server's words, else by what is used up. */
function exceededMeasures(kase: Case, name: string, quota: KubeObject | undefined): readonly string[] {
  const found = refusalText(kase, /exceeded quota: ([^\s,]+), requested: ([^ ]+), used:/);
  if (found && found[1] === name) return (found[2] ?? '').split(',').map((part) => part.split('=')[0] ?? '');
  const { hard, used } = asRecord(quota?.['status']);
  return Object.keys(asRecord(hard)).filter((measure) => (amountAt(used, measure) + (demandOf(kase.target, measure) ?? 0n) - heldBy(kase.target, kase.related, measure)) > amountAt(hard, measure));
}

function amountAt(amounts: unknown, name: string): bigint {
  const value = asRecord(amounts)[name];
  return typeof value === 'string' || typeof value === 'number' ? (readQuantity(value) ?? 0n) : 0n;
}

/** Without the change, the target would ask for less of what is exceeded. */
function grows(kase: Case, change: GitChange, measures: readonly string[]): boolean {
  const before = withValue(kase.target, change.path, change.before);
  return measures.some((measure) => {
    const [less, more] = [demandOf(before, measure), demandOf(kase.target, measure)];
    return less !== undefined && more !== undefined && less < more;
  });
}

/** With these changes taken back, everything that the target wants has room beside what others use. */
function fits(kase: Case, changes: readonly GitChange[], measures: readonly string[], quota: KubeObject | undefined): boolean {
  if (!quota) return true;
  const before = withSame(kase, changes);
  const { hard, used } = asRecord(quota['status']);
  return measures.every((measure) => {
    const wanted = demandOf(before, measure);
    return wanted === undefined || amountAt(used, measure) - heldBy(kase.target, kase.related, measure) + wanted <= amountAt(hard, measure);
  });
}

/** A container's requests and limits of one commit belong together. */
function withSame(kase: Case, changes: readonly GitChange[]): KubeObject {
  return changes.flatMap((change) => companions(kase, change)).reduce((object, { path, before }) => withValue(object, path, before), kase.target);
}

function companions(kase: Case, change: GitChange): readonly GitChange[] {
  const container = containerOf(kase, change);
  if (container === undefined) return [change];
  const all = changesInEffect(kase).filter((other) => other.commit === change.commit && isTarget(kase, other.object) && insideContainer(kase, other, container.name)?.[0] === 'resources');
  return all.length > 0 ? all : [change];
}

function containerOf(kase: Case, change: GitChange): ContainerView | undefined {
  return containersOf(kase.target).find(({ name }) => insideContainer(kase, change, name)?.[0] === 'resources');
}

/** One action a container: its amounts go back together, so that no request is left above its limit. */
function backTo(kase: Case, changes: readonly GitChange[]): readonly Action[] {
  const actions = changes.flatMap((change): readonly Action[] => {
    const group = companions(kase, change);
    const container = containerOf(kase, change);
    if (container === undefined || group.length < 2) return restoring(kase, [change]);
    const amounts = (list: 'requests' | 'limits') => Object.fromEntries(group.flatMap(({ path, before }) => (path.at(-2) === list && isAmount(before) ? [[path.at(-1) ?? '', String(before)]] : [])));
    if (group.some(({ path, before }) => !isAmount(before) || !['requests', 'limits'].includes(path.at(-2) ?? ''))) return [{ action: 'restoreField', path: [...container.path, 'resources'], commit: change.beforeCommit }];
    const [requests, limits] = [amounts('requests'), amounts('limits')];
    return [{ action: 'setResources', container: container.name, ...(Object.keys(requests).length > 0 ? { requests } : {}), ...(Object.keys(limits).length > 0 ? { limits } : {}) }];
  });
  return actions.filter((action, index) => actions.findIndex((other) => canonicalJson(other) === canonicalJson(action)) === index);
}

/**
 * Growth that is meant: more replicas step by step or in so many words; or more of everything because the program does more. A number that
 * jumped is a slip.
 */
function isGrowth(kase: Case, change: GitChange): boolean {
  const earlier = valuesBefore(kase, change);
  const climbs = earlier.length >= 2 && earlier.every((value, index) => index === 0 || value < (earlier[index - 1] ?? 0n));
  const last = path(change);
  if (last === 'replicas' || last === 'parallelism') {
    const [before, after] = [Number(change.before ?? 1), Number(change.after ?? 1)];
    return after <= before * LEAP && (climbs || isMeantToGrow(change));
  }
  const container = containersOf(kase.target).find(({ name }) => insideContainer(kase, change, name) !== undefined);
  const doesMore = container !== undefined && changesInEffect(kase).some((other) => other.commit === change.commit && /^(args|command|env|image)$/.test(insideContainer(kase, other, container.name)?.[0] ?? ''));
  return doesMore || climbs;
}

const path = ({ path: segments }: GitChange): string => segments.at(-1) ?? '';

/** The field's values in Git before this change, newest first, as amounts. */
function valuesBefore(kase: Case, change: GitChange): readonly bigint[] {
  const all = kase.versions.flatMap(({ commit }) => {
    const value = valueIn(kase, commit, change.object, change.path);
    return typeof value === 'string' || typeof value === 'number' ? (readQuantity(value) ?? []) : [];
  });
  const steps = all.filter((value, index) => index === 0 || value !== all[index - 1]);
  return steps.slice(1);
}

function roomWords(quota: KubeObject | undefined, measures: readonly string[]): string {
  const { hard, used } = asRecord(quota?.['status']);
  return measures.map((measure) => `${measure} ${String(asRecord(used)[measure] ?? '?')} of ${String(asRecord(hard)[measure] ?? '?')} used`).join(', ') || 'see its status';
}

/** Requests or limits that were taken out go back in; else a request that is there says what a limit may be. */
function amountsRequired(kase: Case, name: string): RuleAnswer {
  const found = refusalText(kase, /must specify (.*)$/);
  const wants = (found?.[1] ?? '').split(';').flatMap((part) => {
    const [measure = '', containers = ''] = part.trim().split(/ for: | for /);
    return containers.split(',').map((container) => ({ measure: measure.trim(), container: container.trim() }));
  });
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  const cause = `quota ${name} wants amounts that ${who} does not specify (${wants.map(({ measure, container }) => `${measure}${container === '' ? '' : ` of ${container}`}`).join(', ')})`;
  const removed = changesAt(kase, /^\{pod\}\/(containers|initContainers)\/\[name=[^\]]*\]\/resources(\/.*)?$/).filter(({ after }) => after === undefined);
  const [first] = removed;
  if (first) return answer(`${commitWords(first)} took ${placeWords(first.path)} out of ${who}, and quota ${name} wants it`, 0.95, wholeResources(kase, removed));
  const set = containersOf(kase.target).flatMap((container) => derived(container, wants.filter((want) => want.container === container.name || want.container === '').flatMap(({ measure }) => measureOf(measure) ?? []), kase));
  if (set.length === 1) return answer(cause, 0.7, set);
  return handOver(cause, 'AmountsMissing', `Set ${wants.map(({ measure }) => measure).join(', ') || 'requests and limits'} in the containers of ${who}, or a LimitRange with defaults: nothing in Git says how much they need.`);
}

/** Several amounts that one commit took out of a container go back in one action. */
function wholeResources(kase: Case, removed: readonly GitChange[]): readonly Action[] {
  if (removed.length === 1) return restoring(kase, removed);
  const groups = containersOf(kase.target).flatMap((container): readonly Action[] => {
    const own = removed.filter((change) => insideContainer(kase, change, container.name) !== undefined);
    const [one] = own;
    if (!one) return [];
    const amounts = (list: string) => Object.fromEntries(own.flatMap(({ path: segments, before }) => (segments.at(-2) === list && isAmount(before) ? [[segments.at(-1) ?? '', String(before)] as const] : segments.at(-1) === list ? Object.entries(asRecord(before)).map(([key, value]) => [key, String(value)] as const) : [])));
    const [requests, limits] = [amounts('requests'), amounts('limits')];
    if (Object.keys({ ...requests, ...limits }).length === 0) return restoring(kase, [one]);
    return [{ action: 'setResources', container: container.name, ...(Object.keys(requests).length > 0 ? { requests } : {}), ...(Object.keys(limits).length > 0 ? { limits } : {}) }];
  });
  return groups;
}

/** A missing limit as twice the request, a missing request as half the limit, a missing pair as a container beside it has it. */
function derived(container: ContainerView, missing: readonly { readonly list: 'requests' | 'limits'; readonly resource: string }[], kase: Case): readonly Action[] {
  const sets = missing.map(({ list, resource }) => {
    const known = list === 'limits' ? container.requests[resource] : container.limits[resource];
    const amount = known === undefined ? undefined : readQuantity(known);
    const sibling = containersOf(kase.target).find((other) => other.name !== container.name && other[list][resource] !== undefined)?.[list][resource];
    const value = amount === undefined ? sibling : list === 'limits' ? render(amount * 2n, resource) : known;
    return { list, resource, value };
  });
  if (sets.length === 0 || sets.some(({ value }) => value === undefined)) return [];
  const amounts = (wanted: string) => Object.fromEntries(sets.flatMap(({ list, resource, value }) => (list === wanted && value !== undefined ? [[resource, value]] : [])));
  const [requests, limits] = [amounts('requests'), amounts('limits')];
  return [{ action: 'setResources', container: container.name, ...(Object.keys(requests).length > 0 ? { requests } : {}), ...(Object.keys(limits).length > 0 ? { limits } : {}) }];
}

function render(nano: bigint, resource: string): string {
  return resource === 'cpu' ? `${nano / 1_000_000n}m` : renderBytes(nano / 1_000_000_000n);
}

