import { shortDigest } from '@fleetmend/kernel';
import { renderRef, type RemediationRequest, type RemediationRequestStatus } from '@fleetmend/model';

export type Mood = 'news' | 'good' | 'bad' | 'wait';

/** One thing that happened to a request, as a person would tell it. `key`: told once. */
export interface Chapter {
  readonly key: string;
  readonly mood: Mood;
  readonly text: string;
}

/**
 * The whole story of a request as far as it is known, in order. It is made from facts and not from moves, so that nothing
 * is missing when several things happened between two looks, or while nobody looked.
 */
export function chaptersOf(request: RemediationRequest): readonly Chapter[] {
  const { spec, status } = request;
  const where = spec.target ? renderRef(spec.target) : spec.scope;
  const first: Chapter = { key: 'detected', mood: 'bad', text: `${where} in ${spec.clusters.join(', ')}: ${spec.failure.class}, ${spec.failure.message}` };
  const inAttempt = [...causeOf(status), ...planOf(status), ...pullRequestOf(status), ...afterMergeOf(status), ...revertOf(status)];
  const last = endOf(status);
  const over = (status.attempts ?? []).map(
    ({ attempt, action, reason }): Chapter => ({ key: `over ${attempt}`, mood: 'bad', text: `attempt ${attempt} (${action}) did not end it: ${reason}; trying something else` }),
  );
  return [first, ...over, ...inAttempt.map((chapter) => ({ ...chapter, key: `${status.attempt}/${chapter.key}` })), ...last];
}

function causeOf({ diagnosis }: RemediationRequestStatus): readonly Chapter[] {
  if (!diagnosis) return [];
  return [{ key: 'diagnosis', mood: 'news', text: `cause: ${diagnosis.cause} (${diagnosis.source.toLowerCase()}, ${Math.round(diagnosis.confidence * 100)} %)` }];
}

function planOf({ plan, verdict }: RemediationRequestStatus): readonly Chapter[] {
  const changes = (plan?.changes ?? []).map(
    ({ file, path, before, after }): Chapter => ({ key: `plan ${plan?.digest} ${path}`, mood: 'news', text: `plan: ${lastField(path)} ${before ?? '(absent)'} → ${after ?? '(removed)'} in ${file}, and the render changes nothing else` }),
  );
  if (!verdict) return changes;
  const key = `verdict ${verdict.forPlan} ${verdict.result}`;
  if (verdict.result === 'Allow') return [...changes, { key, mood: 'news', text: `policy allows it as ${verdict.tier} (bundle ${shortDigest(verdict.bundle.digest)})` }];
  const why = verdict.violations.map((violation) => `${violation.id} ${violation.message}`).join('; ');
  return [...changes, { key, mood: verdict.result === 'Defer' ? 'wait' : 'bad', text: `policy ${verdict.result === 'Defer' ? 'wants to wait' : 'denies it'}: ${why}` }];
}

function pullRequestOf({ pullRequest, plan }: RemediationRequestStatus): readonly Chapter[] {
  if (!pullRequest) return [];
  const name = `pull request #${pullRequest.number}`;
  const opened: Chapter = { key: `opened ${pullRequest.number}`, mood: 'news', text: `${name} is open on ${plan?.source.repository ?? 'the repository'}: branch ${pullRequest.branch}` };
  if (pullRequest.state === 'Open') return [opened];
  if (pullRequest.state === 'Closed') return [opened, { key: `closed ${pullRequest.number}`, mood: 'bad', text: `${name} was closed by ${(pullRequest.closedBy ?? 'somebody').toLowerCase()}` }];
  return [opened, { key: `merged ${pullRequest.number}`, mood: 'good', text: `${name} is merged${pullRequest.mergeSHA ? ` as ${pullRequest.mergeSHA.slice(0, 7)}` : ''}` }];
}

function afterMergeOf({ clusters = [] }: RemediationRequestStatus): readonly Chapter[] {
  return clusters.flatMap(({ name, rollout, verification }): readonly Chapter[] => [
    ...(rollout?.state === 'Applied' ? [{ key: `applied ${name}`, mood: 'good', text: `${rollout.engine} applied ${rollout.revision?.slice(0, 7) ?? 'it'} in ${name}` } as const] : []),
    ...(rollout?.state === 'Refused' ? [{ key: `refused ${name}`, mood: 'bad', text: `${rollout.engine} could not apply it in ${name}: ${rollout.message ?? ''}` } as const] : []),
    ...(verification?.state === 'Healthy' ? [{ key: `healthy ${name}`, mood: 'good', text: `healthy in ${name}; watching whether it stays so` } as const] : []),
    ...(verification?.state === 'Uncovered' ? [{ key: `uncovered ${name}`, mood: 'good', text: `gone in ${name}: ${verification.message ?? ''}` } as const] : []),
    ...(verification && ['StillFailing', 'Worse'].includes(verification.state) ? [{ key: `${verification.state} ${name}`, mood: 'bad', text: `${verification.state === 'Worse' ? 'worse' : 'still failing'} in ${name}: ${verification.message ?? ''}` } as const] : []),
  ]);
}

function revertOf({ revert }: RemediationRequestStatus): readonly Chapter[] {
  return revert ? [{ key: `revert ${revert.number} ${revert.state}`, mood: 'bad', text: `pull request #${revert.number} takes it back (${revert.state.toLowerCase()})` }] : [];
}

function endOf(status: RemediationRequestStatus): readonly Chapter[] {
  const { phase, reason = '' } = status;
  const learned: readonly Chapter[] = status.aftermath?.learned ? [{ key: 'learned', mood: 'news', text: 'learned: the outcome is remembered for the next such failure' }] : [];
  if (phase === 'AwaitingApproval') return [{ key: `approval ${status.plan?.digest}`, mood: 'wait', text: 'waits for an approval' }];
  if (phase === 'Succeeded') return [{ key: 'end', mood: 'good', text: `recovered for the hold: ${phase}` }, ...learned];
  if (phase === 'Dismissed') return [{ key: 'end', mood: 'news', text: `${phase}: ${reason}` }, ...learned];
  if (phase === 'Failed' || phase === 'Escalated') {
    const why = status.error?.message ?? status.diagnosis?.abstain?.lookAt ?? status.verdict?.violations[0]?.message ?? status.proposal?.message ?? '';
    return [{ key: 'end', mood: 'bad', text: `${phase}: ${reason}${why ? `: ${why}` : ''}` }, ...learned];
  }
  return [];
}

function lastField(path: string): string {
  return path.split('/').slice(-3).join('.').replaceAll('~1', '/');
}
