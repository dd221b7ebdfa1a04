import { canonicalJson, parse } from '@fleetmend/kernel';
import { type KubeObject, refOf, renderRef } from '@fleetmend/model';
import type { DeployedChart, EngineContext } from '@fleetmend/plugin-api';
import { ChartSource, HELM_REPOSITORY, HelmRelease, OCI_REPOSITORY } from './schema.ts';

/**
 * The chart that a HelmRelease takes out of a HelmRepository or an OCIRepository, at the version that its history says was installed last.
 * Source: helm-controller's documentation, docs/spec/v2/helmreleases.md: behind the version of a chart of an OCIRepository stands a part
 * of its digest, and `ociDigest` is the whole of it.
 */
export async function chartsOf(release: KubeObject, { read }: Pick<EngineContext, 'read'>): Promise<readonly DeployedChart[]> {
  const { metadata, spec, status } = parse(HelmRelease, release, renderRef(refOf(release)));
  const reference = spec.chart?.spec.sourceRef ?? spec.chartRef;
  const kind = [HELM_REPOSITORY, OCI_REPOSITORY].find((one) => one.kind === reference?.kind);
  if (!reference || !kind) return [];
  const namespace = reference.namespace ?? metadata.namespace;
  const [found] = await read({ ...kind, namespace, name: reference.name });
  if (!found) return [];
  const source = parse(ChartSource, found, renderRef(refOf(found)));
  const url = source.spec.url.replace(/\/+$/, '');
  const from = `${kind.kind} ${namespace}/${reference.name}`;
  const last = status.history[0];
  if (kind === OCI_REPOSITORY) {
    const name = last?.chartName ?? url.slice(url.lastIndexOf('/') + 1);
    // Without a digest it was installed from somewhere else.
    const version = last?.ociDigest === undefined ? undefined : last.chartVersion;
    return [{ from, repository: url, name, asked: canonicalJson({ url: source.spec.url, ref: source.spec.ref }), version, digest: last?.ociDigest }];
  }
  const name = spec.chart?.spec.chart ?? '';
  const version = last?.chartName === name && last.ociDigest === undefined ? last.chartVersion : undefined;
  return [{ from, repository: url.startsWith('oci://') ? `${url}/${name}` : url, name, asked: spec.chart?.spec.version ?? '*', version }];
}
