import { canonicalJson } from '@fleetmend/kernel';
import type { Clock, Duration } from '@fleetmend/kernel';
import type { Charts } from '@fleetmend/ports';
import type { ClusterObjects, KubeObject } from '../objects.ts';
import type { EventRecorder } from '../physics/runtime/events.ts';
import type { Loop, LoopOptions } from '../physics/runtime/loop.ts';
import type { ManifestReader } from './manifests.ts';
import type { Renderers, RepositoryReader } from './repository.ts';

/** What both engines work with. */
export interface ApplierContext {
  readonly objects: ClusterObjects;
  readonly clock: Clock;
  readonly repositories: (url: string) => RepositoryReader | undefined;
  readonly destinations: (destination: { readonly server?: string; readonly name?: string }) => ClusterObjects | undefined;
  readonly renderers: Renderers;
  /** Charts of chart repositories; undefined: none can be reached. */
  readonly charts: Charts | undefined;
  readonly argoInterval: Duration;
  readonly failed: LoopOptions['failed'];
  readonly signal: AbortSignal;
  readonly events: EventRecorder;
  readonly manifests: ManifestReader;
}

export interface Engine {
  nudge(): void;
}

/** Follows one kind of engine object, once its definition is installed: told of each object that is new, has another spec, or is asked for by annotation. */
export function followKind(context: ApplierContext, apiVersion: string, kind: string, follow: (object: KubeObject) => void): void {
  const start = (): boolean => {
    const seen = new Map<string, string>();
    const end = context.objects.watch(apiVersion, kind, ({ object }) => {
      const { uid = '', generation = 0, annotations, deletionTimestamp = '' } = object.metadata;
      const face = canonicalJson([generation, annotations ?? {}, deletionTimestamp, object['operation'] ?? null, revisionShown(object)]);
      if (seen.get(uid) === face) return;
      seen.set(uid, face);
      follow(object);
    });
    context.signal.addEventListener('abort', end, { once: true });
    return true;
  };
  if (isServed(context.objects, apiVersion, kind)) {
    start();
    return;
  }
  let started = false;
  const endWatch = context.objects.watch('apiextensions.k8s.io/v1', 'CustomResourceDefinition', () => {
    if (started || !isServed(context.objects, apiVersion, kind)) return;
    started = start();
    endWatch();
  });
  context.signal.addEventListener('abort', endWatch, { once: true });
}

/** A source's revision is news for those who build on it, and so is what is wrong with a chart. */
function revisionShown(object: KubeObject): string {
  const { artifact, conditions } = (object['status'] ?? {}) as { readonly artifact?: { readonly revision?: string; readonly digest?: string }; readonly conditions?: readonly { readonly type: string; readonly message?: string }[] };
  const chart = object.kind === 'HelmChart' ? `${artifact?.digest ?? ''} ${conditions?.find(({ type }) => type === 'Ready')?.message ?? ''}` : '';
  return `${artifact?.revision ?? ''} ${chart}`;
}

export function isServed(objects: ClusterObjects, apiVersion: string, kind: string): boolean {
  try {
    objects.list(apiVersion, kind);
    return true;
  } catch {
    // The only refusal of a plain list is that nobody serves the kind.
    return false;
  }
}

export function enqueueAll(context: ApplierContext, loop: Loop, apiVersion: string, kind: string): void {
  if (!isServed(context.objects, apiVersion, kind)) return;
  for (const { metadata } of context.objects.list(apiVersion, kind)) loop.enqueue(`${metadata.namespace ?? ''}/${metadata.name}`);
}
