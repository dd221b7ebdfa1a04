import type { KubeObject } from '@fleetmend/model';
import { readFrom } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { chartsOf } from './charts.ts';
import { aHelmRelease } from './spec-support/flux-world.ts';

const DIGEST = `sha256:${'d'.repeat(64)}`;
const source = (kind: string, spec: object, namespace = 'shop'): KubeObject => ({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind, metadata: { name: 'charts', namespace }, spec });
const release = (spec: object, last: object = {}): KubeObject => ({ ...aHelmRelease({ status: { history: [{ name: 'checkout', namespace: 'shop', ...last }] } }), spec });
const fromRepository = (more: object = {}) => ({ chart: { spec: { chart: 'web', version: '1.x', sourceRef: { kind: 'HelmRepository', name: 'charts', ...more } } } });
const fromRegistry = { chartRef: { kind: 'OCIRepository', name: 'charts' } };
const charts = (one: KubeObject, ...sources: readonly KubeObject[]) => chartsOf(one, { read: readFrom(sources) });

describe('the chart of a HelmRelease', () => {
  it('is of the address that its HelmRepository has, at the version that was installed last', async () => {
    expect(await charts(release(fromRepository({ namespace: 'flux-system' }), { chartName: 'web', chartVersion: '1.4.2' }), source('HelmRepository', { url: 'https://charts.example.org/stable/' }, 'flux-system'))).toEqual([
      { from: 'HelmRepository flux-system/charts', repository: 'https://charts.example.org/stable', name: 'web', asked: '1.x', version: '1.4.2' },
    ]);
  });

  it('of a HelmRepository that is a registry lies below its address', async () => {
    expect(await charts(release(fromRepository(), { chartName: 'web', chartVersion: '1.4.2' }), source('HelmRepository', { url: 'oci://registry.example.org/charts', type: 'oci' }))).toMatchObject([{ repository: 'oci://registry.example.org/charts/web' }]);
  });

  it('of an OCIRepository is told by the digest of its manifest', async () => {
    const spec = { url: 'oci://registry.example.org/charts/web', ref: { semver: '1.x' } };
    expect(await charts(release(fromRegistry, { chartName: 'web', chartVersion: '1.4.2+dddddddddddd', ociDigest: DIGEST }), source('OCIRepository', spec))).toEqual([
      { from: 'OCIRepository shop/charts', repository: 'oci://registry.example.org/charts/web', name: 'web', asked: JSON.stringify({ ref: { semver: '1.x' }, url: spec.url }), version: '1.4.2+dddddddddddd', digest: DIGEST },
    ]);
  });

  it('was not installed from there where what was installed is another, or has no digest', async () => {
    expect(await charts(release(fromRepository(), { chartName: 'other', chartVersion: '1.4.2' }), source('HelmRepository', { url: 'https://charts.example.org' }))).toMatchObject([{ version: undefined }]);
    expect(await charts(release(fromRegistry, { chartName: 'web', chartVersion: '1.4.2' }), source('OCIRepository', { url: 'oci://registry.example.org/charts/web' }))).toMatchObject([{ version: undefined, digest: undefined }]);
  });

  it('in a Git repository, or of a source that is gone, is none of those', async () => {
    expect(await charts(release(fromRepository()))).toEqual([]);
    expect(await charts(release({ chart: { spec: { chart: './charts/web', sourceRef: { kind: 'GitRepository', name: 'fleet' } } } }))).toEqual([]);
  });
});
