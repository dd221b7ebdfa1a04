import { messageOf, renderTime, seconds, sha256 } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import { withCondition } from '../physics/runtime/conditions.ts';
import { startAsyncLoop } from '../physics/runtime/async-loop.ts';
import { parseKey } from '../physics/runtime/keys.ts';
import { enqueueAll, followKind } from './context.ts';
import type { ApplierContext, Engine } from './context.ts';
import { GIT_REPOSITORY, interval, KUSTOMIZATION } from './flux-shapes.ts';
import type { GitRepository } from './flux-shapes.ts';
import { reconcileKustomization } from './flux-kustomization.ts';

const SOURCE_MANAGER = { manager: 'source-controller' } as const;

/** Follows GitRepositories and the Kustomizations that name them, as source-controller and kustomize-controller do together. */
export function startFlux(context: ApplierContext): Engine {
  const { clock, signal, failed, objects } = context;
  const retry = { initial: seconds(1), max: seconds(30) };
  const sources = startAsyncLoop({
    name: 'source-controller',
    clock,
    signal,
    failed,
    retry,
    async reconcile(key) {
      const { namespace, name } = parseKey(key);
      const source = objects.get<GitRepository>(GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, namespace, name);
      return source && !source.spec.suspend ? fetchSource(context, source) : undefined;
    },
  });
  const kustomizations = startAsyncLoop({
    name: 'kustomize-controller',
    clock,
    signal,
    failed,
    retry,
    reconcile: (key) => reconcileKustomization(context, key),
  });
  followKind(context, GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, (object) => {
    sources.enqueue(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
    enqueueAll(context, kustomizations, KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind);
  });
  followKind(context, KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, (object) => kustomizations.enqueue(`${object.metadata.namespace ?? ''}/${object.metadata.name}`));
  return { nudge: () => enqueueAll(context, sources, GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind) };
}

async function fetchSource({ objects, clock, repositories }: ApplierContext, source: GitRepository): Promise<Duration> {
  const branch = source.spec.ref?.branch ?? 'master';
  const fetched = await readHead(repositories(source.spec.url), source.spec.url, branch);
  const at = renderTime(clock.now());
  const latest = objects.get<GitRepository>(GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, source.metadata.namespace, source.metadata.name);
  if (!latest) return interval(source.spec.interval);
  const generation = latest.metadata.generation ?? 1;
  const before = latest.status ?? {};
  if ('problem' in fetched) {
    const ready = { type: 'Ready', status: 'False', reason: 'GitOperationFailed', message: fetched.problem, observedGeneration: generation, lastTransitionTime: at };
    objects.updateStatus<GitRepository>({ ...latest, status: { ...before, observedGeneration: generation, conditions: withCondition(before.conditions ?? [], ready) } }, SOURCE_MANAGER);
    return interval(source.spec.interval);
  }
  const revision = `${branch}@sha1:${fetched.head}`;
  const message = `stored artifact for revision '${revision}'`;
  const isNew = before.artifact?.revision !== revision;
  const path = `gitrepository/${latest.metadata.namespace ?? ''}/${latest.metadata.name}/${fetched.head}.tar.gz`;
  const conditions = (['Ready', 'ArtifactInStorage'] as const).reduce(
    (list, type) => withCondition(list, { type, status: 'True', reason: 'Succeeded', message, observedGeneration: generation, lastTransitionTime: at }),
    before.conditions ?? [],
  );
  const artifact = isNew ? { digest: sha256(revision), lastUpdateTime: at, path, revision, url: `http://source-controller.flux-system.svc.cluster.local./${path}` } : before.artifact;
  const requested = latest.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  const handled = requested === undefined ? {} : { lastHandledReconcileAt: requested };
  objects.updateStatus<GitRepository>({ ...latest, status: { observedGeneration: generation, ...(artifact ? { artifact } : {}), ...handled, conditions } }, SOURCE_MANAGER);
  return interval(source.spec.interval);
}

type Fetched = { readonly head: string } | { readonly problem: string };

async function readHead(repository: ReturnType<ApplierContext['repositories']>, url: string, branch: string): Promise<Fetched> {
  if (!repository) return { problem: `failed to checkout and determine revision: unable to clone '${url}': repository not found` };
  try {
    return { head: await repository.head(branch) };
  } catch (error) {
    return { problem: `failed to checkout and determine revision: unable to clone '${url}': ${messageOf(error)}` };
  }
}
