import { lifecycle, type Lifecycle } from './lifecycle.ts';
import { isTerminal } from './phases.ts';
import type { Decision, Row } from './row.ts';
import type { View } from './view.ts';

/** The rows of the phase that the request is in. */
export function rowsOf(view: View, table: Lifecycle = lifecycle): readonly Row[] {
  const { phase } = view.request.status;
  return isTerminal(phase) ? table.terminal : table[phase];
}

/** The first row that holds, decides. Pure: the same view gives the same decision, wherever and however often it is asked. */
export function decide(view: View, table: Lifecycle = lifecycle): Decision {
  const row = rowsOf(view, table).find(({ when }) => when(view));
  return row?.decide(view) ?? { kind: 'rest', reason: 'NoRowHolds', clock: 'running' };
}
