import { readQuantity, renderBytes } from '@fleetmend/kernel';
import type { Action, KubeObject } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insideContainer, isTarget, placeWords } from '../changes-in-effect.ts';
import type { Rule } from '../rule.ts';
import { changesAt, changesOf, restoring } from '../target-changes.ts';
import { withValue } from '../with-value.ts';
import { asList, asRecord, containersOf, type ContainerView, isAmount, valueAt } from '../workload.ts';
import { answer, handOver } from './answer.ts';

interface Breach {
  readonly container: ContainerView;
  readonly list: 'requests' | 'limits';
  readonly resource: string;
  /** The value nearest to the present one that is allowed; undefined where there is none to be sure of. */
  readonly allowed: string | undefined;
  readonly words: string;
}

/** A limit range stays as it is: the container goes back to what was in range, or to the nearest value that is. */
export const limitRangeViolated: Rule = (kase) => {
  const ranges = kase.related.filter(({ kind }) => kind === 'LimitRange');
  const breaches = breachesOf(kase.target, ranges);
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  const cause = `${kase.request.spec.failure.message}${breaches.length > 0 ? ` (${breaches.map(({ words }) => words).join('; ')})` : ''}`;
  const changes = changesAt(kase, /^\{pod\}\/(containers|initContainers)\/\[name=[^\]]*\](\/resources(\/.*)?)?$/);
  // Bounds that are not to be seen here, or that are for whole pods, leave only what changed to go by.
  const isBlind = ranges.length === 0 || /\bper Pod\b/.test(kase.request.spec.failure.message);
  const mending = changes.filter((change) => breachesOf(withValue(kase.target, change.path, change.before), ranges).length < breaches.length || (breaches.length === 0 && isBlind));
  const [first] = mending;
  const clamped = clamp(breaches);
  if (first) {
    const together = wholeCommit(kase, changes, first.commit, ranges);
    return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${who}, which the limit range does not allow`, 0.95, [...(mending.length > 1 ? together : []), ...restoring(kase, mending), ...clamped]);
  }
  const [changed] = changesOf(kase, ({ kind }) => kind === 'LimitRange');
  // Who asks for the same as ever and is refused now was overtaken by the range: its pods may need what it no longer grants.
  const takesAway = breaches.some(({ list, allowed, container, resource }) => list === 'limits' && isLess(allowed, container.limits[resource]));
  if (clamped.length > 0 && (!takesAway || isNew(kase, changes))) return answer(cause, 0.75, clamped);
  return handOver(cause, 'OutOfRange', `${changed ? `${commitWords(changed)} changed LimitRange ${changed.object.name}. ` : ''}Bring the containers of ${who} into the range of ${ranges.map(({ metadata }) => metadata.name).join(', ') || 'the limit range'}: it is a guard and is not edited by us.`);
};

function isLess(allowed: string | undefined, asked: string | undefined): boolean {
  return (readQuantity(allowed ?? '') ?? 0n) < (readQuantity(asked ?? '') ?? 0n);
}

/** The workload, or what it asks for, came with one of the last commits. */
function isNew(kase: Case, changes: readonly GitChange[]): boolean {
  return changes.length > 0 || changesInEffect(kase).some((change) => change.path.length === 0 && isTarget(kase, change.object));
}

/** All amounts of a container that one commit changed go back together. */
function wholeCommit(kase: Case, changes: ReturnType<typeof changesAt>, commit: string, ranges: readonly KubeObject[]): readonly Action[] {
  return containersOf(kase.target).flatMap((container): readonly Action[] => {
    const own = changes.filter((change) => change.commit === commit && insideContainer(kase, change, container.name)?.[0] === 'resources');
    const amounts = (list: string) => Object.fromEntries(own.flatMap(({ path, before }) => (path.at(-2) === list && isAmount(before) ? [[path.at(-1) ?? '', String(before)]] : [])));
    const [requests, limits] = [amounts('requests'), amounts('limits')];
    if (own.length < 2 || Object.keys(requests).length + Object.keys(limits).length !== own.length) return [];
    const restored = own.reduce((object, { path, before }) => withValue(object, path, before), kase.target);
    if (breachesOf(restored, ranges).length > 0) return [];
    return [{ action: 'setResources', container: container.name, ...(Object.keys(requests).length > 0 ? { requests } : {}), ...(Object.keys(limits).length > 0 ? { limits } : {}) }];
  });
}

/** What the ranges do not allow, container by container, after their own defaults were filled in. */
function breachesOf(target: KubeObject, ranges: readonly KubeObject[]): readonly Breach[] {
  const items = ranges.flatMap((range) => asList(valueAt(range, ['spec', 'limits']))).filter(({ type }) => type === 'Container');
  const defaults = { limits: Object.assign({}, ...items.map((item) => asRecord(item['default']))) as Record<string, string>, requests: Object.assign({}, ...items.map((item) => asRecord(item['defaultRequest']))) as Record<string, string> };
  return containersOf(target).flatMap((container) => {
    const limits: Readonly<Record<string, string>> = { ...defaults.limits, ...container.limits };
    // A request that nobody sets is the limit, where that was set in the template.
    const requests: Readonly<Record<string, string>> = { ...defaults.requests, ...container.limits, ...container.requests };
    return items.flatMap((item) => [...outside(container, item, 'max', limits, requests), ...outside(container, item, 'min', limits, requests), ...ratio(container, item, limits, requests)]);
  });
}

type Amounts = Readonly<Record<string, string>>;

function outside(container: ContainerView, item: Readonly<Record<string, unknown>>, bound: 'max' | 'min', limits: Amounts, requests: Amounts): readonly Breach[] {
  return Object.entries(asRecord(item[bound])).flatMap(([resource, value]) => {
    const allowed = String(value);
    const edge = readQuantity(allowed) ?? 0n;
    const breach = (list: 'requests' | 'limits', amount: string | undefined): readonly Breach[] => {
      if (amount === undefined) return (list === 'limits') === (bound === 'max') ? [{ container, list, resource, allowed: undefined, words: `${container.name} has no ${resource} in ${list}, and ${bound} is ${allowed}` }] : [];
      const set = readQuantity(amount) ?? 0n;
      return (bound === 'max' ? set > edge : set < edge) ? [{ container, list, resource, allowed, words: `${container.name} has ${resource} ${amount} in ${list}, and ${bound} is ${allowed}` }] : [];
    };
    return [...breach('limits', limits[resource]), ...breach('requests', requests[resource])];
  });
}

function ratio(container: ContainerView, item: Readonly<Record<string, unknown>>, limits: Amounts, requests: Amounts): readonly Breach[] {
  return Object.entries(asRecord(item['maxLimitRequestRatio'])).flatMap(([resource, value]) => {
    const [limit, request, most] = [readQuantity(limits[resource] ?? '') ?? 0n, readQuantity(requests[resource] ?? '') ?? 0n, readQuantity(String(value)) ?? 0n];
    if (limit === 0n || request === 0n || most === 0n || limit * 1_000_000_000n <= request * most) return [];
    const least = (limit * 1_000_000_000n + most - 1n) / most;
    return [{ container, list: 'requests' as const, resource, allowed: render(least, resource), words: `${container.name} has ${resource} limit ${String(limits[resource])} for a request of ${String(requests[resource])}, and at most ${String(value)} times is allowed` }];
  });
}

function render(nano: bigint, resource: string): string {
  if (resource === 'cpu') return `${(nano + 999_999n) / 1_000_000n}m`;
  const mebibyte = 1024n * 1024n;
  const bytes = (nano + 999_999_999n) / 1_000_000_000n;
  return renderBytes(((bytes + mebibyte - 1n) / mebibyte) * mebibyte);
}

/** One action that brings a single container into range; none where an amount is missing or several containers are out of it. */
function clamp(breaches: readonly Breach[]): readonly Action[] {
  const [first] = breaches;
  if (!first || breaches.some(({ allowed, container }) => allowed === undefined || container.name !== first.container.name)) return [];
  const amounts = (list: string) => Object.fromEntries(breaches.flatMap((breach) => (breach.list === list && breach.allowed !== undefined ? [[breach.resource, breach.allowed]] : [])));
  const [requests, limits] = [amounts('requests'), amounts('limits')];
  const isOwn = breaches.every(({ list, resource }) => first.container[list][resource] !== undefined || first.container.limits[resource] !== undefined);
  if (!isOwn) return [];
  const changed = Object.fromEntries(Object.entries(requests).filter(([resource]) => first.container.requests[resource] !== undefined));
  if (Object.keys(changed).length + Object.keys(limits).length === 0) return [];
  return [{ action: 'setResources', container: first.container.name, ...(Object.keys(changed).length > 0 ? { requests: changed } : {}), ...(Object.keys(limits).length > 0 ? { limits } : {}) }];
}
