import type { FleetApplication, FleetRepository } from './fleet-repository.ts';
import type { BenchHub } from './bench-world.ts';
import type { ProcessWatch } from './child-processes.ts';
import { timed, type Measurement } from './measurement.ts';

export interface OneField {
  readonly name: string;
  readonly layout: FleetApplication['layout'];
  /** Milliseconds, the renderers' own time included. */
  readonly budget: number;
  readonly needs: readonly ('kustomize' | 'helm')[];
}

/** Location, edit and proof of one field of one workload, in each layout. */
export const ONE_FIELD: readonly OneField[] = [
  { name: 'one field, raw', layout: 'raw', budget: 50, needs: [] },
  { name: 'one field, kustomize', layout: 'kustomize', budget: 400, needs: ['kustomize'] },
  { name: 'one field, helm', layout: 'helm', budget: 700, needs: ['helm'] },
  { name: 'one field, helm by ApplicationSet', layout: 'argocd-applicationset', budget: 700, needs: ['helm'] },
  { name: 'one field, helm by Flux', layout: 'flux-helmrelease', budget: 700, needs: ['helm'] },
];

const WARM_UP = 3;
const RENDERERS = ['kustomize', 'helm'] as const;

/** The stage that proposes, run over and over; each time for another value, so that no edited state was ever rendered before. */
export async function measureOneField({ name, layout, budget }: OneField, { fleet, hub, watch, runs }: { readonly fleet: FleetRepository; readonly hub: BenchHub; readonly watch: ProcessWatch; readonly runs: number }): Promise<Measurement> {
  const application = fleet.applications.find((one) => one.layout === layout);
  if (!application) throw new RangeError(`a fleet of ${fleet.applications.length} applications has none in the layout ${layout}: take a larger one`);
  const took: number[] = [];
  const cpu: number[] = [];
  const renderers: number[] = [];
  let started = '';
  for (let run = 0; run < WARM_UP + runs; run += 1) {
    const view = hub.view(application, `${129 + run}Mi`);
    watch.take();
    const { value: result, ...measured } = await timed(() => hub.stages.propose(view, new AbortController().signal));
    const programs = watch.take();
    const plan = 'fact' in result ? result.fact.plan : undefined;
    // What went wrong may be fast: it is no measurement.
    if (!plan?.proof.exact || plan.files.length !== 1 || plan.files[0]?.path !== application.saidIn) throw new Error(`${name}: no exact plan for ${application.saidIn} came of it: ${JSON.stringify(result).slice(0, 600)}`);
    if (run < WARM_UP) continue;
    took.push(measured.took);
    cpu.push(measured.cpu);
    renderers.push(RENDERERS.reduce((sum, program) => sum + (programs.get(program)?.milliseconds ?? 0), 0));
    started = [...programs].map(([program, { started: count }]) => `${count} × ${program}`).sort().join(', ');
  }
  return { name, runs: took, cpu, ...(renderers.some((one) => one > 0) ? { renderers } : {}), budget, note: `starts ${started || 'no program'}` };
}
