import { PHASES } from '@fleetmend/model';
import { isTerminal, lifecycle, phases, productionSettings, type Row } from '@fleetmend/lifecycle';
import { renderDuration } from '@fleetmend/kernel';
import { MARK, type Generated } from './generated.ts';

/** docs/lifecycle.md, from the table that decides. */
export function lifecyclePage(): Generated {
  const lines = [
    `<!-- ${MARK} -->`,
    '# The life of a request',
    '',
    'Of each phase the first row that holds decides. A row either moves the request to another phase, or runs one stage that finds out one more fact, or rests.',
    'This page is written from the table in `libs/lifecycle/src/lifecycle.ts`, and nothing else moves a request.',
    '',
    '| phase | meaning | time it may take |',
    '|---|---|---|',
    ...PHASES.map((phase) => `| ${phase} | ${phases[phase].meaning} | ${deadline(phase)} |`),
    '',
    ...PHASES.filter((phase) => !isTerminal(phase)).flatMap((phase) => [`## ${phase}`, '', ...table(lifecycle[phase as keyof typeof lifecycle])]),
    '## After the end',
    '',
    'Each of these is done once, with its own back-off, so that none blocks another.',
    '',
    ...table(lifecycle.terminal),
  ];
  return new Map([['docs/lifecycle.md', `${lines.join('\n').trimEnd()}\n`]]);
}

function table(rows: readonly Row[]): string[] {
  return ['| # | when | then |', '|---|---|---|', ...rows.map((row, index) => `| ${index + 1} | ${row.when.name} | ${row.effect} |`), ''];
}

function deadline(phase: string): string {
  if (phase === 'PullRequestOpen') return `open for at most ${renderDuration(productionSettings.staleAfter)}`;
  const span = (productionSettings.deadlines as Partial<Record<string, number>>)[phase];
  return span === undefined ? 'terminal' : renderDuration(span);
}
