import { renderTime, shortDigest } from '@fleetmend/kernel';
import { isTerminal, type EffectivePolicy } from '@fleetmend/lifecycle';
import { renderRef, type RemediationRequest } from '@fleetmend/model';
import { printableLine } from '../printable.ts';

/** Why a request stands where it stands, chapter by chapter; what is not known yet is left out. Plain text. */
export function renderExplanation(request: RemediationRequest, policy: EffectivePolicy): string {
  const { metadata, status } = request;
  const head = `${metadata.namespace}/${metadata.name}: ${status.phase}${status.reason ? ` (${status.reason})` : ''}, attempt ${status.attempt}`;
  const parts = [failure(request), waiting(request), cause(request), tried(request), plan(request), verdict(request), approval(request), permission(policy)];
  return [head, ...parts.filter(({ lines }) => lines.length > 0).map(({ title, lines }) => [title, ...lines.map((line) => `  ${printableLine(line)}`)].join('\n'))].join('\n\n');
}

interface Part {
  readonly title: string;
  readonly lines: readonly string[];
}

function failure({ spec, status }: RemediationRequest): Part {
  const seen = status.occurrences;
  return {
    title: 'What fails',
    lines: [
      `${spec.target ? renderRef(spec.target) : spec.scope} in ${spec.clusters.join(', ')}: ${spec.failure.class}${spec.failure.subCause ? `/${spec.failure.subCause}` : ''}`,
      spec.failure.message,
      ...(seen ? [`seen ${seen.count} times, first ${seen.firstSeen}, last ${seen.lastSeen}`] : []),
    ],
  };
}

/** What has to happen before it moves. */
function waiting({ status }: RemediationRequest): Part {
  const { admission, leader, error, summary, phase } = status;
  return {
    title: isTerminal(phase) ? 'How it ended' : 'What it waits for',
    lines: [
      ...(summary?.reason ? [summary.reason] : []),
      ...(admission && admission.result !== 'Admitted' ? [`${admission.result}: ${admission.reason}${admission.notBefore ? `, not before ${admission.notBefore}` : ''}`] : []),
      ...(leader && phase === 'Inhibited' ? [`led by ${leader.namespace}/${leader.name} (${leader.kind})`] : []),
      ...(error ? [`${error.stage} failed: ${error.reason}: ${error.message}`] : []),
    ],
  };
}

function cause({ status: { diagnosis } }: RemediationRequest): Part {
  if (!diagnosis) return { title: 'Cause', lines: [] };
  const { source, reasoner, confidence, evidence, candidates, abstain } = diagnosis;
  return {
    title: 'Cause',
    lines: [
      diagnosis.cause,
      `said by ${source.toLowerCase()} (${reasoner}) with confidence ${confidence.toFixed(2)}`,
      ...evidence.map((item) => `evidence: ${item.kind} ${item.title ?? ''} ${shortDigest(item.digest)}`),
      ...candidates.map((candidate, place) => `candidate ${place + 1}: ${candidate}`),
      ...(abstain ? [`left to a person: ${abstain.reason}: ${abstain.lookAt}`] : []),
    ],
  };
}

/** What was considered and is not the plan, and why not. */
function tried({ status: { attempts = [], refused = [], proposal } }: RemediationRequest): Part {
  return {
    title: 'Why not something else',
    lines: [
      ...attempts.map(({ attempt, action, outcome, reason }) => `attempt ${attempt}: ${action} ended ${outcome}: ${reason}`),
      ...refused.map(({ action, reason }) => `refused: ${action}: ${reason}`),
      ...(proposal && proposal.result !== 'Planned' ? [`proposing ended ${proposal.result}: ${proposal.reason}: ${proposal.message}`] : []),
    ],
  };
}

function plan({ status }: RemediationRequest): Part {
  const { plan: made } = status;
  if (!made) return { title: 'Plan', lines: [] };
  const { source, proof } = made;
  return {
    title: 'Plan',
    lines: [
      `${made.action}, tier ${made.tier}, digest ${shortDigest(made.digest)}`,
      ...made.changes.map(({ file, path, before, after }) => `${file} ${path}: ${before ?? '(absent)'} → ${after ?? '(removed)'}`),
      `in ${made.files.map((edit) => edit.path).join(', ')}`,
      `found in ${source.repository} (${source.branch}) by layout ${source.layout}:`,
      ...source.evidence.map((step) => `  ${step}`),
      `proof by ${proof.renderer} on ${proof.base.slice(0, 7)}: ${proof.exact ? 'exactly the intended change' : 'NOT only the intended change'}, ${proof.objects} object(s) in ${proof.applications} application(s) differ${proof.unapplied ? '; the engine never applied this revision' : ''}`,
      ...(proof.charts ?? []).map(({ repository, name, version, digest: archive }) => `  with the chart ${name} ${version} of ${repository}, ${shortDigest(archive)}`),
    ],
  };
}

function verdict({ status }: RemediationRequest): Part {
  const { verdict: given } = status;
  if (!given) return { title: 'Verdict', lines: [] };
  return {
    title: 'Verdict',
    lines: [
      `${given.result} as ${given.tier}, bundle ${given.bundle.revision} ${shortDigest(given.bundle.digest)}, facts of ${given.factsAt}${given.forPlan === status.plan?.digest ? '' : ' (for an earlier plan)'}`,
      ...given.violations.map(({ id, class: kind, message, notBefore }) => `${id} ${kind}: ${message}${notBefore ? `, not before ${notBefore}` : ''}`),
      ...given.warnings.map((warning) => `warning: ${warning}`),
      ...(given.requires.approvals > 0 ? [`needs ${given.requires.approvals} approval(s)${given.requires.priorApproval ? ' before a pull request is opened' : ''}`] : []),
    ],
  };
}

/** Through which one channel a yes counts; a no counts from both. */
function approval({ status: { approvalChannel, pullRequest } }: RemediationRequest): Part {
  if (approvalChannel === undefined) return { title: 'Approval', lines: [] };
  const review = `by reviews of the pull request${pullRequest ? ` ${pullRequest.url}` : ''}; a RemediationApproval that says yes counts for nothing here`;
  const object = 'by RemediationApproval objects (`fleetmend approve`); a review that says yes counts for nothing here';
  return { title: 'Approval', lines: [approvalChannel === 'Review' ? review : object, 'a no counts from either'] };
}

function permission(policy: EffectivePolicy): Part {
  const { selectedBy, mode, paused, frozen, criticalNamespaces, priorApprovalTiers, budgets } = policy;
  if (selectedBy.length === 0) return { title: 'Policies', lines: ['no RemediationPolicy selects it: nothing is repaired where none does'] };
  return {
    title: 'Policies',
    lines: [
      `${selectedBy.join(', ')}: the strictest value of each counts`,
      `mode ${mode}${paused ? ', PAUSED' : ''}`,
      ...frozen.map(({ name, until }) => `frozen by ${name} until ${renderTime(until)}`),
      ...(criticalNamespaces.length > 0 ? [`critical namespaces: ${criticalNamespaces.join(', ')}`] : []),
      ...(priorApprovalTiers.length > 0 ? [`asks before proposing: ${priorApprovalTiers.join(', ')}`] : []),
      `open pull requests: at most ${budgets.openPerNamespace} in a namespace, ${budgets.openPerRepository} in a repository, ${budgets.openPerCluster} in a cluster`,
    ],
  };
}
