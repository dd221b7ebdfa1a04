import type { Action } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insideContainer, insidePod, placeWords, restore, together } from '../changes-in-effect.ts';
import { blamedElsewhere } from '../cause-elsewhere.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { suspectsOf } from '../suspects.ts';
import { findContainer } from '../workload.ts';
import { putMountBack } from './container-config.ts';
import { noSuchHost } from './host-clue.ts';

const CITES = ['event', 'log', 'object', 'history'] as const;

/** A hook that changed goes back, one that was added goes away; else what the hook asks for changed. */
export const lifecycleHook: Rule = (kase) => {
  const name = kase.request.spec.target?.container ?? '';
  const own = together(changesInEffect(kase).filter((change) => insideContainer(kase, change, name)?.[0] === 'lifecycle'));
  const [hook] = own;
  if (hook && own.length === 1) return back(kase, hook, `the postStart hook of ${name} fails`, 0.92);
  if (hook) {
    // Several places of one hook changed: the hook as a whole goes back.
    const end = hook.path.indexOf('lifecycle') + 1;
    return back(kase, { ...hook, path: hook.path.slice(0, end) }, `the postStart hook of ${name} fails`, 0.9);
  }
  return fromSuspects(kase, name, `the postStart hook of ${name} fails`) ?? handOver(`the postStart hook of ${name} fails`, 'HookFails', `The postStart hook of ${name} fails, and Git knows no change that explains it; run its command in the container, or see what it waits for.`);
};

/** An init container that used to end does so again once what changed is put back: its own fields, or that it was a sidecar. */
export const initStuck: Rule = (kase) => {
  const name = kase.request.spec.target?.container ?? '';
  const what = `init container ${name} does not end`;
  const sidecar = changesInEffect(kase).find((change) => insideContainer(kase, change, name)?.join('/') === 'restartPolicy' && change.before === 'Always');
  if (sidecar) return back(kase, sidecar, `${name} was a sidecar, and is an init container`, 0.95);
  return fromSuspects(kase, name, what) ?? noSuchHost(kase, name) ?? handOver(what, 'InitContainerWaits', `Init container ${name} runs and waits; read its log to see for what. If what it waits for is down, mend that first.`);
};

const CREATE_FIELDS: Readonly<Record<string, RegExp | undefined>> = { NoCommand: /^(command|args|image)$/, UserNotFound: /^(securityContext|image)$/, MountPath: /^(volumeMounts|image)$/ };
const CREATE_LOOK_AT: Readonly<Record<string, string | undefined>> = {
  NoCommand: 'Neither the container nor its image says what to run.',
  UserNotFound: 'The user or group that it runs as is not in its image.',
  RuntimeTimeout: 'The runtime of the node does not answer in time; look at the node.',
  NodeHook: 'The kubelet cannot give it the devices or processors that it asks for; look at the node.',
  Device: 'A device that it asks for is not on its node.',
};

/** What made the runtime refuse the container goes back; a runtime in trouble is for a person. */
export const containerCreate: Rule = (kase) => {
  const { failure, target } = kase.request.spec;
  const container = findContainer(kase.target, target?.container);
  const name = target?.container ?? '';
  const fields = CREATE_FIELDS[failure.subCause ?? ''];
  if (failure.subCause === 'MountPath' && container) {
    const mount = putMountBack(kase, container);
    if (mount) return mount;
  }
  const own = fields === undefined ? [] : together(changesInEffect(kase).filter((change) => fields.test(insideContainer(kase, change, name)?.[0] ?? (insidePod(kase, change)?.[0] === 'securityContext' ? 'securityContext' : ''))));
  const safe = own.filter(({ path, before }) => !path.includes('securityContext') || (before !== undefined && before !== 0));
  const [first, second] = safe;
  if (first && !second) return back(kase, first, `${name} cannot be created: ${failure.message}`, 0.88);
  return handOver(`${name} cannot be created: ${failure.message}`, failure.subCause ?? 'ContainerNotCreated', `Container ${name} cannot be created. ${CREATE_LOOK_AT[failure.subCause ?? ''] ?? 'Read the message of its runtime.'}`);
};

/** A runtime class that the node does not know goes back to the one before; networks and address pools are the platform's. */
export const podSandbox: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const changed = failure.subCause === 'RuntimeHandler' ? changesInEffect(kase).find((change) => insidePod(kase, change)?.[0] === 'runtimeClassName') : undefined;
  if (changed) return back(kase, changed, failure.message, 0.92);
  const lookAt = failure.subCause === 'RuntimeHandler' ? 'The runtime that its RuntimeClass names is not configured on its node; look at the node, or choose nodes that have it.' : failure.subCause === 'AddressesExhausted' ? 'The network of the node has no address left for another pod; widen it, or run fewer pods there.' : 'The node cannot make a sandbox for the pod; look at its network plugin and its runtime.';
  return handOver(failure.message, failure.subCause ?? 'SandboxNotCreated', lookAt);
};

/** No manifest in Git makes a pod end. */
export const stuckTerminating: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const lookAt = failure.subCause === 'Finalizer' ? `${failure.message}: see that the controller which has to take them away runs. Finalizers are never taken out by us.` : `${failure.message}: look at its node, its runtime and its volumes; a pod on a lost node goes when the node comes back or is deleted.`;
  return handOver(failure.message, failure.subCause === 'Finalizer' ? 'FinalizerHolds' : 'PodDoesNotEnd', lookAt);
};

/** The one change that explains it: the only one, or the one that the log speaks of. */
function fromSuspects(kase: Case, container: string, what: string): RuleAnswer | undefined {
  const [first, second] = suspectsOf(kase, container);
  if (!first || (second && second.score >= first.score) || (first.change.before === undefined && first.change.path.includes('securityContext'))) return undefined;
  return blamedElsewhere(kase, container, first) ?? back(kase, first.change, what, first.score >= 3 ? 0.88 : 0.75);
}

function back(kase: Case, change: GitChange, what: string, confidence: number): RuleAnswer {
  const action: Action = restore(kase, change);
  return { cause: `${what} since ${commitWords(change)} changed ${placeWords(change.path)}`, confidence, cites: CITES, candidates: [action] };
}

function handOver(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { cause, confidence: 0.8, cites: CITES, candidates: [abstain(reason, lookAt)] };
}
