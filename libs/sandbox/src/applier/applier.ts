import { seconds } from '@fleetmend/kernel';
import type { Clock, Duration } from '@fleetmend/kernel';
import type { Charts, Renderer } from '@fleetmend/ports';
import type { ClusterObjects } from '../objects.ts';
import { createEventRecorder } from '../physics/runtime/events.ts';
import type { LoopOptions } from '../physics/runtime/loop.ts';
import { withoutRoutine } from '../physics/runtime/routine.ts';
import { startArgo } from './argocd/argocd.ts';
import type { ApplierContext } from './context.ts';
import { startFlux } from './flux/flux.ts';
import { manifestReader } from './manifests.ts';
import type { Renderers, RepositoryReader } from './repository.ts';

export interface ApplierOptions {
  /** The cluster whose Flux and Argo CD objects are followed. */
  readonly objects: ClusterObjects;
  readonly clock: Clock;
  /** The repository behind a URL in a GitRepository or an Application; `undefined`: there is none. */
  readonly repositories: (url: string) => RepositoryReader | undefined;
  /** Other clusters that an Application may name as its destination, by server address or name. */
  readonly destinations?: (destination: { readonly server?: string; readonly name?: string }) => ClusterObjects | undefined;
  /** What has to be built with a program that is not there is refused, with that reason. */
  readonly renderers?: Renderers;
  /** Charts of chart repositories, by exact version; what is absent cannot be reached. */
  readonly charts?: Charts | undefined;
  /** How often an Application is compared without being asked; Flux objects say it themselves. */
  readonly argoInterval?: Duration;
  readonly failed?: LoopOptions['failed'];
}

export interface Applier {
  /** A branch moved: look at once, as after a webhook. */
  nudge(): void;
  stop(): void;
}

/**
 * Follows a Git repository in the place of Flux and Argo CD: reads their objects, applies what they name, prunes what disappeared,
 * and writes their statuses, labels and annotations as the real engines do, so that nobody who reads them has to know the difference.
 */
export function startApplier({ objects, clock, repositories, destinations = () => undefined, renderers = {}, charts, argoInterval = seconds(180), failed = () => undefined }: ApplierOptions): Applier {
  const ending = new AbortController();
  const guarded = whileRunning(ending.signal);
  const { kustomize, helm } = renderers;
  const programs: Renderers = { ...(kustomize ? { kustomize: guarded.renderer(kustomize) } : {}), ...(helm ? { helm: guarded.renderer(helm) } : {}) };
  const open = (url: string) => {
    const repository = repositories(url);
    return repository && guarded.repository(repository);
  };
  const context: ApplierContext = { objects, clock, repositories: open, destinations, renderers: programs, charts: charts && guarded.charts(charts), argoInterval, failed: withoutRoutine(failed), signal: ending.signal, events: createEventRecorder(objects, clock), manifests: manifestReader() };
  const engines = [startFlux(context), startArgo(context)];
  return {
    nudge: () => engines.forEach((engine) => engine.nudge()),
    stop: () => ending.abort(),
  };
}

/** What was stopped while it read a repository or waited for a program goes no further: the cluster may be closed by then. */
function whileRunning(signal: AbortSignal): { readonly repository: (one: RepositoryReader) => RepositoryReader; readonly renderer: (one: Renderer) => Renderer; readonly charts: (one: Charts) => Charts } {
  const unlessStopped = async <T>(work: T | Promise<T>): Promise<T> => {
    const result = await work;
    signal.throwIfAborted();
    return result;
  };
  const none: ReadonlyMap<string, string> = new Map();
  return {
    repository: (one) => ({
      head: (branch) => unlessStopped(one.head(branch)),
      files: (revision, path) => unlessStopped(one.files(revision, path)),
      tags: async () => unlessStopped((await one.tags?.()) ?? none),
      ...(one.commit ? { commit: one.commit } : {}),
    }),
    charts: ({ fetch }) => ({ fetch: (reference) => unlessStopped(fetch(reference)) }),
    renderer: ({ name, render }) => ({ name, render: (input) => unlessStopped(render(input)) }),
  };
}
