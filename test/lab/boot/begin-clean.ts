// Loaded by vitest before each spec file: what earlier ones left in the shared cluster is taken away first, so that each can be
// read, and fails, by itself. Done before and not after, so that `--keep` still shows what the last one left.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, inject } from 'vitest';
import { emptyCluster, linesIn } from './clean-cluster.ts';

const lab = inject('lab');
/** The cluster before the first spec. */
const beforeFile = `${process.env.FLEETMEND_LAB_FACTS ?? ''}.before.json`;

if (lab.kubernetes) {
  beforeAll(async () => {
    if (existsSync(beforeFile)) await emptyCluster(lab, JSON.parse(readFileSync(beforeFile, 'utf8')) as string[]);
    else writeFileSync(beforeFile, JSON.stringify(await linesIn(lab)));
  }, 240_000);
}
