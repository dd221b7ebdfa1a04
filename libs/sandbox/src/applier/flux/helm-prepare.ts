import { isPermanent, minutes, sha256, shortDigest } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import { isTrue } from '../../physics/runtime/conditions.ts';
import type { ApplierContext } from '../context.ts';
import { normalise } from '../repository.ts';
import { PACKED_COMMIT, readChart } from './helm-chart.ts';
import type { ChartMetadata } from './helm-chart.ts';
import { pullChart } from './remote-chart.ts';
import type { PackedChart, ReleaseTarget } from './helm-render.ts';
import { HELM_CONTROLLER } from './helm-storage.ts';
import { composeValues } from './helm-values.ts';
import type { ComposedValues } from './helm-values.ts';
import { DEPENDENCY_REQUEUE, GIT_REPOSITORY, goDuration, HELM_CHART, HELM_RELEASE } from './shapes.ts';
import type { GitRepository, HelmChart, HelmRelease } from './shapes.ts';

export function targetOf({ metadata, spec }: HelmRelease): ReleaseTarget & { readonly storage: string } {
  const own = metadata.namespace ?? '';
  const full = spec.releaseName ?? (spec.targetNamespace === undefined ? metadata.name : `${spec.targetNamespace}-${metadata.name}`);
  // Helm takes 53 characters. Source: helm-controller, internal/release/name.go.
  const name = full.length > 53 ? `${full.slice(0, 40)}-${shortDigest(sha256(full), 12)}` : full;
  return { name, namespace: spec.targetNamespace ?? own, storage: spec.storageNamespace ?? own };
}

/** The HelmChart object for `spec.chart`; its name as the status has it. */
export function makeChart({ objects }: ApplierContext, { metadata, spec }: HelmRelease): string | undefined {
  if (!spec.chart) return undefined;
  const { sourceRef, chart, version = '*', reconcileStrategy = 'ChartVersion', valuesFiles, ignoreMissingValuesFiles, interval: every } = spec.chart.spec;
  const namespace = sourceRef.namespace ?? metadata.namespace ?? '';
  const name = `${metadata.namespace ?? ''}-${metadata.name}`;
  objects.apply<HelmChart>(
    {
      ...HELM_CHART,
      metadata: { name, namespace, labels: { 'helm.toolkit.fluxcd.io/name': metadata.name, 'helm.toolkit.fluxcd.io/namespace': metadata.namespace ?? '' } },
      spec: { chart, version, interval: every ?? spec.interval ?? '1m', reconcileStrategy, sourceRef: { kind: sourceRef.kind, name: sourceRef.name }, ...(valuesFiles ? { valuesFiles } : {}), ...(ignoreMissingValuesFiles ? { ignoreMissingValuesFiles } : {}) },
    },
    { ...HELM_CONTROLLER, force: true },
  );
  return `${namespace}/${name}`;
}

export interface NotReady {
  readonly reason: string;
  readonly message: string;
  readonly retryIn?: Duration;
}

export interface PreparedRelease {
  readonly packed: PackedChart;
  readonly chart: ChartMetadata;
  readonly values: ComposedValues;
}

/** Everything that a release needs before it can be made: its dependencies, its chart, its values. */
export async function prepareRelease(context: ApplierContext, release: HelmRelease): Promise<PreparedRelease | NotReady> {
  const { objects, repositories } = context;
  const { metadata, spec } = release;
  for (const { name, namespace = metadata.namespace ?? '' } of spec.dependsOn ?? []) {
    const other = objects.get<HelmRelease>(HELM_RELEASE.apiVersion, HELM_RELEASE.kind, namespace, name);
    if (!other) return { reason: 'DependencyNotReady', message: `unable to get '${namespace}/${name}' dependency: helmreleases.helm.toolkit.fluxcd.io "${name}" not found`, retryIn: DEPENDENCY_REQUEUE };
    if (other.status?.observedGeneration !== other.metadata.generation || !isTrue(other.status?.conditions, 'Ready')) return { reason: 'DependencyNotReady', message: `dependency '${namespace}/${name}' is not ready`, retryIn: DEPENDENCY_REQUEUE };
  }
  const [namespace = '', name = ''] = spec.chartRef ? [spec.chartRef.namespace ?? metadata.namespace, spec.chartRef.name] : (release.status?.helmChart ?? '').split('/');
  const kind = spec.chartRef?.kind ?? HELM_CHART.kind;
  const chart = objects.get<HelmChart>(HELM_CHART.apiVersion, kind, namespace, name);
  if (!chart) return { reason: 'ArtifactFailed', message: `could not get Source object: ${kind}.source.toolkit.fluxcd.io "${name}" not found`, retryIn: DEPENDENCY_REQUEUE };
  const said = chart.status?.conditions?.find(({ type }) => type === 'Ready');
  if (chart.status?.observedGeneration !== chart.metadata.generation) return { reason: 'SourceNotReady', message: `${kind} '${namespace}/${name}' is not ready: latest generation of object has not been reconciled` };
  if (said?.status !== 'True') return { reason: 'SourceNotReady', message: `${kind} '${namespace}/${name}' is not ready: ${said?.message ?? ''}` };
  const commit = chart.status?.artifact?.metadata?.[PACKED_COMMIT];
  const source = objects.get<GitRepository>(GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, namespace, chart.spec.sourceRef.name);
  const repository = source && repositories(source.spec.url);
  const pulled = await pullChart(context, chart);
  if (pulled ? 'problem' in pulled : commit === undefined || !repository) return { reason: 'ArtifactFailed', message: `Source not ready: artifact not found. Retrying in ${goDuration(DEPENDENCY_REQUEUE)}`, retryIn: DEPENDENCY_REQUEUE };
  try {
    const values = composeValues(objects, release);
    const files = pulled && 'files' in pulled ? pulled.files : ((await repository?.files(commit ?? '', '')) ?? new Map<string, string>());
    const described = readChart(files.get(`${normalise(chart.spec.chart)}/Chart.yaml`) ?? '');
    if (!described) return { reason: 'ArtifactFailed', message: 'Could not load chart: chart.metadata is required' };
    return { packed: { chart, files }, values, chart: { ...described, version: chart.status?.artifact?.revision ?? described.version } };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    // The controller tries again by itself, ever more slowly; a minute is in between.
    return { reason: error.reason, message: error.message, retryIn: minutes(1) };
  }
}
