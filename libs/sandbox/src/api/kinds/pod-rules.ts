import { readQuantity } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import type { Draft } from '../cluster.ts';
import { at, cloneJson, equalJson, isObject, type Json, listAt } from '../json.ts';
import type { KindRules } from '../kind-rules.ts';
import { type FieldError, forbiddenField } from '../refusals.ts';
import { defaultPodSpec } from './pod-spec-defaults.ts';
import { podSpecErrors } from './pod-spec-validation.ts';

export const podRules: KindRules = {
  generation: true,
  defaults(draft) {
    const spec = (draft['spec'] ??= {}) as Json;
    defaultPodSpec(spec);
    spec['enableServiceLinks'] ??= true;
    for (const container of [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]) requestLimits(container);
  },
  prepareCreate(draft) {
    const gated = listAt(draft, 'spec', 'schedulingGates').length > 0;
    const blocked = { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates', lastProbeTime: null, lastTransitionTime: null };
    draft['status'] = { phase: 'Pending', ...(gated ? { conditions: [blocked] } : {}), qosClass: qosClass(draft['spec'] as Json) };
  },
  validate(draft, old, { trusted }) {
    const errors = podSpecErrors(draft['spec'] as Json, 'spec');
    return old ? [...errors, ...changeErrors(draft, old, trusted)] : errors;
  },
};

/** A pod that states limits only requests as much. */
function requestLimits(container: Json): void {
  const resources = container['resources'];
  if (!isObject(resources) || !isObject(resources['limits'])) return;
  const requests = isObject(resources['requests']) ? resources['requests'] : {};
  if (Object.keys(resources['limits']).every((name) => name in requests)) return;
  container['resources'] = { ...resources, requests: { ...resources['limits'], ...requests } };
}

/** `Guaranteed` when every container's cpu and memory requests equal its limits, `BestEffort` when none states any, else `Burstable`. */
export function qosClass(spec: Json): string {
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
  const stated = (container: Json, kind: string) => Object.entries((at(container, 'resources', kind) ?? {}) as Json).filter(([name, value]) => (name === 'cpu' || name === 'memory') && (readQuantity(String(value)) ?? 0n) > 0n);
  if (containers.every((container) => stated(container, 'requests').length === 0 && stated(container, 'limits').length === 0)) return 'BestEffort';
  const guaranteed = containers.every((container) => {
    const limits = new Map(stated(container, 'limits'));
    const requests = new Map(stated(container, 'requests'));
    return limits.size === 2 && [...limits].every(([name, value]) => readQuantity(String(requests.get(name))) === readQuantity(String(value)));
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

const RULE = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** The few things about a running pod that may change; the cluster's own scheduler may also bind it. */
function changeErrors(draft: Draft, old: KubeObject, trusted: boolean): readonly FieldError[] {
  const before = old['spec'] as Json;
  const bindable = trusted && before['nodeName'] === undefined;
  const fixed = (spec: Json): Json => {
    const copy = cloneJson(spec);
    for (const container of [...listAt(copy, 'containers'), ...listAt(copy, 'initContainers')]) delete container['image'];
    for (const field of ['activeDeadlineSeconds', 'tolerations', ...(bindable ? ['nodeName'] : [])]) delete copy[field];
    return copy;
  };
  const after = draft['spec'] as Json;
  return equalJson(fixed(after), fixed(before)) ? [] : [forbiddenField('spec', RULE)];
}
