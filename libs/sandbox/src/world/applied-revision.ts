import { APPLICATION, sourcesOf } from '../applier/argocd/shapes.ts';
import type { Application, ApplicationSource } from '../applier/argocd/shapes.ts';
import { isServed } from '../applier/context.ts';
import { commitOf, GIT_REPOSITORY, HELM_CHART, HELM_RELEASE, KUSTOMIZATION } from '../applier/flux/shapes.ts';
import type { GitRepository, HelmChart, HelmRelease, Kustomization } from '../applier/flux/shapes.ts';
import type { ClusterObjects, KubeObject } from '../objects.ts';

/** What the root Kustomization or Application of a cluster is called. */
const ROOT = 'fleet';

/** The commit that the cluster's root Kustomization or Application applied last, or tried to; `undefined` before its first. */
export function revisionTried(objects: ClusterObjects, engine: 'flux' | 'argocd', name: string = ROOT): string | undefined {
  if (engine === 'flux') {
    const revision = objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, 'flux-system', name)?.status?.lastAttemptedRevision;
    return revision === undefined ? undefined : commitOf(revision);
  }
  const application = objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, 'argocd', name);
  return application && triedBy(application)[0];
}

/** Of each source, in order; what is in sync at a revision is not synced again. */
function triedBy({ status }: Application): readonly (string | undefined)[] {
  const at = status?.sync?.status === 'Synced' ? status.sync : status?.operationState?.syncResult;
  return at?.revisions ?? [at?.revision];
}

/** What the roots apply in turn and has not come to a commit yet: by `Kind/namespace/name`. What waits, is held back or cannot be built is not waited for. */
export function followersBehind(objects: ClusterObjects, commit: string): readonly string[] {
  const all = <T extends KubeObject>({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): readonly T[] => (isServed(objects, apiVersion, kind) ? objects.list<T>(apiVersion, kind) : []);
  const sources = all<GitRepository>(GIT_REPOSITORY).filter(({ status }) => commitOf(status?.artifact?.revision ?? '') === commit);
  const isFrom = ({ kind, name, namespace }: { readonly kind: string; readonly name: string; readonly namespace?: string }, by: KubeObject) => kind === 'GitRepository' && sources.some(({ metadata }) => metadata.name === name && metadata.namespace === (namespace ?? by.metadata.namespace));
  const branch = all<Application>(APPLICATION).find(({ metadata }) => metadata.name === ROOT)?.spec.source?.targetRevision;
  const late: readonly KubeObject[] = [
    ...all<Kustomization>(KUSTOMIZATION).filter((one) => !one.spec.suspend && isFrom(one.spec.sourceRef, one) && !isBlocked(one) && commitOf(one.status?.lastAttemptedRevision ?? '') !== commit),
    ...all<HelmChart>(HELM_CHART).filter((one) => !one.spec.suspend && isFrom(one.spec.sourceRef, one) && !isBlocked(one) && commitOf(one.status?.observedSourceArtifactRevision ?? '') !== commit),
    ...all<HelmRelease>(HELM_RELEASE).filter((one) => !one.spec.suspend && !isBlocked(one) && !hasTried(one, all<HelmChart>(HELM_CHART))),
    ...all<Application>(APPLICATION).filter((one) => isLate(one, commit, branch)),
  ];
  return late.map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`);
}

/**
 * What the roots apply in turn and has not got through at all, with why. Of the first commit nothing may be left: an Application whose
 * namespace comes with another one, or a Kustomization that waits for its dependency, gets there a little later.
 */
export function followersUnsettled(objects: ClusterObjects): readonly string[] {
  const all = <T extends KubeObject>({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): readonly T[] => (isServed(objects, apiVersion, kind) ? objects.list<T>(apiVersion, kind) : []);
  const named = ({ kind, metadata }: KubeObject, why: string) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}: ${why}`;
  const waiting = [...all<Kustomization>(KUSTOMIZATION), ...all<HelmRelease>(HELM_RELEASE)].filter(({ spec }) => !spec.suspend).flatMap((one) => {
    const ready = one.status?.conditions?.find(({ type }) => type === 'Ready');
    return ready?.status === 'False' && ready.reason !== undefined && WAITS.includes(ready.reason) ? [named(one, ready.message ?? ready.reason)] : [];
  });
  const failed = all<Application>(APPLICATION).flatMap((one) => {
    const { phase, message = '' } = one.status?.operationState ?? {};
    return one.spec.syncPolicy?.automated !== undefined && phase !== undefined && phase !== 'Succeeded' ? [named(one, message)] : [];
  });
  return [...waiting, ...failed];
}

const WAITS: readonly string[] = ['DependencyNotReady', 'ArtifactFailed', 'SourceNotReady', 'ValuesError', 'InvalidChartReference', 'ValuesFilesError'];

function isBlocked({ status, metadata }: Kustomization | HelmChart | HelmRelease): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'False' && WAITS.includes(ready.reason ?? '') && ready.observedGeneration === metadata.generation;
}

function hasTried({ metadata, status }: HelmRelease, charts: readonly HelmChart[]): boolean {
  const chart = charts.find(({ metadata: own }) => status?.helmChart === `${own.namespace ?? ''}/${own.name}`);
  return status?.lastAttemptedGeneration === metadata.generation && (chart === undefined || status?.lastAttemptedRevision === chart.status?.artifact?.revision);
}

/** Of a hydrated one, the commit that was made of it counts; one that waits for people to promote it is not waited for. */
function isTried(application: Application, commit: string): boolean {
  const { sourceHydrator } = application.spec;
  const last = application.status?.sourceHydrator?.currentOperation;
  if (!sourceHydrator) return triedBy(application).includes(commit);
  return last?.drySHA === commit && (last.phase === 'Failed' || sourceHydrator.hydrateTo !== undefined || triedBy(application).includes(last.hydratedSHA));
}

/** Only what follows the root's branch can come to the commit at all, and only what syncs by itself. */
function isLate(application: Application, commit: string, branch: string | undefined): boolean {
  const { sourceHydrator } = application.spec;
  const sources: readonly ApplicationSource[] = sourceHydrator ? [sourceHydrator.drySource] : sourcesOf(application).sources;
  const isOther = (revision: string) => /^[0-9a-f]{40}$/.test(revision) || (branch !== undefined && revision !== 'HEAD' && revision !== branch);
  const isFollowing = sources.some(({ targetRevision = 'HEAD', chart }) => chart === undefined && !isOther(targetRevision));
  const { syncPolicy } = application.spec;
  const refused = application.status?.conditions?.some(({ type }) => type === 'ComparisonError' || type === 'InvalidSpecError' || type === 'SyncError') ?? false;
  return isFollowing && syncPolicy?.automated !== undefined && syncPolicy.automated.enabled !== false && !refused && !isTried(application, commit);
}
