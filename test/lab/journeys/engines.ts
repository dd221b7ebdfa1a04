import type { FleetClusterSpec } from '@fleetmend/model';
import { kubectlIn } from '../boot/kubectl-in.ts';
import type { LabFacts } from '../boot/lab.ts';
import { applicationOf } from '../contracts/argocd-application.ts';
import { fluxObjects } from '../contracts/flux-objects.ts';

/** A GitOps engine of the lab, as a platform team would set it up. */
export interface JourneyEngine {
  readonly name: string;
  readonly gitops: NonNullable<FleetClusterSpec['gitops']>;
  /** What makes it follow a folder of a repository's `main`. */
  follow(folder: { readonly name: string; readonly url: string; readonly path: string }): object;
  hasApplied(name: string, commit: string): Promise<boolean>;
}

export const argocdOf = (lab: LabFacts): JourneyEngine => {
  const server = lab.kubernetes?.server ?? '';
  const namespace = lab.argocd?.namespace ?? '';
  return {
    name: 'Argo CD',
    gitops: { engine: 'argocd', readFrom: 'agent', argoDestination: { server } },
    follow: (folder) => applicationOf({ ...folder, namespace, server }),
    async hasApplied(name, commit) {
      const state = await kubectlIn(lab, ['get', 'applications.argoproj.io', name, '-n', namespace, '-o', 'jsonpath={.status.sync.status} {.status.sync.revision}']);
      return state === `Synced ${commit}`;
    },
  };
};

export const fluxOf = (lab: LabFacts): JourneyEngine => {
  const namespace = lab.flux?.namespace ?? '';
  return {
    name: 'Flux',
    gitops: { engine: 'flux', readFrom: 'agent' },
    follow: (folder) => fluxObjects({ ...folder, namespace }),
    async hasApplied(name, commit) {
      const revision = await kubectlIn(lab, ['get', 'kustomizations.kustomize.toolkit.fluxcd.io', name, '-n', namespace, '-o', 'jsonpath={.status.lastAppliedRevision}']);
      return revision === `main@sha1:${commit}`;
    },
  };
};
