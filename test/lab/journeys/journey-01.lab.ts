import { inject } from 'vitest';
import { argocdOf } from './engines.ts';
import { memoryJourney } from './memory-journey.ts';

const lab = inject('lab');

memoryJourney({
  title: 'journey 01: a container is killed for memory, and a merged pull request heals it through Argo CD',
  lab,
  namespace: 'shop',
  repository: 'fleet',
  engine: argocdOf(lab),
});
