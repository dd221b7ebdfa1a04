// Loaded by vitest before each spec file: what earlier ones left in the shared clusters is taken away first, so that each can be
// read, and fails, by itself. Done before and not after, so that `--keep` still shows what the last one left.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, inject } from 'vitest';
import { emptyCluster, linesIn, type Kubectl } from './clean-cluster.ts';
import { kubectl } from './kubernetes.ts';

const lab = inject('lab');
/** The lab's own cluster first: what its engines follow must be gone before what they apply to the others. */
const clusters: readonly { readonly name: string; readonly kubeconfig: string }[] = [...(lab.kubernetes ? [{ name: 'lab', kubeconfig: lab.kubernetes.kubeconfig }] : []), ...(lab.fleet ?? [])];

if (clusters.length > 0) {
  beforeAll(async () => {
    for (const { name, kubeconfig } of clusters) {
      const run: Kubectl = (args, input) => kubectl({ bin: lab.programs }, { kubeconfig, args, ...(input === undefined ? {} : { input }) });
      /** The cluster before the first spec. */
      const beforeFile = `${process.env.FLEETMEND_LAB_FACTS ?? ''}.before-${name}.json`;
      if (existsSync(beforeFile)) await emptyCluster(run, JSON.parse(readFileSync(beforeFile, 'utf8')) as string[]);
      else writeFileSync(beforeFile, JSON.stringify(await linesIn(run)));
    }
  }, 300_000);
}
