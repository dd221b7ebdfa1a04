// `npm run bench`: how long finding, editing and proving one field takes, and indexing a large repository.
import { parseArgs } from 'node:util';
import { rendererPath } from '@fleetmend/render';
import { isWithin } from './measurement.ts';
import { readHardware, renderHardware, renderJson, renderTable } from './report.ts';
import { runBench } from './run.ts';

const HELP = `npm run bench -- [NAME] [options]

  NAME              only what has this in its name: raw, kustomize, helm, index
  --applications N  how many the repository holds (500)
  --runs N          how often each field is changed, after three times to warm up (25)
  --index-runs N    how often the index is built from nothing (3)
  --json            the last line of standard output is the result as JSON

Ends with 1 where a budget was missed, or where kustomize or helm is missing.
`;

/** Answers the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      applications: { type: 'string', default: '500' },
      runs: { type: 'string', default: '25' },
      'index-runs': { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  if (values.help) {
    say(HELP);
    return 0;
  }
  const [applications, runs, indexRuns] = [count('applications', values.applications, 10), count('runs', values.runs), count('index-runs', values['index-runs'])];
  const rows = await runBench({ applications, runs, indexRuns, renderers: rendererPath(process.env), only: positionals[0], progress });
  progress('');
  const hardware = readHardware();
  say(`${renderTable(rows)}\n\n${runs} runs each (the index: ${indexRuns}) in a repository of ${applications} applications, on ${renderHardware(hardware)}`);
  if (values.json) say(renderJson({ rows, hardware, applications }));
  return rows.every(isWithin) ? 0 : 1;
}

function count(name: string, text: string, least = 1): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) throw new TypeError(`--${name} is a whole number from ${least} on, not "${text}"`);
  return number;
}

/** Only people who look on need it. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
