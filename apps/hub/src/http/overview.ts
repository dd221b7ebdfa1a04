import { parseTime } from '@fleetmend/kernel';
import { isTerminal } from '@fleetmend/lifecycle';
import type { Overview, Phase, RemediationRequest } from '@fleetmend/model';

/** The fleet in a few numbers. Dismissed requests were never tried and count for neither side of the ratio. */
export function overviewOf(requests: readonly RemediationRequest[]): Overview {
  const ended = (phase: Phase) => requests.filter(({ status }) => status.phase === phase).length;
  const [succeeded, failed, escalated] = [ended('Succeeded'), ended('Failed'), ended('Escalated')];
  const tried = succeeded + failed + escalated;
  const times = requests.flatMap((request) => repairTime(request) ?? []);
  return {
    live: requests.filter(({ status }) => !isTerminal(status.phase)).length,
    waiting: requests.filter(waitsForPerson).length,
    succeeded,
    failed,
    escalated,
    dismissed: ended('Dismissed'),
    successRatio: tried === 0 ? undefined : succeeded / tried,
    timeToRepair: times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0) / times.length,
  };
}

/** An approval, or a review and a merge that the hub may not do. */
function waitsForPerson({ status }: RemediationRequest): boolean {
  return status.phase === 'AwaitingApproval' || (status.phase === 'PullRequestOpen' && status.pullRequest?.mayMerge !== true);
}

function repairTime({ metadata, status }: RemediationRequest): number | undefined {
  if (status.phase !== 'Succeeded') return undefined;
  const seen = parseTime(status.occurrences?.firstSeen) ?? parseTime(metadata.creationTimestamp);
  const ended = parseTime(status.phaseSince);
  return seen === undefined || ended === undefined || ended < seen ? undefined : ended - seen;
}
