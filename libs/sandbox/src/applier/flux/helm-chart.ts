import { renderTime } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import { parse as parseYaml } from 'yaml';
import type { ApplierContext } from '../context.ts';
import { isRecord } from '../manifests.ts';
import { normalise } from '../repository.ts';
import { artifactOf, SOURCE_CONTROLLER } from './git-source.ts';
import { pullChart } from './remote-chart.ts';
import { commitOf, DEPENDENCY_REQUEUE, FLUX_FINALIZER, GIT_REPOSITORY, interval } from './shapes.ts';
import type { GitRepository, HelmChart } from './shapes.ts';
import { changeStatus, ready, setFinalizer } from './status.ts';

/** In `artifact.metadata`: the commit whose files were packed. */
export const PACKED_COMMIT = 'sandbox.fleetmend.dev/commit';

/**
 * Packs a chart that lies in Git. A chart whose version did not change is not packed again, unless the strategy is `Revision`.
 * Reasons and messages are those of source-controller 1.9, internal/controller/helmchart_controller.go.
 */
export async function reconcileHelmChart(context: ApplierContext, found: HelmChart): Promise<Duration | undefined> {
  const { objects } = context;
  if (found.metadata.deletionTimestamp) {
    setFinalizer(objects, found, SOURCE_CONTROLLER, { finalizer: FLUX_FINALIZER, wanted: false });
    return undefined;
  }
  const chart = setFinalizer(objects, found, SOURCE_CONTROLLER, { finalizer: FLUX_FINALIZER, wanted: true });
  if (chart.spec.suspend) return undefined;
  const again = interval(chart.spec.interval);
  const packed = await pack(context, chart);
  if ('problem' in packed) {
    const { reason, condition, problem } = packed;
    changeStatus<HelmChart>(context, chart, SOURCE_CONTROLLER, {
      marks: [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: 'reconciliation in progress' }, ready('False', reason, problem), { type: condition, status: 'True', reason, message: problem }],
      observed: true,
      handled: true,
    });
    return Math.min(again, DEPENDENCY_REQUEUE);
  }
  const { name, version, valuesFiles, sourceRevision, commit } = packed;
  const [word, reason] = commit === undefined ? ['pulled', 'ChartPullSucceeded'] : ['packaged', 'ChartPackageSucceeded'];
  const message = `${word} '${name}' chart with version '${version}'${valuesFiles.length > 0 ? ` and merged values files [${valuesFiles.join(' ')}]` : ''}`;
  changeStatus<HelmChart>(context, chart, SOURCE_CONTROLLER, {
    marks: [{ without: 'Reconciling' }, { without: 'Stalled' }, { without: 'FetchFailed' }, { without: 'BuildFailed' }, ready('True', reason, message), { type: 'ArtifactInStorage', status: 'True', reason, message }],
    status: ({ artifact, observedChartName }) => ({
      observedChartName: name,
      observedSourceArtifactRevision: sourceRevision,
      ...(valuesFiles.length > 0 ? { observedValuesFiles: valuesFiles } : {}),
      artifact:
        artifact?.revision === version && observedChartName === name && chart.status?.observedGeneration === chart.metadata.generation
          ? artifact
          : { ...artifactOf(chart, { revision: version, name: `${name}-${version}.tgz`, at: renderTime(context.clock.now()) }), ...(commit === undefined ? {} : { metadata: { [PACKED_COMMIT]: commit } }) },
    }),
    observed: true,
    handled: true,
  });
  return again;
}

type Packed = { readonly name: string; readonly version: string; readonly valuesFiles: readonly string[]; readonly sourceRevision: string; readonly commit?: string } | { readonly problem: string; readonly reason: string; readonly condition: 'FetchFailed' | 'BuildFailed' };

async function pack(context: ApplierContext, chart: HelmChart): Promise<Packed> {
  const { objects, repositories } = context;
  const { metadata, spec } = chart;
  const unfetched = (reason: string, problem: string): Packed => ({ condition: 'FetchFailed', reason, problem });
  const { kind, name } = spec.sourceRef;
  const pulled = await pullChart(context, chart);
  if (pulled && 'problem' in pulled) return { condition: 'FetchFailed', reason: 'ChartPullError', problem: pulled.problem };
  if (pulled) return { name: spec.chart, version: pulled.version, valuesFiles: spec.valuesFiles ?? [], sourceRevision: pulled.version };
  if (kind === 'HelmRepository' || kind === 'Bucket') {
    return objects.get('source.toolkit.fluxcd.io/v1', kind, metadata.namespace, name) ? unfetched('NoSourceArtifact', `no artifact available for ${kind} source '${name}'`) : unfetched('SourceUnavailable', `failed to get source: ${kind}.source.toolkit.fluxcd.io "${name}" not found`);
  }
  if (kind !== 'GitRepository') return unfetched('SourceUnavailable', `failed to get source: unsupported source kind '${kind}', must be one of: [HelmRepository GitRepository Bucket]`);
  const source = objects.get<GitRepository>(GIT_REPOSITORY.apiVersion, kind, metadata.namespace, name);
  if (!source) return unfetched('SourceUnavailable', `failed to get source: GitRepository.source.toolkit.fluxcd.io "${name}" not found`);
  const sourceRevision = source.status?.artifact?.revision;
  const repository = repositories(source.spec.url);
  if (sourceRevision === undefined || !repository) return unfetched('NoSourceArtifact', `no artifact available for GitRepository source '${name}'`);
  const commit = commitOf(sourceRevision);
  const folder = normalise(spec.chart);
  const files = await repository.files(commit, '');
  const text = files.get(`${folder}/Chart.yaml`);
  if (text === undefined) return { condition: 'BuildFailed', reason: 'InvalidChartReference', problem: `invalid chart reference: stat /${folder}: no such file or directory` };
  const described = readChart(text);
  if (!described) return { condition: 'BuildFailed', reason: 'InvalidChartReference', problem: `invalid chart reference: validation: chart.metadata.name and chart.metadata.version are required in ${folder}/Chart.yaml` };
  const missing = (spec.valuesFiles ?? []).find((file) => !files.has(normalise(file)));
  if (missing !== undefined && !spec.ignoreMissingValuesFiles) return { condition: 'BuildFailed', reason: 'ValuesFilesError', problem: `values files merge error: no values file found at path '/${normalise(missing)}' (reference '${missing}')` };
  const valuesFiles = (spec.valuesFiles ?? []).filter((file) => files.has(normalise(file)));
  const marks = [...(spec.reconcileStrategy === 'Revision' ? [commit.slice(0, 12)] : []), ...((spec.valuesFiles ?? []).length > 0 ? [String(metadata.generation ?? 1)] : [])];
  return { name: described.name, version: marks.length > 0 ? `${described.version}+${marks.join('.')}` : described.version, valuesFiles, sourceRevision, commit };
}

export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
}

/** `undefined` where it is no `Chart.yaml` that Helm takes. */
export function readChart(text: string): ChartMetadata | undefined {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value['name'] !== 'string' || value['version'] === undefined) return undefined;
  return { name: value['name'], version: String(value['version']), ...(value['appVersion'] === undefined ? {} : { appVersion: String(value['appVersion']) }) };
}
