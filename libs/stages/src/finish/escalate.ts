import { renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { renderRef, type RemediationRequest } from '@fleetmend/model';
import type { Ticket } from '@fleetmend/plugin-api';
import { marker } from '../deliver/names.ts';
import { onOneLine } from '../on-one-line.ts';
import type { Stage, StageDeps } from '../stage.ts';

/** Hands the case to a human, once: every channel that keeps tickets finds its own again by the marker. */
export function escalate(deps: StageDeps): Stage {
  return async (view) => {
    const earlier = sameBreaker(view);
    const filed = earlier ?? (await file(deps, ticketOf(view.request)));
    return { fact: { aftermath: { ...view.request.status.aftermath, escalated: { ...filed, at: renderTime(view.now) } } } };
  };
}

interface Filed {
  readonly kind: string;
  readonly url: string;
}

async function file(deps: Pick<StageDeps, 'notifiers'>, ticket: Ticket): Promise<Filed> {
  let first: Filed | undefined;
  for (const notifier of deps.notifiers) {
    const filed = await notifier.escalate(ticket);
    if (filed !== undefined) first ??= { kind: notifier.kind, url: filed.url.slice(0, 512) };
  }
  return first ?? { kind: 'none', url: '' };
}

/** An open breaker is one piece of news per scope, however many requests run into it. */
function sameBreaker({ request, others }: View): Filed | undefined {
  const scope = request.status.admission?.breaker;
  if (request.status.reason !== 'Breaker' || scope === undefined) return undefined;
  const told = others.find((other) => other.status.reason === 'Breaker' && other.status.admission?.breaker === scope && other.status.aftermath?.escalated !== undefined);
  const filed = told?.status.aftermath?.escalated;
  return filed && { kind: filed.kind, url: filed.url };
}

const MOST_CHANGES = 6;

/** What policy did not let through: whoever does it by hand, or something else, needs to know. */
function plannedIn({ status: { plan } }: RemediationRequest): readonly string[] {
  const [first] = plan?.files ?? [];
  return (plan?.changes ?? []).slice(0, MOST_CHANGES).map(({ path, before = 'nothing', after = 'nothing' }) => `Planned in ${first?.path ?? 'Git'}, and not done: ${path} from ${before} to ${after}`);
}

/** The case in words: what was seen, what is known, why nothing was changed. */
export function ticketOf(request: RemediationRequest): Ticket {
  const { spec, status } = request;
  const where = spec.target ? renderRef(spec.target) : `${spec.subject?.kind ?? spec.scope}/${spec.subject?.name ?? ''}`;
  const lines = [
    `${spec.failure.class} of ${where} in ${spec.clusters.join(', ')}.`,
    `Ended as ${status.phase} (${status.reason ?? 'unknown'}).`,
    `What was seen: ${spec.failure.message}`,
    ...(status.admission?.result === 'Breaker' ? [`Why it was not tried: ${status.admission.reason}`] : []),
    status.diagnosis ? `Cause as far as known: ${status.diagnosis.cause} (${status.diagnosis.source}, confidence ${status.diagnosis.confidence.toFixed(2)})` : 'No cause was found.',
    ...(status.diagnosis?.abstain ? [`Why nothing was changed: ${status.diagnosis.abstain.reason}. Look at: ${status.diagnosis.abstain.lookAt}`] : []),
    ...(status.error ? [`${status.error.stage} failed for good: ${status.error.reason}: ${status.error.message}`] : []),
    ...(status.proposal && status.proposal.result !== 'Planned' ? [`Proposing ended with ${status.proposal.result}: ${status.proposal.message}`] : []),
    ...(status.verdict?.violations ?? []).map((violation) => `Policy ${violation.id}: ${violation.message}`),
    ...((status.verdict?.violations ?? []).length > 0 ? plannedIn(request) : []),
    ...(status.pullRequest?.url ? [`Pull request: ${status.pullRequest.url} (${status.pullRequest.state})`] : []),
    ...(status.diagnosis?.evidence ?? []).map((item) => `Evidence: ${item.title ?? item.kind} ${item.digest}`),
    `Request: ${request.metadata.namespace}/${request.metadata.name}`,
  ];
  return { request, marker: marker(request), title: `${spec.failure.class}: ${where} (${status.reason ?? status.phase})`, body: lines.map(onOneLine).join('\n') };
}
