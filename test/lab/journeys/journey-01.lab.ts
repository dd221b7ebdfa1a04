import { inject } from 'vitest';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { applicationOf } from '../contracts/argocd-application.ts';
import { memoryJourney } from './memory-journey.ts';

const lab = inject('lab');
const server = lab.kubernetes?.server ?? '';
const namespace = lab.argocd?.namespace ?? '';

memoryJourney({
  title: 'journey 01: a container is killed for memory, and a merged pull request heals it through Argo CD',
  lab,
  namespace: 'shop',
  repository: 'fleet',
  engine: {
    name: 'Argo CD',
    gitops: { engine: 'argocd', readFrom: 'agent', argoDestination: { server } },
    follow: (folder) => applicationOf({ ...folder, namespace, server }),
    async hasApplied(name, commit) {
      const state = await kubectlIn(lab, ['get', 'applications.argoproj.io', name, '-n', namespace, '-o', 'jsonpath={.status.sync.status} {.status.sync.revision}']);
      return state === `Synced ${commit}`;
    },
  },
});
