import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import type { LabFacts } from './boot/lab.ts';
import { labSpecs, specFile } from './specs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    lab: LabFacts;
    /** Write the recordings of this run into the work tree. */
    record: boolean;
  }
}

const facts = process.env.FLEETMEND_LAB_FACTS;
if (!facts) throw new Error('the specs of the lab need its servers: run `npm run test:lab` instead of vitest');

/** The servers are shared, so the order is that of the list: first what looks at fresh servers, last what takes longest. */
class ListedOrder extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = labSpecs.map(specFile);
    const place = ({ moduleId }: TestSpecification): number => order.findIndex((file) => moduleId.endsWith(`/${file}`));
    return Promise.resolve([...files].sort((a, b) => place(a) - place(b)));
  }
}

export default defineConfig({
  test: {
    include: ['test/lab/**/*.lab.ts'],
    setupFiles: ['test/lab/boot/begin-clean.ts'],
    pool: 'forks',
    // The servers are shared; one file at a time keeps the story of each readable.
    fileParallelism: false,
    sequence: { sequencer: ListedOrder },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    provide: { lab: JSON.parse(readFileSync(facts, 'utf8')) as LabFacts, record: process.env.FLEETMEND_LAB_RECORD === '1' },
  },
});
