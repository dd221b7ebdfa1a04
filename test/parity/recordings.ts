import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Observation } from './observe.ts';

/** What real servers showed, written by `npm run test:lab -- --only parity --record`. */
export const RECORDINGS_FILE = join(import.meta.dirname, 'recordings.json');

const recordings = z.strictObject({ kubernetes: z.string(), cases: z.record(z.string(), z.array(z.string())) });
export type Recordings = z.infer<typeof recordings>;

export const readRecordings = (): Recordings => recordings.parse(JSON.parse(readFileSync(RECORDINGS_FILE, 'utf8')));

export const renderRecordings = (kubernetes: string, cases: ReadonlyMap<string, Observation>): string => `${JSON.stringify({ kubernetes, cases: Object.fromEntries(cases) }, null, 2)}\n`;
