import type { GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insidePod, isTarget, placeWords } from '../changes-in-effect.ts';
import type { Rule } from '../rule.ts';
import { changesOf, restoring } from '../target-changes.ts';
import { answer, handOver, unknown } from './answer.ts';
import { refusalText } from './refusal-text.ts';

const POLICY_KINDS = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'ClusterPolicy', 'Policy', 'ConstraintTemplate'];

/**
 * A policy is satisfied, never weakened: of what was changed in the pod lately, what the policy speaks of goes back. What it does not
 * speak of stays, were it the only change: that would merely bring back pods that were let in before the policy was there.
 */
export const admissionDenied: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  const said = `${failure.message} ${refusalText(kase, /denied (?:the )?request: (.*)$/)?.[1] ?? ''}`;
  const inTemplate = changesInEffect(kase).filter((change) => isTarget(kase, change.object) && (insidePod(kase, change) !== undefined || isTemplateLabel(change)));
  const named = inTemplate.filter((change) => speaksOf(said, change));
  const [policy] = changesOf(kase, ({ kind }) => POLICY_KINDS.includes(kind));
  const [first] = named;
  // A policy that came later refuses what it let in before: what the workload was like then is no answer to it.
  const isNewer = policy !== undefined && named.every(({ at }) => at <= policy.at);
  if (first && !isNewer) return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${who}, which a policy refuses: ${failure.message}`, 0.85, restoring(kase, named));
  if (policy) return handOver(`${commitWords(policy)} changed ${policy.object.kind} ${policy.object.name}: ${failure.message}`, 'PolicyChanged', `The policy itself changed, and ${who} did not. Satisfy it, or take ${commitWords(policy)} back; a policy is never edited by us.`);
  return unknown(failure.message, 'PolicyDenied', `A policy refuses the pods of ${who}. It says: ${said.replace(/\s+/g, ' ').slice(0, 300)}`);
};

function isTemplateLabel({ path }: GitChange): boolean {
  return path.includes('template') && path.includes('metadata');
}

/** The policy names the field, or the value that stands there now. */
function speaksOf(said: string, { path, before, after }: GitChange): boolean {
  const text = said.toLowerCase();
  const word = (segment: string) => segment.replace(/^\[[^=\]]+=(.*)\]$/, '$1');
  const last = path.slice(-3).map(word).filter((segment) => segment.length > 3 && !GENERAL.has(segment));
  const values = [before, after].flatMap((value) => (typeof value === 'string' && value.length > 3 ? [value] : typeof value === 'object' && value !== null ? Object.keys(value) : []));
  return [...last, ...values].some((candidate) => text.includes(candidate.toLowerCase()));
}

const GENERAL: ReadonlySet<string> = new Set(['spec', 'template', 'containers', 'initContainers', 'metadata', 'name', 'value']);
