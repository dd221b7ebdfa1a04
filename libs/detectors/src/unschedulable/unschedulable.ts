import { seconds } from '@fleetmend/kernel';
import type { KubeObject, ObjectRef } from '@fleetmend/model';
import type { Detector, ResourceRead, World } from '@fleetmend/plugin-api';
import { EVENT_READ, notesAbout } from '../events.ts';
import { namedObject } from '../message-pattern.ts';
import { conditionOf } from '../owners.ts';
import { nearestMisfit, readMisfits } from '../scheduling-message.ts';
import { findingOf, POD_AND_OWNER_READS, type Sight } from '../target.ts';

const DEFAULT_SCHEDULER = 'default-scheduler';

const READS: readonly ResourceRead[] = [
  { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: ['spec.schedulerName', 'status.phase', 'status.conditions'] },
  { apiVersion: 'v1', kind: 'Node', resource: 'nodes', fields: ['status.conditions'] },
];

/** A pod that no node takes: its scheduler refuses it, is held off, or does not exist. */
export const unschedulable: Detector = {
  kind: 'unschedulable',
  classes: ['Unschedulable'],
  reads: [...POD_AND_OWNER_READS, ...READS, EVENT_READ],
  inspects: ['Pod'],
  // A node that starts, a claim that is being bound, and the pod before it that ends all take less.
  dwell: { time: seconds(60) },
  explainedBy: ['claim-pending', 'claim-lost'],
  inspect(object, world) {
    if (object.kind !== 'Pod' || object.metadata.deletionTimestamp !== undefined) return [];
    const sight = sightOf(object, world);
    return sight ? findingOf(object, undefined, world, { class: 'Unschedulable', ...sight }) : [];
  },
};

type PlaceSight = Omit<Sight, 'class'>;

interface PodView {
  readonly spec?: { readonly nodeName?: string; readonly schedulerName?: string };
  readonly status?: { readonly phase?: string };
}

function sightOf(pod: KubeObject, world: World): PlaceSight | undefined {
  const { spec, status } = pod as PodView & KubeObject;
  if (status?.phase !== 'Pending') return undefined;
  if (spec?.nodeName !== undefined) return absentNode(spec.nodeName, world);
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled === undefined) return unknownScheduler(spec?.schedulerName, pod, world);
  if (scheduled.status !== 'False') return undefined;
  const { reason = '', message = '' } = scheduled;
  if (reason === 'SchedulingGated') return { subCause: 'SchedulingGated', reason, message };
  if (isBeingScaledFor(pod, world)) return undefined;
  const misfits = readMisfits(message);
  return { subCause: nearestMisfit(misfits), reason, message, cause: claimIn(message, pod) ?? (misfits.reasons.some((one) => one.subCause === 'Taint') ? lostNode(world) : undefined) };
}

/** Bound by hand to a node that is not there: no kubelet will ever look at it. */
function absentNode(name: string, world: World): PlaceSight | undefined {
  const knowsNodes = world.list('v1', 'Node').length > 0;
  if (!knowsNodes || world.get('v1', 'Node', undefined, name)) return undefined;
  return { subCause: 'NodeNotFound', reason: 'NodeNotFound', message: `the pod is bound to node ${name}, which does not exist`, cause: { apiVersion: 'v1', kind: 'Node', name } };
}

/** A scheduler that exists says within moments what it makes of a pod. */
function unknownScheduler(name: string | undefined, pod: KubeObject, world: World): PlaceSight | undefined {
  if (name === undefined || name === DEFAULT_SCHEDULER || notesAbout(pod, world).length > 0) return undefined;
  return { subCause: 'UnknownScheduler', reason: 'UnknownScheduler', message: `no scheduler named ${name} looks at the pod` };
}

/** What an autoscaler said last: it makes a node for the pod, or it gives up. */
const AUTOSCALER_WORDS = ['TriggeredScaleUp', 'Nominated', 'NotTriggerScaleUp'];

function isBeingScaledFor(pod: KubeObject, world: World): boolean {
  const last = notesAbout(pod, world).find(({ reason }) => AUTOSCALER_WORDS.includes(reason));
  return last !== undefined && last.reason !== 'NotTriggerScaleUp';
}

/** A lost node is tainted, and may be the one that is missed. */
function lostNode(world: World): ObjectRef | undefined {
  const [lost] = world.list('v1', 'Node').filter((node) => conditionOf(node, 'Ready')?.status !== 'True').map(({ metadata }) => metadata.name).toSorted();
  return lost === undefined ? undefined : { apiVersion: 'v1', kind: 'Node', name: lost };
}

function claimIn(message: string, pod: KubeObject): ObjectRef | undefined {
  const claim = /persistentvolumeclaim "([^"]+)"/.exec(message)?.[1];
  return claim === undefined ? undefined : namedObject('PersistentVolumeClaim', claim, pod);
}
