import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { startAsyncLoop } from '../../physics/runtime/async-loop.ts';
import { keyOf, parseKey } from '../../physics/runtime/keys.ts';
import type { Loop } from '../../physics/runtime/loop.ts';
import { enqueueAll, followKind, isServed } from '../context.ts';
import type { ApplierContext, Engine } from '../context.ts';
import { reconcileGitRepository } from './git-source.ts';
import { GIT_REPOSITORY, KUSTOMIZATION } from './shapes.ts';
import type { GitRepository, Kustomization, SourceRef } from './shapes.ts';
import { reconcileKustomization } from './kustomization.ts';

/** Follows GitRepositories and what is applied from them, as source-controller and kustomize-controller do together. */
export function startFlux(context: ApplierContext): Engine {
  const { clock, signal, failed, objects } = context;
  const common = { clock, signal, failed, retry: { initial: seconds(1), max: seconds(30) } };
  const sources = startAsyncLoop({
    ...common,
    name: 'source-controller',
    async reconcile(key) {
      const { namespace, name } = parseKey(key);
      const source = objects.get<GitRepository>(GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, namespace, name);
      return source && reconcileGitRepository(context, source);
    },
  });
  const kustomizations = startAsyncLoop({ ...common, name: 'kustomize-controller', reconcile: (key) => reconcileKustomization(context, key) });
  followKind(context, GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, (object) => {
    sources.enqueue(keyOf(object));
    enqueueBuiltOn(context, kustomizations, object as GitRepository);
  });
  followKind(context, KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, (object) => kustomizations.enqueue(keyOf(object)));
  return { nudge: () => enqueueAll(context, sources, GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind) };
}

/** Those that name the source and did not try its revision yet. */
function enqueueBuiltOn({ objects }: ApplierContext, loop: Loop, source: GitRepository): void {
  const revision = source.status?.artifact?.revision;
  if (revision === undefined || !isServed(objects, KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind)) return;
  for (const one of objects.list<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind)) {
    if (names(one.spec.sourceRef, one, source) && one.status?.lastAttemptedRevision !== revision) loop.enqueue(keyOf(one));
  }
}

export function names({ kind, name, namespace }: SourceRef, by: KubeObject, source: KubeObject): boolean {
  return kind === source.kind && name === source.metadata.name && (namespace ?? by.metadata.namespace) === source.metadata.namespace;
}
