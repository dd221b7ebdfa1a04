import { parseArgs } from 'node:util';
import { play } from './run.ts';
import { randomSchedule } from './schedule/random-schedule.ts';
import { explain } from './shrink.ts';

const USAGE = `npm run simulate -- [--seeds N] [--from S] [--json] [--trace]

Plays N schedules, from seed S on, and holds every promise against the truth at each step.
  --seeds N   how many schedules (1000)
  --from S    the first seed (1)
  --json      the last line is one JSON object
  --trace     tells what happens, for one seed`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' }, json: { type: 'boolean', default: false }, trace: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  const [seeds, from] = [Number(values.seeds), Number(values.from)];
  if (values.help || !Number.isInteger(seeds) || !Number.isInteger(from) || seeds < 1) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const started = performance.now();
  const fired = new Map<string, number>();
  const violations: { readonly seed: number; readonly invariant: string; readonly message: string }[] = [];
  let steps = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const schedule = randomSchedule(seed);
    const outcome = await play(schedule, values.trace ? { trace: (line) => console.log(line) } : {});
    steps += outcome.steps;
    for (const [what, times] of outcome.fired) fired.set(what, (fired.get(what) ?? 0) + times);
    if (outcome.violation === undefined) continue;
    violations.push({ seed, invariant: outcome.violation.invariant, message: outcome.violation.message });
    console.log(await explain(schedule, outcome));
    if (violations.length >= 5) break;
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  console.log(`${seeds} schedules, ${steps} steps, ${violations.length} violations, ${seconds} s`);
  console.log(`what happened: ${[...fired].sort(([a], [b]) => a.localeCompare(b)).map(([what, times]) => `${what} ${times}`).join(', ')}`);
  if (values.json) console.log(JSON.stringify({ seeds, from, steps, violations, seconds, fired: Object.fromEntries(fired) }));
  return violations.length === 0 ? 0 : 1;
}

process.exitCode = await main();
