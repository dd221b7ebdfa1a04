// `npm run redteam`: attacks on everything that reads what an attacker may write, with a model that does the attacker's will.
import { parseArgs } from 'node:util';
import { attackClasses } from './classes/index.ts';
import { renderJson, renderReport, tallyOf, isSafe } from './report.ts';
import { playMany, shippedPolicy, type Played } from './run.ts';

const HELP = `npm run redteam -- [options]

Plays generated attacks on one repair, each with a model that answers what the attacker wants, and each beside an honest twin.
  --cases N   how many attacks (3000)
  --from S    the first seed (1)
  --only NAME only classes with this in their name
  --verbose   every case, with what came of it
  --json      the last line of standard output is the result as JSON

Ends with 1 where a pull request or a text was unsafe, or fewer than 95 % of the twins were repaired.
`;

/** Answers the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { cases: { type: 'string', default: '3000' }, from: { type: 'string', default: '1' }, only: { type: 'string' }, verbose: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  if (values.help) {
    say(HELP);
    return 0;
  }
  const only = attackClasses.filter(({ name }) => name.includes(values.only ?? ''));
  if (only.length === 0) throw new TypeError(`no class has "${values.only}" in its name: there are ${attackClasses.map(({ name }) => name).join('; ')}`);
  const started = performance.now();
  const policy = await shippedPolicy();
  const played: Played[] = [];
  try {
    for await (const one of playMany({ cases: count('cases', values.cases), from: count('from', values.from), only }, policy)) {
      played.push(one);
      if (values.verbose || one.harms.length > 0) say(`${one.harms.length > 0 ? '✗' : '✓'} ${one.class}, seed ${one.seed}: ${JSON.stringify(one.what)}: ${one.ended}${one.twin === false ? `; twin: ${one.twinEnded}` : ''}${one.harms.map(({ rule, what }) => `\n    ${rule}: ${what}`).join('')}`);
      else if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${played.length} of ${values.cases}`);
    }
  } finally {
    await policy.close?.();
  }
  const tally = tallyOf(played);
  say(renderReport(tally, (performance.now() - started) / 1_000));
  if (values.json) say(renderJson(tally, played));
  return isSafe(tally) ? 0 : 1;
}

function count(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new TypeError(`--${name} is a whole number from 1 on, not "${text}"`);
  return number;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`redteam: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
