import { gunzipSync, gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { manifestReader } from '../manifests.ts';
import type { ChartMetadata } from './helm-chart.ts';
import type { ReleaseTarget } from './helm-render.ts';

export const HELM_CONTROLLER = { manager: 'helm-controller' } as const;

export interface StoredRelease extends ReleaseTarget {
  readonly version: number;
  readonly status: string;
  readonly chart: ChartMetadata;
  readonly values: Readonly<Record<string, unknown>>;
  readonly objects: readonly KubeObject[];
  readonly firstDeployed: string;
  readonly lastDeployed: string;
  readonly description: string;
}

/** As Helm keeps a release: a Secret that holds JSON, gzipped, in base64 twice. Source: helm.sh/docs/topics/advanced, "Storage backends". */
export function storeRelease(objects: ClusterObjects, namespace: string, release: StoredRelease): void {
  const { name, version, status, chart, values, firstDeployed, lastDeployed, description } = release;
  const manifest = release.objects.map((object) => `---\n${stringify(object, { version: '1.1', lineWidth: 0 })}`).join('');
  const record = { name, info: { first_deployed: firstDeployed, last_deployed: lastDeployed, deleted: '', description, status }, chart: { metadata: chart }, config: values, manifest, version, namespace: release.namespace };
  const packed = Buffer.from(gzipSync(JSON.stringify(record)).toString('base64')).toString('base64');
  objects.apply<KubeObject>(
    { apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1', metadata: { name: secretName(name, version), namespace, labels: { name, owner: 'helm', status, version: String(version) } }, data: { release: packed } },
    { ...HELM_CONTROLLER, force: true },
  );
}

/** The objects of a release that was stored; none where its Secret is gone. */
export function storedObjects(objects: ClusterObjects, namespace: string, { name, version }: { readonly name: string; readonly version: number }): readonly KubeObject[] {
  const found = objects.get<KubeObject & { readonly data?: Readonly<Record<string, string>> }>('v1', 'Secret', namespace, secretName(name, version));
  const packed = found?.data?.['release'];
  if (packed === undefined) return [];
  const { manifest } = JSON.parse(gunzipSync(Buffer.from(Buffer.from(packed, 'base64').toString(), 'base64')).toString()) as { readonly manifest: string };
  return manifestReader().read(secretName(name, version), manifest);
}

export function forgetReleases(objects: ClusterObjects, namespace: string, { name, keep }: { readonly name: string; readonly keep: number }): void {
  const stored = objects.list('v1', 'Secret', { namespace, labels: { owner: 'helm', name } });
  const versions = stored.map(({ metadata }) => ({ secret: metadata.name, version: Number(metadata.labels?.['version'] ?? 0) })).sort((a, b) => b.version - a.version);
  for (const { secret } of versions.slice(keep)) objects.delete('v1', 'Secret', namespace, secret);
}

function secretName(name: string, version: number): string {
  return `sh.helm.release.v1.${name}.v${version}`;
}
