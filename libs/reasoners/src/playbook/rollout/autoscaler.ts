import { canonicalJson, readQuantity } from '@fleetmend/kernel';
import type { Action, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { commitWords, insideContainer, placeWords } from '../changes-in-effect.ts';
import { nearestName } from '../nearest-name.ts';
import { heirOf } from '../renamed-object.ts';
import { meantBy } from '../slip.ts';
import type { Rule, RuleAnswer } from '../rule.ts';
import { changesAt, restoring } from '../target-changes.ts';
import { asList, asRecord, containersOf, findContainer, valueAt } from '../workload.ts';
import { answer, handOver, unknown, who } from './answer.ts';

/** What a container asks for where nobody knows better: a tenth of a processor, as most charts begin with. */
const USUAL_CPU = '100m';
const USUAL_MEMORY = '128Mi';

/** An autoscaler can count again: by a request, by a target or by a metric that exists. */
export const autoscalerInactive: Rule = (kase) => {
  switch (kase.request.spec.failure.subCause) {
    case 'MissingRequest':
      return missingRequest(kase);
    case 'TargetNotFound':
      return targetNotFound(kase);
    case 'ContainerNotFound':
      return containerNotFound(kase);
    default:
      return metrics(kase);
  }
};

function missingRequest(kase: Case): RuleAnswer {
  const { failure, target } = kase.request.spec;
  const container = findContainer(kase.target, target?.container);
  const resource = /request for (cpu|memory)/.exec(failure.message)?.[1];
  if (!container || resource === undefined) return unknown(failure.message, 'RequestUnknown', `Give every container of ${who(kase)} a request for what its autoscaler measures.`);
  const removed = changesAt(kase, /^\{pod\}\/(containers|initContainers)\/\[name=[^\]]*\]\/resources(\/.*)?$/).filter((change) => insideContainer(kase, change, container.name) !== undefined && change.after === undefined);
  const [first] = removed;
  if (first) return answer(`${commitWords(first)} took ${placeWords(first.path)} out: ${failure.message}`, 0.95, restoring(kase, removed));
  const beside = usualRequest(kase, resource);
  const set: Action = { action: 'setResources', container: container.name, requests: { [resource]: beside } };
  return answer(failure.message, 0.7, [set]);
}

/** The middle of what the other containers of the namespace ask for, within what this container may have. */
function usualRequest(kase: Case, resource: string): string {
  const all = kase.related.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind)).flatMap(containersOf).flatMap(({ requests }) => requests[resource] ?? []);
  const sorted = all.toSorted((a, b) => Number((readQuantity(a) ?? 0n) - (readQuantity(b) ?? 0n)));
  return sorted[Math.floor(sorted.length / 2)] ?? (resource === 'cpu' ? USUAL_CPU : USUAL_MEMORY);
}

function targetNotFound(kase: Case): RuleAnswer {
  const { kind = '', name = '' } = asRecord(valueAt(kase.target, ['spec', 'scaleTargetRef'])) as { readonly kind?: string; readonly name?: string };
  const cause = `${who(kase)} is to scale ${kind} ${name}, which does not exist`;
  const scalable = kase.related.filter((object) => ['Deployment', 'StatefulSet'].includes(object.kind));
  const names = scalable.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  const [change] = changesAt(kase, /^spec\/scaleTargetRef(\/.*)?$/);
  const sameName = scalable.filter((object) => object.metadata.name === name);
  // Two autoscalers on one workload undo each other's work: what another one scales is nobody's heir.
  const free = names.filter((one) => !scaledByOthers(kase).has(`${kind}/${one}`));
  const near = meantBy(name, free) ?? renamedTo(kase, { kind, name }, free) ?? heirIn(kase, { kind, name }, free) ?? onlyFree(kase, free, kind);
  const toKind: readonly Action[] = sameName.length === 1 ? [{ action: 'setReference', fields: [{ path: ['spec', 'scaleTargetRef', 'kind'], value: sameName[0]?.kind ?? kind }] }] : [];
  const toNear: readonly Action[] = near === undefined ? [] : [{ action: 'setReference', fields: [{ path: ['spec', 'scaleTargetRef', 'name'], value: near }] }];
  const exists = change !== undefined && (change.path.at(-1) !== 'name' || names.includes(String(change.before)));
  const candidates = [...(exists && change ? restoring(kase, [change]) : []), ...toKind, ...toNear];
  if (candidates.length === 0) return handOver(cause, 'ScaleTargetMissing', `Name a workload that exists (${scalable.map((object) => `${object.kind} ${object.metadata.name}`).slice(0, 8).join(', ') || 'there is none'}), or take ${who(kase)} away with what it scaled.`);
  return answer(exists && change ? `${commitWords(change)}: ${cause}` : cause, exists ? 0.95 : 0.75, candidates);
}

/** The one workload of that kind that came when the wanted one went, with the same selector. */
function renamedTo({ versions: [head, ...older] }: Case, { kind, name }: { readonly kind: string; readonly name: string }, names: readonly string[]): string | undefined {
  const last = older.find(({ objects }) => objects.some((object) => object.kind === kind && object.metadata.name === name));
  const selectorOf = (object: KubeObject | undefined) => canonicalJson(valueAt(object, ['spec', 'selector']) ?? null);
  const was = selectorOf(last?.objects.find((object) => object.kind === kind && object.metadata.name === name));
  const isNew = (object: KubeObject) => last?.objects.some((one) => one.kind === kind && one.metadata.name === object.metadata.name) === false;
  const [only, second] = (head?.objects ?? []).filter((object) => object.kind === kind && names.includes(object.metadata.name) && isNew(object) && selectorOf(object) === was);
  return second || was === 'null' ? undefined : only?.metadata.name;
}

/** The wanted one under its new name, labels and all. */
function heirIn(kase: Case, { kind, name }: { readonly kind: string; readonly name: string }, names: readonly string[]): string | undefined {
  const gone = kase.changes.find(({ object, path, after }) => object.kind === kind && object.name === name && path.length === 0 && after === undefined);
  const heir = gone && heirOf(kase, gone)?.metadata.name;
  return heir !== undefined && names.includes(heir) ? heir : undefined;
}

/** The one free workload of that kind which the same application has. */
function onlyFree(kase: Case, free: readonly string[], kind: string): string | undefined {
  const ours = new Set((kase.versions[0]?.objects ?? []).filter((object) => object.kind === kind).map(({ metadata }) => metadata.name));
  const [only, second] = free.filter((name) => ours.has(name));
  return second === undefined ? only : undefined;
}

/** What other autoscalers scale, as `Kind/name`. */
function scaledByOthers({ related, target }: Case): ReadonlySet<string> {
  const others = related.filter(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name !== target.metadata.name);
  return new Set(others.map((other) => asRecord(valueAt(other, ['spec', 'scaleTargetRef']))).map((ref) => `${String(ref['kind'])}/${String(ref['name'])}`));
}

function containerNotFound(kase: Case): RuleAnswer {
  const ref = asRecord(valueAt(kase.target, ['spec', 'scaleTargetRef']));
  const scaled = kase.related.find((object) => object.kind === ref['kind'] && object.metadata.name === ref['name']);
  // A container that ends before the others start is measured by nobody.
  const names = scaled ? containersOf(scaled).filter(({ path }) => !path.includes('initContainers')).map(({ name }) => name) : [];
  const places = asList(valueAt(kase.target, ['spec', 'metrics'])).flatMap((metric, index) => {
    const container = asRecord(metric['containerResource'])['container'];
    return typeof container === 'string' && !names.includes(container) ? [{ index, container }] : [];
  });
  const [place, ...others] = places;
  const changes = changesAt(kase, /^spec\/metrics(\/.*)?$/);
  const wanted = place && (nearestName(place.container, names) ?? (names.length === 1 ? names[0] : undefined));
  const set: readonly Action[] = place && others.length === 0 && wanted !== undefined ? [{ action: 'setHPA', fields: [{ path: ['spec', 'metrics', String(place.index), 'containerResource', 'container'], value: wanted }] }] : [];
  const candidates = [...restoring(kase, changes), ...set];
  if (candidates.length === 0) return handOver(kase.request.spec.failure.message, 'MetricOfNoContainer', `Name a container of ${String(ref['kind'])} ${String(ref['name'])} in the metrics of ${who(kase)}: ${names.join(', ')}.`);
  return answer(`${who(kase)} measures container ${place?.container ?? ''}, which does not exist`, 0.85, candidates);
}

function metrics(kase: Case): RuleAnswer {
  const { failure } = kase.request.spec;
  const changes = changesAt(kase, /^spec\/metrics(\/.*)?$/);
  const [first] = changes;
  if (failure.subCause === 'AmbiguousSelector') return handOver(failure.message, 'TwoAutoscalers', `Two autoscalers scale the pods of ${who(kase)}: take one away.`);
  if (first) return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${who(kase)}: ${failure.message}`, 0.8, restoring(kase, changes));
  return handOver(failure.message, 'MetricsUnavailable', `The metrics of ${who(kase)} were not changed in Git: see whether metrics-server, or the adapter that serves them, is up.`);
}

/** A maximum that a commit lowered goes back; a load that has grown is for people, because it costs. */
export const autoscalerLimited: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const lowered = changesAt(kase, /^spec\/maxReplicas$/).filter(({ before, after }) => Number(before) > Number(after));
  const [first] = lowered;
  if (first) return answer(`${commitWords(first)} lowered the maximum of ${who(kase)} from ${String(first.before)} to ${String(first.after)}, and its metrics ask for more`, 0.9, restoring(kase, [first]));
  const targets = changesAt(kase, /^spec\/metrics\/.*(averageUtilization|averageValue|value)$/);
  const [target] = targets;
  if (target) return answer(`${commitWords(target)} changed ${placeWords(target.path)} of ${who(kase)}, and it asks for more than its maximum since`, 0.7, restoring(kase, [target]));
  return handOver(failure.message, 'RealGrowth', `${who(kase)} is at its maximum of ${String(valueAt(kase.target, ['spec', 'maxReplicas']))} and its load asks for more. More replicas cost: raise the maximum, or find out where the load comes from.`);
};
