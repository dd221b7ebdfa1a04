import type { KubeObject } from '@fleetmend/model';
import type { EngineState, EngineWorld } from '@fleetmend/plugin-api/conformance';

const SOURCE = { repoURL: 'http://git.fleet.local/fleet.git', targetRevision: 'main', path: 'apps/shop' } as const;

/** An Application as Argo CD 3.1 writes it, with what matters here. */
export const argoWorld: EngineWorld = {
  path: 'apps/shop',
  target: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'checkout', namespace: 'shop', annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/checkout' } },
  },
  objects: (state) => [anApplication(state)],
};

export function anApplication({ owns, applied, refused, suspended = false }: EngineState, rest: { readonly name?: string; readonly namespace?: string; readonly spec?: object; readonly status?: object } = {}): KubeObject {
  const operation = refused
    ? { phase: 'Failed', message: refused.message, operation: { sync: { revision: refused.commit } }, syncResult: { revision: refused.commit, source: SOURCE } }
    : applied && { phase: 'Succeeded', message: 'successfully synced (all tasks run)', operation: { sync: { revision: applied } }, syncResult: { revision: applied, source: SOURCE } };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: rest.name ?? 'shop', namespace: rest.namespace ?? 'argocd' },
    spec: {
      project: 'default',
      source: SOURCE,
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      ...(suspended ? {} : { syncPolicy: { automated: { prune: true, selfHeal: true } } }),
      ...rest.spec,
    },
    status: {
      resources: [{ version: 'v1', kind: 'Namespace', name: 'shop', status: 'Synced' }, ...(owns ? [{ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', status: 'Synced' }] : [])],
      sync: { status: refused ? 'OutOfSync' : 'Synced', ...(refused ? { revision: refused.commit } : applied ? { revision: applied } : {}) },
      ...(applied ? { history: [{ id: 0, revision: applied, source: SOURCE }] } : {}),
      ...(operation ? { operationState: operation } : {}),
      ...rest.status,
    },
  };
}
