import { parseTime } from '@fleetmend/kernel';
import { guard, type Guard } from '../guard.ts';
import type { StageName } from '../stage-name.ts';
import type { View } from '../view.ts';
import { recovered, targetGone } from './world.ts';

const QUIET_FAILURES = ['Vetoed', 'Rejected', 'RevertedByHuman', 'RevertDeclined'];
const aftermath = (view: View) => view.request.status.aftermath;
const sinceEnd = (view: View) => view.now - (parseTime(view.request.status.phaseSince) ?? view.now);

/** A request is kept while its failure lasts, and for its time after that. */
const sinceClosed = (view: View) => view.now - Math.max(0, ...view.clusters.map((cluster) => cluster.entry?.at ?? 0));

/** A stage that just failed rests, and the next row gets its turn. */
const owed = (stage: StageName, name: string, holds: (view: View) => boolean): Guard => guard(name, (view) => !view.resting.has(stage) && holds(view));

/** A human who said no knows already. */
export const escalationOwed = owed('escalate', 'a human has to know, and was not told', (view) => {
  const { phase, reason } = view.request.status;
  const wanted = phase === 'Escalated' || (phase === 'Failed' && !QUIET_FAILURES.includes(reason ?? ''));
  return wanted && aftermath(view)?.escalated === undefined;
});
export const lessonOwed = owed('learn', 'the outcome was not learned', (view) => aftermath(view)?.learned === undefined);
/**
 * That the failure went away after the end has to be remembered even where no ticket is open: when it comes back, it is a new
 * one, also for a hub that has started since. Where the end itself says that it went away, there is nothing to note.
 */
export const ticketOpen = owed('closeTicket', 'it recovered, and nobody has noted that', (view) => {
  const { phase, reason } = view.request.status;
  const saysSo = phase === 'Succeeded' || (phase === 'Dismissed' && (reason === 'Recovered' || reason === 'TargetGone'));
  return !saysSo && aftermath(view)?.ticketClosed === undefined && (recovered(view) || targetGone(view));
});
export const orphansUnchecked = owed('closeOrphans', 'it ended a while ago, and nobody looked for orphans', (view) => aftermath(view)?.orphansClosed === undefined && sinceEnd(view) >= view.settings.orphanDelay);
export const archiveDue = owed('archive', 'its time is up', (view) => {
  const { phase } = view.request.status;
  if (view.request.metadata.deletionTimestamp !== undefined) return aftermath(view)?.learned !== undefined && aftermath(view)?.archived === undefined;
  const quiet = phase === 'Succeeded' || phase === 'Dismissed';
  const ttl = quiet ? view.settings.ttl.quiet : view.settings.ttl.loud;
  return aftermath(view)?.archived === undefined && (recovered(view) || targetGone(view)) && Math.min(sinceEnd(view), sinceClosed(view)) >= ttl;
});
