import { inject } from 'vitest';
import { fluxOf } from './engines.ts';
import { memoryJourney } from './memory-journey.ts';

const lab = inject('lab');

memoryJourney({
  title: 'journey 02: a container is killed for memory, and a merged pull request heals it through Flux',
  lab,
  namespace: 'shop-flux',
  repository: 'fleet-flux',
  engine: fluxOf(lab),
});
