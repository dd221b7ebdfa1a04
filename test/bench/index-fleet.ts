import { fleetRoots } from '@fleetmend/stages';
import type { BenchHub, BenchWorld } from './bench-world.ts';
import type { ProcessWatch } from './child-processes.ts';
import type { FleetRepository } from './fleet-repository.ts';
import { timed, type Measurement } from './measurement.ts';

interface Indexing {
  readonly fleet: FleetRepository;
  readonly world: BenchWorld;
  readonly watch: ProcessWatch;
  readonly runs: number;
}

const BUDGET = 20_000;
/** Ours, not promised: a look that takes longer would be felt. */
const BUDGET_OF_UPDATE = 2_000;

/** From a hub that knows nothing: fetch, list what the engines apply, find the files of each; then the same after one commit. */
export async function measureIndex({ fleet, world, watch, runs }: Indexing): Promise<readonly Measurement[]> {
  const [built, changed, added] = [series(), series(), series()];
  const renderers: number[] = [];
  let [known, afterChange, afterAdding] = [0, 0, 0];
  for (let run = 0; run < runs; run += 1) {
    const hub = await world.restarted();
    watch.take();
    known = await built.add(() => indexOnce(hub));
    renderers.push(watch.take().get('kustomize')?.milliseconds ?? 0);
    const update = async (into: Series, files: ReadonlyMap<string, string>): Promise<number> => {
      const before = hub.deps.index.reads;
      await world.remote.commit({ branch: 'main', files, message: 'look at it again' });
      await into.add(() => indexOnce(hub));
      return hub.deps.index.reads - before;
    };
    const file = fleet.applications.find(({ layout }) => layout === 'kustomize')?.saidIn ?? '';
    afterChange = await update(changed, new Map([[file, `${fleet.files.get(file) ?? ''}# looked at ${run + 1} times\n`]]));
    afterAdding = await update(added, new Map([[`notes/${run}.md`, 'Somebody was here.\n']]));
  }
  return [
    { name: `index of ${fleet.applications.length} applications`, runs: built.runs, cpu: built.cpu, ...(renderers.some((one) => one > 0) ? { renderers } : {}), budget: BUDGET, note: `from nothing, with the fetch; ${known} roots of ${fleet.files.size} files` },
    { name: 'after a commit that changes a file', runs: changed.runs, cpu: changed.cpu, budget: BUDGET_OF_UPDATE, note: `with the fetch; ${afterChange} of ${known} read again` },
    { name: 'after a commit that adds one', runs: added.runs, cpu: added.cpu, budget: BUDGET_OF_UPDATE, note: `with the fetch; ${afterAdding} of ${known} read again` },
  ];
}

interface Series {
  readonly runs: number[];
  readonly cpu: number[];
  add<T>(work: () => Promise<T>): Promise<T>;
}

function series(): Series {
  const [runs, cpu]: [number[], number[]] = [[], []];
  return {
    runs,
    cpu,
    async add(work) {
      const measured = await timed(work);
      runs.push(measured.took);
      cpu.push(measured.cpu);
      return measured.value;
    },
  };
}

async function indexOnce({ deps }: BenchHub): Promise<number> {
  const [binding] = await deps.settings.bindings();
  if (!binding) throw new RangeError('the bench has no RepoBinding');
  const repository = await deps.repositories.open(await deps.forge('bench').remote(''), 'bench');
  const tree = await repository.tree(await repository.head(binding.spec.branch));
  const { roots, silent } = await fleetRoots(deps, { cluster: '', application: undefined, binding, target: { apiVersion: '', kind: '', metadata: { name: '' } } }, tree);
  const unknown = roots.filter(({ layout }) => layout === undefined);
  if (silent.length > 0 || unknown.length > 0) throw new Error(`the index left out ${silent.join(', ')} ${unknown.map(({ application }) => application.ref.name).join(', ')}`);
  return roots.length;
}
