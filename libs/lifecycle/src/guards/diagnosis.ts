import { guard } from '../guard.ts';
import type { View } from '../view.ts';

export const diagnosed = guard('diagnosed', (view) => view.request.status.diagnosis !== undefined);
export const planned = guard('planned', (view) => view.request.status.proposal?.result === 'Planned' && view.request.status.plan !== undefined);
export const baseAhead = guard('the base already holds another value than live, and nobody applied it yet', (view) => view.request.status.proposal?.result === 'BaseAhead');

/** Why this case goes to a human, when it does. */
export function uncertainty({ request, settings }: View): string | undefined {
  const { diagnosis, proposal } = request.status;
  if (proposal?.result === 'Uncertain' || proposal?.result === 'NothingToChange') return proposal.reason;
  if (diagnosis === undefined) return undefined;
  if (diagnosis.abstain !== undefined) return diagnosis.abstain.reason;
  if (diagnosis.candidates.length === 0) return 'NoCandidate';
  return diagnosis.confidence < settings.confidenceFloor ? 'LowConfidence' : undefined;
}

export const uncertain = guard('too uncertain, or nothing to change', (view) => uncertainty(view) !== undefined);
