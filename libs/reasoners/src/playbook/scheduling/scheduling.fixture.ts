import type { KubeObject, ObjectRef } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { aCase, gitChange, object } from '../case.fixture.ts';
import { unschedulable } from './unschedulable.ts';

export const CHECKOUT: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };
export const POD = ['spec', 'template', 'spec'] as const;

export function aNode(name: string, { labels = {}, taints = [], ready = true, cordoned = false, cpu = '4', memory = '8Gi' }: { readonly labels?: Readonly<Record<string, string>>; readonly taints?: readonly object[]; readonly ready?: boolean; readonly cordoned?: boolean; readonly cpu?: string; readonly memory?: string } = {}): KubeObject {
  return {
    apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { taints, ...(cordoned ? { unschedulable: true } : {}) }, status: { allocatable: { cpu, memory, pods: '110' }, conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  };
}

const owned = (owner: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${owner}-1`, uid: `uid-${owner}-1`, controller: true }] });
const set = (owner: string): KubeObject => {
  const found = object('ReplicaSet', `${owner}-1`, {}, 'apps/v1');
  return { ...found, metadata: { ...found.metadata, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: `uid-${owner}`, controller: true }] } };
};

export function aPod(name: string, { owner = 'checkout', labels = { app: owner }, spec = {}, conditions = [] }: { readonly owner?: string; readonly labels?: Readonly<Record<string, string>>; readonly spec?: object; readonly conditions?: readonly object[] } = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', labels, ...owned(owner) }, spec, status: { conditions } };
}

export const refused = (text: string, spec: object = {}): KubeObject => aPod('checkout-1-x', { spec, conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: `0/2 nodes are available: ${text}. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.` }] });

export interface PlaceParts {
  readonly said?: string;
  readonly pod?: Readonly<Record<string, unknown>>;
  readonly template?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly nodes?: readonly KubeObject[];
  readonly others?: readonly KubeObject[];
  readonly changes?: readonly GitChange[];
}

/** Deployment shop/checkout, of which a pod finds no node. */
export function placeCase({ said = '2 Insufficient cpu', pod, template, spec, nodes = [aNode('a'), aNode('b')], others = [], changes }: PlaceParts): Case {
  const kase = aCase({ class: 'Unschedulable', ...(pod ? { pod } : {}), ...(template ? { template } : {}), ...(spec ? { spec } : {}), ...(changes ? { changes } : {}), related: [set('checkout'), refused(said), ...nodes, ...others] });
  return { ...kase, target: withLabels(kase.target), versions: kase.versions.map((version) => ({ ...version, objects: version.objects.map(withLabels) })) };
}

function withLabels(target: KubeObject): KubeObject {
  const spec = target['spec'] as { readonly template: object };
  return { ...target, spec: { ...spec, template: { metadata: { labels: { app: 'checkout' } }, ...spec.template } } };
}

/** What a commit made of a place in the pod spec. */
export const inPod = (path: readonly string[], before: unknown, after: unknown, at = 2): GitChange => gitChange([...POD, ...path], before, after, { object: CHECKOUT, at });
export const inSpec = (path: readonly string[], before: unknown, after: unknown, at = 2): GitChange => gitChange(['spec', ...path], before, after, { object: CHECKOUT, at });

/** The answer in short: `restore nodeSelector/pool`, `set nodeSelector/pool=a`, or the reason of an abstention. */
export function answersOf(parts: PlaceParts): readonly string[] {
  return unschedulable(placeCase(parts)).candidates.map((action) => {
    const short = (path: readonly string[]) => (POD.every((segment, index) => path[index] === segment) ? path.slice(POD.length) : path).join('/');
    if (action.action === 'restoreField') return `restore ${short(action.path)}`;
    if (action.action === 'abstain') return action.reason;
    return 'fields' in action ? `set ${action.fields.map(({ path, value }) => `${short(path)}=${typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)}`).join(', ')}` : action.action;
  });
}
