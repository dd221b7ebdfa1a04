import { installedRenderers } from '@fleetmend/render';
import { describe } from 'vitest';
import type { Renderers } from '../repository.ts';

export const PROGRAMS: Renderers = installedRenderers(process.env);

/** A suite that needs a real program; without it the suite's name says what is missing and how to get it. */
export function describeWith(program: keyof Renderers, title: string, suite: () => void): void {
  const isThere = PROGRAMS[program] !== undefined;
  describe.skipIf(!isThere)(isThere ? title : `${title} (skipped: ${program} is not installed; npm run lab -- build ${program} builds it)`, suite);
}
