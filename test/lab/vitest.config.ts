import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import type { LabFacts } from './boot/lab.ts';

declare module 'vitest' {
  interface ProvidedContext {
    lab: LabFacts;
    /** Write the recordings of this run into the work tree. */
    record: boolean;
  }
}

const facts = process.env.FLEETMEND_LAB_FACTS;
if (!facts) throw new Error('the specs of the lab need its servers: run `npm run test:lab` instead of vitest');

export default defineConfig({
  test: {
    include: ['test/lab/**/*.lab.ts'],
    pool: 'forks',
    // The servers are shared; one file at a time keeps the story of each readable.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    provide: { lab: JSON.parse(readFileSync(facts, 'utf8')) as LabFacts, record: process.env.FLEETMEND_LAB_RECORD === '1' },
  },
});
