import { renderRef, type RemediationRequest } from '@fleetmend/model';
import type { SeenRequest } from './seen.ts';

const ENDS = ['Succeeded', 'Failed', 'Escalated', 'Dismissed'];
const BEFORE_WORK = ['Detected', 'Inhibited', 'Dismissed'];

/** What a score needs to know of a request, and what its reader may want to. */
export function seenRequest({ metadata, spec, status }: RemediationRequest): SeenRequest {
  const { phase, reason = '', diagnosis, proposal, plan, verdict, error, aftermath, attempts = [], admission } = status;
  const says = [
    ...attempts.map((attempt) => `attempt ${attempt.attempt}: ${attempt.action} ended ${attempt.outcome} (${attempt.reason})`),
    ...(diagnosis ? [`cause: ${diagnosis.cause} (${diagnosis.source} ${diagnosis.confidence.toFixed(2)})`] : []),
    ...(diagnosis?.abstain ? [`abstained: ${diagnosis.abstain.reason}; look at: ${diagnosis.abstain.lookAt}`] : []),
    ...(admission && admission.result !== 'Admitted' ? [`admission: ${admission.result}: ${admission.reason}`] : []),
    ...(proposal && proposal.result !== 'Planned' ? [`proposal: ${proposal.result}: ${proposal.message}`] : []),
    ...(plan?.changes ?? []).map((change) => `plan: ${change.file} ${change.path}: ${change.before ?? 'absent'} → ${change.after ?? 'removed'} (${verdict?.tier ?? plan?.tier ?? ''})`),
    ...(verdict?.violations ?? []).map(({ id, message }) => `policy ${id}: ${message}`),
    ...(error ? [`${error.stage} failed: ${error.reason}: ${error.message}`] : []),
  ];
  return {
    name: metadata.name,
    class: [spec.failure.class, spec.failure.subCause].filter((part) => part !== undefined).join('/'),
    target: spec.target ? renderRef(spec.target) : spec.scope,
    phase,
    reason,
    worked: !BEFORE_WORK.includes(phase) || attempts.length > 0 || diagnosis !== undefined || status.clocks?.['Diagnosing'] !== undefined,
    finished: ENDS.includes(phase) && aftermath?.learned !== undefined,
    tier: verdict?.tier ?? plan?.tier,
    says,
  };
}
