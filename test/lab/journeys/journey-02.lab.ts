import { inject } from 'vitest';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { fluxObjects } from '../contracts/flux-objects.ts';
import { memoryJourney } from './memory-journey.ts';

const lab = inject('lab');
const namespace = lab.flux?.namespace ?? '';

memoryJourney({
  title: 'journey 02: a container is killed for memory, and a merged pull request heals it through Flux',
  lab,
  namespace: 'shop-flux',
  repository: 'fleet-flux',
  engine: {
    name: 'Flux',
    gitops: { engine: 'flux', readFrom: 'agent' },
    follow: (folder) => fluxObjects({ ...folder, namespace }),
    async hasApplied(name, commit) {
      const revision = await kubectlIn(lab, ['get', 'kustomizations.kustomize.toolkit.fluxcd.io', name, '-n', namespace, '-o', 'jsonpath={.status.lastAppliedRevision}']);
      return revision === `main@sha1:${commit}`;
    },
  },
});
