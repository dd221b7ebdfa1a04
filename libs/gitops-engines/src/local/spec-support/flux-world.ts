import type { KubeObject } from '@fleetmend/model';
import type { EngineState, EngineWorld } from '@fleetmend/plugin-api/conformance';

/** A Flux Kustomization and its GitRepository. Shapes: kustomize-controller 1.9, source-controller 1.9. */
export const fluxWorld: EngineWorld = {
  path: 'apps/shop',
  target: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'checkout', namespace: 'shop', labels: { 'kustomize.toolkit.fluxcd.io/name': 'fleet', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } },
  },
  objects: (state) => [
    aKustomization(state),
    { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'fleet', namespace: 'flux-system' }, spec: { interval: '5s', url: 'http://git.fleet.local/fleet.git', ref: { branch: 'main' } } },
  ],
};

export function aKustomization({ owns, applied, refused, suspended = false }: EngineState, ready: object = {}): KubeObject {
  const attempted = refused?.commit ?? applied;
  const condition = refused ? { type: 'Ready', status: 'False', reason: 'ReconciliationFailed', message: refused.message } : { type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message: 'ok' };
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'fleet', namespace: 'flux-system', generation: 1 },
    spec: { interval: '1m', path: './apps/shop', prune: true, suspend: suspended, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
    status: {
      observedGeneration: 1,
      ...(applied === undefined ? {} : { lastAppliedRevision: `main@sha1:${applied}` }),
      ...(attempted === undefined ? {} : { lastAttemptedRevision: `main@sha1:${attempted}` }),
      inventory: { entries: [{ id: '_shop__Namespace', v: 'v1' }, ...(owns ? [{ id: 'shop_checkout_apps_Deployment', v: 'v1' }] : [])] },
      ...(attempted === undefined ? {} : { conditions: [{ ...condition, ...ready }] }),
    },
  };
}
