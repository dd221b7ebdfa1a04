// `npm run scorecard`: plays scenario folders and measures what came of them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isPermanent } from '@fleetmend/kernel';
import { findScenarios } from './find-scenarios.ts';
import { playInLab } from './play-in-lab.ts';
import { playAll } from './players.ts';
import { renderJson, renderPage, renderSummary, renderTable, renderTotals } from './report.ts';
import { allAsExpected, totalsOf } from './totals.ts';

const HELP = `npm run scorecard -- [options]

  --scenarios DIR   where scenarios are looked for, at any depth; may repeat (test/scenarios)
  --only NAME       only the scenario of that name, or all whose path holds it; may repeat
  --world NAME      sandbox (the default), or lab: real servers, a real kubelet, minutes for each
  --jobs N          how many are played at a time in the sandbox (2)
  --verbose         what led to each outcome: pull requests, tickets, moves
  --json            the last line of standard output is the result as JSON
  --write           write docs/scorecard.md
`;

const root = join(import.meta.dirname, '../..');

/** Answers the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenarios: { type: 'string', multiple: true, default: [join(root, 'test/scenarios')] },
      only: { type: 'string', multiple: true, default: [] },
      world: { type: 'string', default: 'sandbox' },
      jobs: { type: 'string', default: '2' },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1) throw new TypeError(`--jobs is a whole number from 1 on, not "${values.jobs}"`);
  if (!['sandbox', 'lab'].includes(values.world)) throw new TypeError(`--world is sandbox or lab, not "${values.world}"`);
  const dirs = findScenarios(values.scenarios, values.only);
  const start = performance.now();
  let done = 0;
  const rows = values.world === 'lab' ? await playInLab(dirs) : await playAll({ dirs, jobs, played: ({ name, outcome, took }) => progress(`${(done += 1)} of ${dirs.length}: ${name} ${outcome} (${(took / 1_000).toFixed(1)} s)`) });
  progress('');
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  say(renderTable(rows, values));
  say(`\nby class\n${renderSummary(rows, 'class')}\n\nby layout\n${renderSummary(rows, 'layout')}\n\n${renderTotals(totalsOf(rows))} (${((performance.now() - start) / 1_000).toFixed(0)} s)`);
  if (values.write) writeFileSync(join(root, 'docs/scorecard.md'), renderPage(rows, { world: values.world }));
  if (values.json) say(renderJson(rows));
  return allAsExpected(rows) ? 0 : 1;
}

/** Only people who look on need it. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!isPermanent(error) && !(error instanceof TypeError)) throw error;
  process.stderr.write(`scorecard: ${error.message}\n`);
  process.exitCode = 2;
}
