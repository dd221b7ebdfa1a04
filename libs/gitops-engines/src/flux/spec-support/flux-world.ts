import type { KubeObject } from '@fleetmend/model';
import type { EngineState, EngineWorld } from '@fleetmend/plugin-api/conformance';

/** Objects as kustomize-controller 1.9 and source-controller 1.9 write them, with what matters here. */
export const fluxWorld: EngineWorld = {
  path: 'apps/shop',
  target: labelled({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'checkout', namespace: 'shop' } }),
  objects: (state) => [aKustomization(state), aGitRepository()],
};

/** With the labels that a Kustomization sets. */
export function labelled(object: KubeObject, name = 'shop'): KubeObject {
  const labels = { ...object.metadata.labels, 'kustomize.toolkit.fluxcd.io/name': name, 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
  return { ...object, metadata: { ...object.metadata, labels } };
}

interface More {
  readonly name?: string;
  readonly generation?: number;
  readonly spec?: object;
  readonly status?: object;
  /** Of the `Ready` condition. */
  readonly ready?: object;
}

export function aKustomization({ owns, applied, refused, suspended = false }: EngineState, more: More = {}): KubeObject {
  const attempted = refused?.commit ?? applied;
  const ready = refused
    ? { status: 'False', reason: 'ReconciliationFailed', message: refused.message }
    : applied
      ? { status: 'True', reason: 'ReconciliationSucceeded', message: `Applied revision: main@sha1:${applied}` }
      : { status: 'Unknown', reason: 'Progressing', message: 'Reconciliation in progress' };
  // Suspending is a change of the spec that the controller does not act upon.
  const generation = more.generation ?? (suspended ? 2 : 1);
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: more.name ?? 'shop', namespace: 'flux-system', generation },
    spec: { interval: '1m', path: './apps/shop', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' }, ...(suspended ? { suspend: true } : {}), ...more.spec },
    status: {
      observedGeneration: applied ? 1 : -1,
      ...(applied ? { lastAppliedRevision: `main@sha1:${applied}` } : {}),
      ...(attempted ? { lastAttemptedRevision: `main@sha1:${attempted}` } : {}),
      inventory: { entries: [{ id: '_shop__Namespace', v: 'v1' }, ...(owns ? [{ id: 'shop_checkout_apps_Deployment', v: 'v1' }] : [])] },
      conditions: [{ type: 'Ready', observedGeneration: 1, ...ready, ...more.ready }],
      ...more.status,
    },
  };
}

export function aGitRepository({ suspend = false, at, ref = { branch: 'main' } }: { readonly suspend?: boolean; readonly at?: string; readonly ref?: object } = {}): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'fleet', namespace: 'flux-system', generation: 1 },
    spec: { interval: '1m', url: 'http://git.fleet.local/fleet.git', ref, ...(suspend ? { suspend } : {}) },
    status: { observedGeneration: 1, ...(at ? { artifact: { revision: `main@sha1:${at}` } } : {}), conditions: [] },
  };
}

/** A HelmRelease that the Kustomization `shop` applied, of which one release was installed. */
export function aHelmRelease(more: { readonly spec?: object; readonly status?: object; readonly generation?: number } = {}): KubeObject {
  return labelled({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'checkout', namespace: 'shop', generation: more.generation ?? 1 },
    spec: { interval: '1m', chart: { spec: { chart: 'web', sourceRef: { kind: 'HelmRepository', name: 'charts' } } }, ...more.spec },
    status: {
      observedGeneration: 1,
      history: [{ name: 'shop-checkout', namespace: 'shop', version: 1 }],
      conditions: [{ type: 'Ready', status: 'True', reason: 'UpgradeSucceeded', message: 'Helm upgrade succeeded', observedGeneration: 1 }],
      ...more.status,
    },
  } as KubeObject);
}

/** What Helm made of it. */
export function aReleased(namespace = 'shop'): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'checkout-web',
      namespace,
      labels: { 'helm.toolkit.fluxcd.io/name': 'checkout', 'helm.toolkit.fluxcd.io/namespace': 'shop' },
      annotations: { 'meta.helm.sh/release-name': 'shop-checkout', 'meta.helm.sh/release-namespace': 'shop' },
    },
  };
}
