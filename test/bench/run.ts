import { isPermanent } from '@fleetmend/kernel';
import { findProgram } from '@fleetmend/render';
import { openBenchWorld } from './bench-world.ts';
import { watchProcesses } from './child-processes.ts';
import { fleetRepository } from './fleet-repository.ts';
import { measureIndex } from './index-fleet.ts';
import type { Row } from './measurement.ts';
import { measureOneField, ONE_FIELD } from './one-field.ts';

export interface BenchOptions {
  readonly applications: number;
  readonly runs: number;
  /** How often the index is built from nothing. */
  readonly indexRuns: number;
  /** Where kustomize and helm are looked up, as in the variable PATH. */
  readonly renderers: string;
  /** Only rows whose name holds it. */
  readonly only?: string | undefined;
  readonly progress?: ((text: string) => void) | undefined;
}

export async function runBench({ applications, runs, indexRuns, renderers, only = '', progress = () => undefined }: BenchOptions): Promise<readonly Row[]> {
  const fields = ONE_FIELD.filter(({ name }) => name.includes(only));
  const withIndex = 'index'.includes(only);
  if (fields.length === 0 && !withIndex) throw new TypeError(`nothing is called "${only}": ask for raw, kustomize, helm or index`);
  const fleet = fleetRepository(applications);
  const world = await openBenchWorld(fleet, { renderers });
  const watch = watchProcesses();
  const rows: Row[] = [];
  try {
    const hub = await world.restarted();
    for (const one of fields) {
      progress(one.name);
      const missing = one.needs.flatMap((program) => whyMissing(program, renderers) ?? []);
      rows.push(missing[0] === undefined ? await measureOneField(one, { fleet, hub, watch, runs }) : { name: one.name, missing: missing[0] });
    }
    if (withIndex) {
      progress('the index');
      rows.push(...(await measureIndex({ fleet, world, watch, runs: indexRuns })));
    }
  } finally {
    watch.stop();
    await world.close();
  }
  return rows;
}

function whyMissing(program: string, path: string): string | undefined {
  try {
    findProgram(program, path);
    return undefined;
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return `${error.message}; npm run lab -- build ${program} builds one`;
  }
}
