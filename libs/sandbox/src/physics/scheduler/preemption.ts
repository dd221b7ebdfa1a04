import { renderTime } from '@fleetmend/kernel';
import { SCHEDULER } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { withCondition } from '../runtime/conditions.ts';
import type { Node } from '../shapes/cluster.ts';
import type { Pod } from '../shapes/pod.ts';
import { findMisfit } from './filters.ts';
import type { Snapshot } from './node-match.ts';
import type { PodClaims } from './volume-filters.ts';

const priorityOf = ({ spec }: Pod): number => spec.priority ?? 0;

/** Deletes pods of lower priority where that makes room: on the node that loses the least, and there no more than needed. */
export function preempt(context: PhysicsContext, pod: Pod, { snapshot, claims }: { readonly snapshot: Snapshot; readonly claims: PodClaims }): 'None' | 'Never' | 'Preempted' {
  if (pod.spec.preemptionPolicy === 'Never') return 'Never';
  const choices = snapshot.nodes.flatMap((node) => {
    const victims = victimsOn(pod, node, { snapshot, claims });
    return victims ? [{ node, victims }] : [];
  });
  const highest = (victims: readonly Pod[]) => Math.max(...victims.map(priorityOf));
  const best = choices.sort((a, b) => highest(a.victims) - highest(b.victims) || a.victims.length - b.victims.length)[0];
  if (!best) return 'None';
  for (const victim of best.victims) evict(context, victim, { by: pod, node: best.node });
  return 'Preempted';
}

function victimsOn(pod: Pod, node: Node, { snapshot, claims }: { readonly snapshot: Snapshot; readonly claims: PodClaims }): readonly Pod[] | undefined {
  const here = snapshot.podsOn.get(node.metadata.name) ?? [];
  const lower = here.filter((other) => priorityOf(other) < priorityOf(pod) && !other.metadata.deletionTimestamp);
  const fitsBeside = (pods: readonly Pod[]) => !findMisfit(pod, node, { ...snapshot, podsOn: new Map([...snapshot.podsOn, [node.metadata.name, pods]]) }, claims);
  if (lower.length === 0 || !fitsBeside(here.filter((other) => !lower.includes(other)))) return undefined;
  // Those that matter most are given their place back first.
  let kept = here.filter((other) => !lower.includes(other));
  for (const other of [...lower].sort((a, b) => priorityOf(b) - priorityOf(a))) if (fitsBeside([...kept, other])) kept = [...kept, other];
  return lower.filter((other) => !kept.includes(other));
}

function evict({ objects, events, clock }: PhysicsContext, victim: Pod, { by, node }: { readonly by: Pod; readonly node: Node }): void {
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: 'default-scheduler: preempting to accommodate a higher priority pod', lastTransitionTime: renderTime(clock.now()) };
  objects.updateStatus<Pod>({ ...victim, status: { ...victim.status, conditions: withCondition(victim.status?.conditions ?? [], condition) } }, SCHEDULER);
  events.recordAction({ about: victim, from: 'default-scheduler', type: 'Normal', reason: 'Preempted', action: 'Preempting', message: `Preempted by pod ${by.metadata.uid ?? ''} on node ${node.metadata.name}` });
  objects.delete('v1', 'Pod', victim.metadata.namespace, victim.metadata.name);
}
