import { parseTime, type Clock } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import type { Announcement, Notifier } from '@fleetmend/plugin-api';
import type { Audit } from '@fleetmend/ports';
import type { Moved } from '@fleetmend/reconcile';
import type { HubMetrics } from '@fleetmend/telemetry';

export interface MoveListeners {
  readonly clock: Clock;
  readonly metrics: Pick<HubMetrics, 'moved'>;
  readonly audit: Audit;
  readonly notifiers: readonly Notifier[];
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** What follows from a move that was written: metric, log, audit record, notifiers. None of them can undo or delay it. */
export function announceMoves({ clock, metrics, audit, notifiers, log }: MoveListeners): (request: RemediationRequest, move: Moved) => void {
  return (request, move) => {
    const { metadata, spec, status } = request;
    const fields = { 'fleetmend.request': `${metadata.namespace}/${metadata.name}`, 'fleetmend.attempt': status.attempt };
    const firstSeen = parseTime(status.occurrences?.firstSeen);
    metrics.moved({
      cluster: spec.clusters[0] ?? '',
      class: spec.failure.class,
      from: move.from,
      to: move.to,
      spent: status.clocks?.[move.from] ?? 0,
      ...(firstSeen === undefined ? {} : { sinceFirstSeen: clock.now() - firstSeen }),
    });
    log.info({ ...fields, ...move }, `${move.from} → ${move.to}`);
    const record = { step: 'move', actor: 'hub', request: { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid, attempt: status.attempt }, data: { ...move, plan: status.plan?.digest, pullRequest: status.pullRequest?.url } };
    audit.record(record).catch((error: unknown) => log.warn({ ...fields, err: error }, 'a move was not recorded in the audit trail'));
    const announcement: Announcement = { request, ...move, message: tell(request), key: [metadata.uid, status.attempt, move.from, move.to, status.phaseSince ?? ''].join('/') };
    for (const notifier of notifiers) {
      notifier.announce(announcement).catch((error: unknown) => log.warn({ ...fields, err: error, notifier: notifier.kind }, 'a move was not announced'));
    }
  };
}

/** One line for people, by what the request knows at that point. */
export function tell({ status }: Pick<RemediationRequest, 'status'>): string {
  const change = status.plan?.changes[0];
  switch (status.phase) {
    case 'Proposed':
      return change ? `${change.file}: ${change.before ?? '(absent)'} → ${change.after ?? '(removed)'}` : '';
    case 'PullRequestOpen':
    case 'Merged':
      return status.pullRequest?.url ?? '';
    case 'Diagnosing':
    case 'Detected':
      return '';
    case 'Failed':
    case 'Escalated':
      return status.error?.message ?? status.diagnosis?.abstain?.lookAt ?? status.verdict?.violations[0]?.message ?? status.proposal?.message ?? '';
    default:
      return status.diagnosis?.cause ?? '';
  }
}
