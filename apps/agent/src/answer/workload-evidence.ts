import { parseTime, renderTime } from '@fleetmend/kernel';
import { isNotFound, listObjects, renderSelector, type KubeClient } from '@fleetmend/k8s';
import { renderRef, type KubeObject } from '@fleetmend/model';
import type { RedactionSession } from '@fleetmend/redaction';
import { eventTimeOf } from '../watch/world-cache.ts';
import type { RawItem } from './evidence-items.ts';
import { answerType } from './read-types.ts';
import { stripObject } from './strip-object.ts';

const MOST_EVENTS = 40;
const MOST_REVISIONS = 10;

interface EventView {
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
  readonly count?: number;
  readonly series?: { readonly count?: number };
}

/** Events of several objects, newest first, each text once, with how often it came. */
export function eventsItem(about: string, events: readonly KubeObject[]): RawItem | undefined {
  const lines = new Map<string, { count: number; last: number }>();
  for (const event of events) {
    const { type = '', reason = '', message = '', count, series } = event as EventView & KubeObject;
    const text = `${type} ${reason}: ${message.replace(/\s+/g, ' ').slice(0, 1024)}`;
    const known = lines.get(text) ?? { count: 0, last: 0 };
    lines.set(text, { count: known.count + (series?.count ?? count ?? 1), last: Math.max(known.last, eventTimeOf(event)) });
  }
  if (lines.size === 0) return undefined;
  const sorted = [...lines].toSorted(([, a], [, b]) => b.last - a.last).slice(0, MOST_EVENTS);
  return { kind: 'event', title: `events of ${about}`, text: sorted.map(([text, { count, last }]) => `${renderTime(last)} ×${count} ${text}`).join('\n') };
}

/** An object's spec without secret values; of its metadata what a repair could need. */
export function objectItem(object: KubeObject, session: RedactionSession): RawItem {
  const { apiVersion, kind, metadata, ...rest } = stripObject(object, session);
  const { name, namespace, labels, annotations, generation, creationTimestamp } = metadata;
  const shown = { apiVersion, kind, metadata: { name, namespace, generation, creationTimestamp, labels, annotations }, spec: rest['spec'], status: rest['status'] };
  return { kind: 'object', title: `${renderRef({ kind, namespace, name })} as it is live`, text: JSON.stringify(shown, undefined, 1) };
}

interface ReplicaSetView {
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image?: string; readonly resources?: unknown }[] } } };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number };
}

/** The Deployment's revisions, newest first: since when, with which images and limits, and how many of their pods are ready. */
export async function historyItem(client: KubeClient, deployment: KubeObject, signal: AbortSignal): Promise<RawItem | undefined> {
  const labels = (deployment['spec'] as { selector?: { matchLabels?: Record<string, string> } } | undefined)?.selector?.matchLabels;
  if (deployment.kind !== 'Deployment' || !labels) return undefined;
  const { items } = await listObjects(client, answerType('ReplicaSet'), { namespace: deployment.metadata.namespace, labelSelector: renderSelector(labels), signal });
  const revisionOf = (object: KubeObject) => Number(object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const own = items.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid)).toSorted((a, b) => revisionOf(b) - revisionOf(a));
  const lines = own.slice(0, MOST_REVISIONS).map((replicaSet) => {
    const { spec, status } = replicaSet as ReplicaSetView & KubeObject;
    const containers = (spec?.template?.spec?.containers ?? []).map(({ name, image, resources }) => `${name}=${image ?? '?'} ${JSON.stringify(resources ?? {})}`);
    return `revision ${revisionOf(replicaSet)} since ${replicaSet.metadata.creationTimestamp ?? '?'}: ${status?.readyReplicas ?? 0} of ${status?.replicas ?? 0} ready, ${containers.join(', ')}`;
  });
  return lines.length === 0 ? undefined : { kind: 'history', title: `revisions of ${renderRef({ kind: 'Deployment', namespace: deployment.metadata.namespace, name: deployment.metadata.name })}`, text: lines.join('\n') };
}

/** What bounds the namespace: quotas with what is used of them, and LimitRanges. */
export async function boundsItem(client: KubeClient, namespace: string, signal: AbortSignal): Promise<RawItem | undefined> {
  const lists = await Promise.all(
    ['ResourceQuota', 'LimitRange'].map((kind) =>
      listObjects(client, answerType(kind), { namespace, signal }).then(
        ({ items }) => items,
        (error: unknown) => {
          if (isNotFound(error)) return [];
          throw error;
        },
      ),
    ),
  );
  const lines = lists.flat().map((object) => {
    const { hard, used } = (object['status'] ?? {}) as { readonly hard?: Readonly<Record<string, string>>; readonly used?: Readonly<Record<string, string>> };
    if (object.kind === 'LimitRange') return `LimitRange ${object.metadata.name}: ${JSON.stringify((object['spec'] as { readonly limits?: unknown } | undefined)?.limits ?? [])}`;
    return `ResourceQuota ${object.metadata.name}: ${Object.entries(hard ?? {}).map(([name, amount]) => `${name} ${used?.[name] ?? '0'} of ${amount}`).join(', ')}`;
  });
  return lines.length === 0 ? undefined : { kind: 'quota', title: `quotas and limit ranges of namespace ${namespace}`, text: lines.join('\n') };
}

interface NodeView {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly { readonly key: string; readonly effect: string }[] };
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>>; readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly lastTransitionTime?: string }[] };
}

export function nodeItem(node: KubeObject): RawItem {
  const { spec, status } = node as NodeView & KubeObject;
  const lines = [
    `allocatable: ${JSON.stringify(status?.allocatable ?? {})}`,
    ...(spec?.unschedulable ? ['unschedulable'] : []),
    ...(spec?.taints ?? []).map(({ key, effect }) => `taint ${key}:${effect}`),
    ...(status?.conditions ?? []).map(({ type, status: value, reason, lastTransitionTime }) => `${type}=${value} (${reason ?? ''}) since ${renderTime(parseTime(lastTransitionTime) ?? 0)}`),
  ];
  return { kind: 'node', title: `node ${node.metadata.name}`, text: lines.join('\n') };
}
