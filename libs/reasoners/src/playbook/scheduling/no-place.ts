import type { KubeObject } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, isTarget } from '../changes-in-effect.ts';
import { abstain, type RuleAnswer } from '../rule.ts';
import { asList, asRecord, valueAt } from '../workload.ts';
import { isKeptForControlPlane } from './near-places.ts';
import { isOutOfService } from './node-fit.ts';
import { podSpecOf, type Blocker, type Surroundings } from './placement.ts';

export interface Stuck {
  readonly said: string;
  readonly blocker: Blocker | undefined;
  /** Nodes out of service that would have taken the pod. */
  readonly missed: readonly KubeObject[];
  readonly around: Surroundings;
}

/** Nothing in the manifest is known to be wrong: says what is missing, and who can help. */
export function noPlace(kase: Case, stuck: Stuck): RuleAnswer {
  const [reason, lookAt] = wordsFor(kase, stuck);
  return { cause: `pods of ${kase.target.kind} ${kase.target.metadata.name} find no node: ${stuck.said}`, confidence: 0.8, cites: ['event', 'object', 'node'], candidates: [abstain(reason, lookAt)] };
}

function wordsFor(kase: Case, { said, blocker, missed, around }: Stuck): readonly [string, string] {
  const { target } = kase;
  const pod = podSpecOf(target);
  const names = missed.map(({ metadata }) => metadata.name).join(', ');
  if (missed.length > 0) return ['NodeUnavailable', `The pods would fit on ${names}, which is out of service (not ready, cordoned or under pressure); bring it back or add a node.`];
  switch (blocker) {
    case 'NodeNotFound': return ['NodeNotFound', `The template names node ${String(pod['nodeName'])}, which does not exist, and mounts what lies on that node; a person has to say where its data is.`];
    case 'UnknownScheduler': return ['UnknownScheduler', `No scheduler named ${String(pod['schedulerName'])} looks at the pods; is it installed and running?`];
    case 'SchedulingGated': return ['SchedulingGated', `The pods wait for scheduling gates (${gatesOf(pod)}); ask whoever is to remove them, such as a quota or queue controller.`];
    case 'NodeSelector': return ['NoMatchingNode', `No node in service has the labels that the pods ask for: ${askedLabels(pod)}. Nothing near them exists; label or add nodes, or change what is asked for.`];
    case 'Taint':
      return isKeptForControlPlane(target, around.nodes.filter((node) => !isOutOfService(node)))
        ? ['ControlPlaneTaint', 'Only nodes of the control plane match what the pods ask for, and those are kept free of workloads; add worker nodes, or change what is asked for.']
        : ['TaintedNodes', 'Every node that matches is kept for others by a taint; whether this workload belongs there is for the owner of those nodes to say.'];
    case 'InsufficientResources': return ['LargerThanAnyNode', `The pods ask for more than any node that matches has, and Git knows no smaller request: ${said}`];
    case 'HostPort': return ['HostPortTaken', 'There are more replicas than nodes on which the host port is free, and Git knows no other state; take the host port out or lower the replicas.'];
    case 'TopologySpread':
    case 'PodAffinity': return companyWords(kase, said);
    case undefined: return usageWords(kase, said);
  }
}

function usageWords(kase: Case, said: string): readonly [string, string] {
  if (/Too many pods/.test(said)) return ['TooManyPods', 'The nodes run as many pods as they may; add nodes or raise their limit.'];
  if (/PersistentVolume's node affinity|volume node affinity|volume zone/.test(said)) return ['ZonalVolume', 'The volume lies where no node can take the pods; its data is there, so a person has to move it, or bring nodes to it.'];
  if (/max volume count/.test(said)) return ['VolumeLimit', 'The nodes have as many volumes attached as they may; add nodes.'];
  if (/available persistent volumes|free storage/.test(said)) return ['NoVolume', 'No free volume that a node can reach fits the claim; add one, or change its class.'];
  if (/affinity rules|topology spread/.test(said)) return companyWords(kase, said);
  if (/free ports/.test(said)) return ['HostPortTaken', 'Another pod of each node holds the host port; take it out, or move the other workload.'];
  if (/Insufficient/.test(said)) return ['NotEnoughCapacity', `The nodes are full, and nothing in Git asks for more than before: ${said} Add nodes, or let an autoscaler do so.`];
  return ['NoNode', `The scheduler refuses the pods: ${said}`];
}

function companyWords(kase: Case, said: string): readonly [string, string] {
  const left = labelThatLeft(kase);
  if (left) return ['CompanyChanged', `The pods want to be near others with label ${left.path.at(-1) ?? ''}=${String(left.before)}, and ${commitWords(left)} made that ${left.after === undefined ? 'go' : String(left.after)} in ${left.object.kind} ${left.object.namespace ?? ''}/${left.object.name}: put it back there, or let the rule follow.`];
  return ['HighAvailabilityIntent', `The rules that keep replicas apart or together cannot be met by the nodes that are there; loosening them is a decision about availability: ${said}`];
}

/** A label that a rule looks for, and that the pods of another workload had until a commit. */
function labelThatLeft(kase: Case): GitChange | undefined {
  const terms = asList(valueAt(podSpecOf(kase.target), ['affinity', 'podAffinity', 'requiredDuringSchedulingIgnoredDuringExecution']));
  const wanted = terms.flatMap((term) => Object.entries(asRecord(valueAt(term, ['labelSelector', 'matchLabels']))));
  return changesInEffect(kase).find(({ object, path, before, after }) => !isTarget(kase, object) && path.at(-2) === 'labels' && path.includes('template') && wanted.some(([key, value]) => key === path.at(-1) && value === before && value !== after));
}

function gatesOf(pod: Readonly<Record<string, unknown>>): string {
  return asList(pod['schedulingGates']).map(({ name }) => String(name)).join(', ');
}

function askedLabels(pod: Readonly<Record<string, unknown>>): string {
  const terms = asList(valueAt(pod, ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms']));
  const wanted = [...Object.entries(asRecord(pod['nodeSelector'])).map(([key, value]) => `${key}=${String(value)}`), ...terms.flatMap((term) => asList(term['matchExpressions']).map(({ key, operator, values }) => `${String(key)} ${String(operator)} ${Array.isArray(values) ? values.join(',') : ''}`.trim()))];
  return wanted.slice(0, 6).join('; ');
}
