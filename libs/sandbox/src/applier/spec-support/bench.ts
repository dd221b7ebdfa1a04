import { seededRandom } from '@fleetmend/kernel';
import type { Renderer } from '@fleetmend/ports';
import { VirtualClock } from '@fleetmend/testing';
import { createApiServer } from '../../api/api-server.ts';
import type { KubeObject } from '../../objects.ts';
import { openStore } from '../../store/store.ts';
import { engineCrds } from '../../world/engine-crds.ts';
import { startApplier } from '../applier.ts';
import { APPLICATION } from '../argocd/shapes.ts';
import type { Application } from '../argocd/shapes.ts';
import { GIT_REPOSITORY, KUSTOMIZATION } from '../flux/shapes.ts';
import type { Kustomization } from '../flux/shapes.ts';
import type { Renderers } from '../repository.ts';
import { memoryRepository } from './memory-repository.ts';

export const TESTER = { manager: 'spec' } as const;
export const URL = 'http://git.example/fleet.git';

export const configMap = (name: string, value: string, namespace = 'shop') => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata: {key: "${value}"}\n`;

/** A cluster with both engines, one repository, and no nodes. Time stands still while a real program renders. */
export async function cluster(renderers: Renderers = {}) {
  const clock = new VirtualClock();
  const { objects } = createApiServer({ name: 'prod-1', store: openStore({ path: ':memory:' }), clock, random: seededRandom(5) });
  const repository = memoryRepository();
  const errors: unknown[] = [];
  const create = (object: KubeObject) => objects.create(object, TESTER);
  for (const crd of engineCrds()) create(crd);
  for (const name of ['flux-system', 'argocd', 'shop']) create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const held = ({ name, render }: Renderer): Renderer => ({ name, render: (input, signal) => clock.hold(render(input, signal)) });
  const { kustomize, helm } = renderers;
  const standing: Renderers = { ...(kustomize ? { kustomize: held(kustomize) } : {}), ...(helm ? { helm: held(helm) } : {}) };
  const applier = startApplier({ objects, clock, renderers: standing, repositories: (url) => (url === URL ? repository : undefined), failed: ({ error }) => errors.push(error) });
  return { clock, objects, repository, applier, errors, create };
}

export type Bench = Awaited<ReturnType<typeof cluster>>;

export function flux({ create, objects }: Bench, spec: Partial<Kustomization['spec']> = {}): () => Kustomization {
  create({ ...GIT_REPOSITORY, metadata: { name: 'fleet', namespace: 'flux-system' }, spec: { url: URL, interval: '1m', ref: { branch: 'main' } } });
  create({ ...KUSTOMIZATION, metadata: { name: 'shop', namespace: 'flux-system' }, spec: { path: './apps', interval: '1m', retryInterval: '5s', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' }, ...spec } });
  return () => {
    const found = objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, 'flux-system', 'shop');
    if (!found) throw new Error('the Kustomization is gone');
    return found;
  };
}

export function argo({ create, objects }: Bench, syncPolicy: Application['spec']['syncPolicy'] = { automated: { prune: true, selfHeal: true } }): () => Application {
  create({ ...APPLICATION, metadata: { name: 'shop', namespace: 'argocd' }, spec: { project: 'default', source: { repoURL: URL, path: 'apps', targetRevision: 'main' }, destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' }, syncPolicy } });
  return () => {
    const found = objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, 'argocd', 'shop');
    if (!found) throw new Error('the Application is gone');
    return found;
  };
}
