import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { startAsyncLoop } from '../../physics/runtime/async-loop.ts';
import { keyOf, parseKey } from '../../physics/runtime/keys.ts';
import type { Loop } from '../../physics/runtime/loop.ts';
import { enqueueAll, followKind, isServed } from '../context.ts';
import type { ApplierContext, Engine } from '../context.ts';
import { reconcileGitRepository } from './git-source.ts';
import { reconcileHelmChart } from './helm-chart.ts';
import { reconcileHelmRelease } from './helm-release.ts';
import { GIT_REPOSITORY, HELM_CHART, HELM_RELEASE, KUSTOMIZATION } from './shapes.ts';
import type { GitRepository, HelmChart, HelmRelease, Kustomization, SourceRef } from './shapes.ts';
import { reconcileKustomization } from './kustomization.ts';
import { followUnreachable, UNREACHABLE } from './unreachable-source.ts';

/** Follows GitRepositories and what is applied from them, as source-controller, kustomize-controller and helm-controller do together. */
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
  const charts = startAsyncLoop({
    ...common,
    name: 'source-controller charts',
    async reconcile(key) {
      const { namespace, name } = parseKey(key);
      const chart = objects.get<HelmChart>(HELM_CHART.apiVersion, HELM_CHART.kind, namespace, name);
      return chart && reconcileHelmChart(context, chart);
    },
  });
  const releases = startAsyncLoop({ ...common, name: 'helm-controller', reconcile: (key) => reconcileHelmRelease(context, key) });
  followKind(context, GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, (object) => enqueueCharts(context, charts, object as GitRepository));
  followKind(context, HELM_CHART.apiVersion, HELM_CHART.kind, (object) => {
    charts.enqueue(keyOf(object));
    enqueueReleases(context, releases, object as HelmChart);
  });
  followKind(context, HELM_RELEASE.apiVersion, HELM_RELEASE.kind, (object) => releases.enqueue(keyOf(object)));
  for (const kind of UNREACHABLE) followUnreachable(context, kind);
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

function enqueueCharts({ objects }: ApplierContext, loop: Loop, source: GitRepository): void {
  const revision = source.status?.artifact?.revision;
  if (revision === undefined || !isServed(objects, HELM_CHART.apiVersion, HELM_CHART.kind)) return;
  for (const one of objects.list<HelmChart>(HELM_CHART.apiVersion, HELM_CHART.kind)) {
    if (names(one.spec.sourceRef, one, source) && one.status?.observedSourceArtifactRevision !== revision) loop.enqueue(keyOf(one));
  }
}

function enqueueReleases({ objects }: ApplierContext, loop: Loop, chart: HelmChart): void {
  const name = `${chart.metadata.namespace ?? ''}/${chart.metadata.name}`;
  if (!isServed(objects, HELM_RELEASE.apiVersion, HELM_RELEASE.kind)) return;
  for (const one of objects.list<HelmRelease>(HELM_RELEASE.apiVersion, HELM_RELEASE.kind)) {
    if (one.status?.helmChart === name || (one.spec.chartRef && names(one.spec.chartRef, one, chart))) loop.enqueue(keyOf(one));
  }
}

function names({ kind, name, namespace }: SourceRef, by: KubeObject, source: KubeObject): boolean {
  return kind === source.kind && name === source.metadata.name && (namespace ?? by.metadata.namespace) === source.metadata.namespace;
}
