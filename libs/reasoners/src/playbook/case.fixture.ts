import { sha256 } from '@fleetmend/kernel';
import type { KubeObject, ObjectRef } from '@fleetmend/model';
import type { Case, FieldHistory, GitChange, GitVersion } from '@fleetmend/plugin-api';

const HOUR = 3_600_000;
export const CONTAINER_PATH = ['spec', 'template', 'spec', 'containers', '[name=app]'] as const;

interface CaseParts {
  readonly class: string;
  readonly subCause?: string;
  readonly message?: string;
  readonly container?: string;
  readonly template?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  /** Further fields of the pod spec. */
  readonly pod?: Readonly<Record<string, unknown>>;
  readonly containers?: readonly Readonly<Record<string, unknown>>[];
  readonly related?: readonly KubeObject[];
  readonly history?: readonly FieldHistory[];
  readonly versions?: readonly GitVersion[];
  readonly changes?: readonly GitChange[];
  readonly tried?: readonly string[];
  /** What the failing container wrote. */
  readonly log?: string;
}

/** A case about Deployment shop/checkout with one container `app`. */
export function aCase(parts: CaseParts): Case {
  const target = targetOf(parts);
  return {
    request: {
      uid: 'uid-1',
      attempt: 1,
      spec: {
        clusters: ['prod-1'],
        scope: 'Workload',
        cancel: false,
        target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: parts.container ?? 'app' },
        failure: { class: parts.class, subCause: parts.subCause, message: parts.message ?? 'it fails', fingerprint: sha256('checkout') },
      },
    },
    cluster: 'prod-1',
    target,
    related: parts.related ?? [],
    evidence: [
      { kind: 'event', title: 'events of checkout', text: 'Back-off restarting failed container', digest: sha256('events') },
      { kind: 'log', title: 'previous log of checkout', text: parts.log ?? 'bye', digest: sha256('log') },
    ],
    history: parts.history ?? [],
    versions: parts.versions ?? (parts.changes ? [{ commit: commit(9), message: 'head', at: 9 * 48 * HOUR, objects: [target] }] : []),
    changes: parts.changes ?? [],
    precedents: [],
    tried: parts.tried ?? [],
  };
}

function targetOf(parts: CaseParts): KubeObject {
  const containers = parts.containers ?? [{ name: 'app', image: 'registry.example.org/shop/checkout:1.4.0', ...parts.template }];
  return object('Deployment', 'checkout', { spec: { replicas: 2, ...parts.spec, template: { spec: { containers, ...parts.pod } } } }, 'apps/v1');
}

export function object(kind: string, name: string, rest: Readonly<Record<string, unknown>> = {}, apiVersion = 'v1'): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: 'shop' }, ...rest };
}

/** Values of a container's field, newest first, one hour apart. */
export function historyOfField(path: readonly string[], ...values: readonly unknown[]): FieldHistory {
  return { path: [...CONTAINER_PATH, ...path], values: values.map((value, index) => ({ value, commit: commit(values.length - index), at: (values.length - index) * 48 * HOUR })) };
}

/** What commit `at` made of a place of container `app`, or of another object; the commit before it still held `before`. */
export function gitChange(path: readonly string[], before: unknown, after: unknown, { at = 2, object: changed, message = 'a change' }: { readonly at?: number; readonly object?: ObjectRef; readonly message?: string } = {}): GitChange {
  const place = changed === undefined ? [...CONTAINER_PATH, ...path] : [...path];
  return { object: changed ?? { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, path: place, before, after, beforeCommit: commit(at - 1), commit: commit(at), message, at: at * 48 * HOUR };
}

export function commit(n: number): string {
  return n.toString(16).padStart(40, '0');
}

export function replicaSet(name: string, container: Readonly<Record<string, unknown>>, readyReplicas: number, owner = 'checkout'): KubeObject {
  const set = object('ReplicaSet', name, { spec: { template: { spec: { containers: [{ name: 'app', ...container }] } } }, status: { readyReplicas } }, 'apps/v1');
  return { ...set, metadata: { ...set.metadata, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: `uid-${owner}`, controller: true }] } };
}
