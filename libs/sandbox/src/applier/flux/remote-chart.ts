import { isPermanent } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import type { ApplierContext } from '../context.ts';
import { normalise } from '../repository.ts';
import type { HelmChart } from './shapes.ts';

export const HELM_REPOSITORY = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository' } as const;

/** Its files below a folder of its name, as a chart in Git has them below its own; or what source-controller says against it. */
export type PulledChart = { readonly files: ReadonlyMap<string, string>; readonly version: string } | { readonly problem: string };

/** A chart of a HelmRepository, by exact version; undefined: nothing here reaches chart repositories, or there is no such HelmRepository. */
export async function pullChart({ charts, objects }: Pick<ApplierContext, 'charts' | 'objects'>, { metadata, spec }: HelmChart): Promise<PulledChart | undefined> {
  if (!charts || spec.sourceRef.kind !== HELM_REPOSITORY.kind) return undefined;
  const source = objects.get(HELM_REPOSITORY.apiVersion, HELM_REPOSITORY.kind, metadata.namespace, spec.sourceRef.name) as (KubeObject & { readonly spec: { readonly url: string } }) | undefined;
  if (!source) return undefined;
  const { chart: name, version = '*' } = spec;
  const url = source.spec.url.replace(/\/+$/, '');
  try {
    const { tree } = await charts.fetch({ repository: url.startsWith('oci://') ? `${url}/${name}` : url, name, version });
    const texts = await Promise.all((await tree.list('')).map(async (path) => [`${normalise(name)}/${path}`, (await tree.read(path)) ?? ''] as const));
    return { files: new Map(texts), version };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return { problem: `chart pull error: failed to get chart version for remote reference: ${error.message}` };
  }
}
