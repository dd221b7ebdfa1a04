import { renderTable } from '../table.ts';
import type { Explained } from './explain-failure.ts';
import type { Scanned } from './scan.ts';

const HEADS = ['NAMESPACE', 'TARGET', 'FAILURE', 'CAUSE', 'WOULD CHANGE'] as const;
const WIDEST = 72;

/** A table for people: what suffers, from what, and what would be changed. */
export function renderScan({ failures, notLookedAt }: Scanned): string {
  return [renderFailures(failures), ...renderNotLookedAt(notLookedAt)].join('\n');
}

/** Silence about what was not looked at is no good news. */
function renderNotLookedAt(all: Scanned['notLookedAt']): readonly string[] {
  if (all.length === 0) return [];
  const lines = all.map(({ resource, silent, saidLess }) => {
    const effects = [...(silent.length > 0 ? [`nothing was said by ${silent.join(', ')}`] : []), ...(saidLess.length > 0 ? [`less by ${saidLess.join(', ')}`] : [])];
    return `  ${resource}${effects.length > 0 ? `: ${effects.join('; ')}` : ''}`;
  });
  return ['', 'Not looked at, because you may not read it here:', ...lines, '`kubectl auth can-i list <resource> -A` shows what you may read.'];
}

function renderFailures(failures: readonly Explained[]): string {
  if (failures.length === 0) return 'Nothing is failing that Fleetmend knows how to see.';
  const rows = failures.map((failure) => [failure.namespace ?? '', `${failure.target}${failure.container ? ` [${failure.container}]` : ''}`, failure.class, shorten(failure.cause), changeOf(failure)]);
  const repairable = failures.filter(({ change }) => change.length > 0).length;
  return `${renderTable(HEADS, rows)}\n\n${failures.length} failing, ${repairable} with a change to propose. Nothing was written; -o yaml shows everything.`;
}

function changeOf({ change, note }: Explained): string {
  if (change.length === 0) return `nothing: ${shorten(note ?? 'a person has to look')}`;
  return change.map(({ path, from, to }) => `${path.split('.').slice(-3).join('.')}: ${from ?? '(absent)'} → ${to ?? '(removed)'}`).join('; ');
}

const shorten = (text: string) => (text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text);
