import type { Action, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { changesTemplate } from './job-template.ts';
import { abstain, type Rule } from './rule.ts';
import { asList, asRecord, valueAt } from './workload.ts';

/** A container that ends sooner is never seen ready. */
const SEEN_READY = 5_000;

/**
 * A StatefulSet replaces its pods in order, and waits for each to be ready before it touches the next: a pod that never gets ready
 * holds up the very change that would mend it, until a person deletes that pod. So the change is told and not made:
 * merged alone it would look like one that did not help.
 */
export function withOrderedPods(rule: Rule): Rule {
  return (kase) => {
    const answer = rule(kase);
    const held = heldPod(kase);
    const own = (action: Action) => changesTemplate(kase, action);
    if (held === undefined || !answer.candidates.some(own)) return answer;
    const others = answer.candidates.filter((action) => !own(action) && action.action !== 'abstain');
    if (others.length > 0) return { ...answer, candidates: others };
    const what = answer.candidates.flatMap((action) => (action.action === 'abstain' ? [] : [wordsOf(action)]))[0] ?? '';
    return { ...answer, candidates: [abstain('PodHoldsTheRollout', `${answer.cause}. ${what} mends it, but StatefulSet ${kase.target.metadata.name} replaces no pod while ${held} is not ready: make that change, then delete pod ${held}.`)] };
  };
}

/** The pod that is not ready and will not be, where pods are replaced in order. */
function heldPod({ target, related, request }: Case): string | undefined {
  if (target.kind !== 'StatefulSet' || valueAt(target, ['spec', 'podManagementPolicy']) === 'Parallel') return undefined;
  const container = request.spec.target?.container;
  const pods = related.filter((pod) => pod.kind === 'Pod' && pod.metadata.ownerReferences?.some(({ kind, name }) => kind === 'StatefulSet' && name === target.metadata.name));
  return pods.find((pod) => !isReady(pod) && staysUnready(pod, container))?.metadata.name;
}

function isReady(pod: KubeObject): boolean {
  return asList(asRecord(pod['status'])['conditions']).some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Nothing of it is ready now and then: it never starts, it ends at once, or what says that it is ready never does. */
function staysUnready(pod: KubeObject, container: string | undefined): boolean {
  const spec = asList(asRecord(pod['spec'])['containers']).find(({ name }) => name === container);
  if (spec === undefined || spec['readinessProbe'] !== undefined || spec['startupProbe'] !== undefined) return true;
  const status = asList(asRecord(pod['status'])['containerStatuses']).find(({ name }) => name === container);
  const end = asRecord(asRecord(status?.['lastState'])['terminated']);
  const [began, ended] = [end['startedAt'], end['finishedAt']].map((time) => Date.parse(String(time ?? '')));
  return began === undefined || ended === undefined || !(ended - began >= SEEN_READY);
}

function wordsOf(action: Action): string {
  if ('fields' in action) return `Setting ${action.fields.map(({ path, value }) => `${path.slice(-3).join('/')} to ${JSON.stringify(value)}`).slice(0, 2).join(', ')}`;
  if (action.action === 'setImage') return `Image ${action.image}`;
  return action.action === 'restoreField' ? `Putting ${action.path.slice(-4).join('/')} back to what it was in ${action.commit.slice(0, 7)}` : action.action;
}
