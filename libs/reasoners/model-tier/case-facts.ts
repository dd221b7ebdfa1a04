import type { KubeObject } from '@fleetmend/model';
import type { Case, FieldHistory } from '@fleetmend/plugin-api';

type Json = Readonly<Record<string, unknown>>;

/** Of each kind: two hundred pods that fail alike say no more than a few. */
const MOST_OF_A_KIND = 8;
const MOST_VALUES = 6;

/** What a model gets to know of a case besides the evidence, small and without what only people wrote: no annotations, no managed fields. */
export function caseFacts(kase: Case): Json {
  const { spec, attempt } = kase.request;
  const { target } = spec;
  return {
    failure: { class: spec.failure.class, subCause: spec.failure.subCause, message: spec.failure.message },
    target: target && { kind: target.kind, namespace: target.namespace, name: target.name, container: target.container },
    attempt,
    live: { spec: kase.target['spec'] },
    related: fewOfEachKind(kase.related).map(summaryOf),
    history: [...kase.history].sort((a, b) => distinct(b) - distinct(a)).map(historyOf),
    precedents: kase.precedents.slice(0, 5).map(({ precedent, weight }) => ({ action: precedent.action, outcome: precedent.outcome, cause: precedent.cause, weight: Math.round(weight * 100) / 100 })),
    alreadyTried: kase.tried.map((text) => JSON.parse(text) as unknown),
  };
}

function fewOfEachKind(objects: readonly KubeObject[]): readonly KubeObject[] {
  const seen = new Map<string, number>();
  return objects.filter(({ kind }) => {
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return count <= MOST_OF_A_KIND;
  });
}

function distinct({ values }: FieldHistory): number {
  return new Set(values.map(({ value }) => JSON.stringify(value))).size;
}

/** Each value once, with the newest commit that held it: that is what `restoreField` needs. */
function historyOf({ path, values }: FieldHistory): Json {
  const changes = values.filter(({ value }, index) => index === 0 || JSON.stringify(values[index - 1]?.value) !== JSON.stringify(value));
  return { path, newestFirst: changes.slice(0, MOST_VALUES).map(({ value, commit }) => ({ value, commit })) };
}

function summaryOf(object: KubeObject): Json {
  const status = asRecord(object['status']);
  const head = { kind: object.kind, name: object.metadata.name };
  switch (object.kind) {
    case 'Pod':
      return { ...head, phase: status['phase'], containers: asList(status['containerStatuses']).map(({ name, ready, restartCount, state, lastState }) => ({ name, ready, restartCount, state, lastState })) };
    case 'ReplicaSet':
      return { ...head, readyReplicas: status['readyReplicas'] ?? 0, images: asList(asRecord(asRecord(asRecord(object['spec'])['template'])['spec'])['containers']).map(({ name, image }) => ({ name, image })) };
    case 'Node':
      return { ...head, allocatable: status['allocatable'] };
    default:
      return { ...head, spec: object['spec'], status: object['status'] };
  }
}

function asRecord(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function asList(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}
