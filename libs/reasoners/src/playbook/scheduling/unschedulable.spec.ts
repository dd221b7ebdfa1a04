import { describe, expect, it } from 'vitest';
import { commit, gitChange, object } from '../case.fixture.ts';
import { CHECKOUT, placeCase, aNode, answersOf, aPod, inPod, inSpec, type PlaceParts } from './scheduling.fixture.ts';
import { schedulingRules } from './scheduling-rules.ts';
import { unschedulable } from './unschedulable.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const apart = { podAntiAffinity: { [REQUIRED]: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'checkout' } } }] } };
const spread = (parts: object) => [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'checkout' } }, ...parts }];
const pools = [aNode('a', { labels: { pool: 'general' } }), aNode('b', { labels: { pool: 'gpu' }, taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] })];
const SELECTOR = "1 node(s) had untolerated taint(s), 1 node(s) didn't match Pod's node affinity/selector";
const ready = (spec: object) => aPod('checkout-1-r', { spec: { nodeName: 'a', ...spec }, conditions: [{ type: 'Ready', status: 'True' }] });
const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } });
const CPU = ['containers', '[name=app]', 'resources', 'requests', 'cpu'];

describe('what Git changed goes back, where that finds a place', () => {
  it('a strategy that let the pod before go first, where only one can have the port of the node', () => {
    const ports = { ports: [{ containerPort: 8443, hostPort: 8443 }] };
    const parts: PlaceParts = { said: "2 node(s) didn't have free ports for the requested pod ports", template: ports, spec: { strategy: { type: 'RollingUpdate' } }, changes: [inSpec(['strategy', 'type'], 'Recreate', 'RollingUpdate')] };
    expect(answersOf(parts)).toEqual(['restore spec/strategy/type']);
    expect(answersOf({ ...parts, changes: [inSpec(['strategy', 'type'], 'RollingUpdate', 'Recreate')] })).toEqual(['HostPortTaken']);
    expect(answersOf({ ...parts, said: '2 Insufficient cpu' })).toEqual(['NotEnoughCapacity']);
  });

  it('the least number that an autoscaler may want, unless more was wanted in so many words', () => {
    const scaler = object('HorizontalPodAutoscaler', 'checkout', { spec: { minReplicas: 20, scaleTargetRef: { kind: 'Deployment', name: 'checkout' } } }, 'autoscaling/v2');
    const HPA = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'checkout' };
    const floor = (message: string, replicas = 20, before: unknown = 2): PlaceParts => ({ spec: { replicas }, others: [scaler], changes: [gitChange(['spec', 'minReplicas'], before, 20, { object: HPA, message })] });
    const withHead = (parts: PlaceParts) => { const kase = placeCase(parts); return unschedulable({ ...kase, versions: kase.versions.map((version) => ({ ...version, objects: [...version.objects, scaler] })) }).candidates; };
    expect(withHead(floor('spelled out'))).toEqual([{ action: 'restoreField', object: HPA, path: ['spec', 'minReplicas'], commit: commit(1) }]);
    expect(withHead(floor('more for the sale'))).toMatchObject([{ reason: 'NotEnoughCapacity' }]);
    expect(withHead(floor('spelled out', 22))).toMatchObject([{ reason: 'NotEnoughCapacity' }]);
    expect(withHead(floor('spelled out', 20, 30))).toMatchObject([{ reason: 'NotEnoughCapacity' }]);
  });

  it.each<[string, PlaceParts, readonly string[]]>([
    ['a selector that no node meets', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'huge' } }, changes: [inPod(['nodeSelector', 'pool'], 'general', 'huge')] }, ['restore nodeSelector/pool']],
    ['and not what else changed since', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'huge' }, tolerations: [{ key: 'x', operator: 'Exists' }] }, changes: [inPod(['tolerations', '0', 'key'], 'y', 'x', 3), inPod(['nodeSelector', 'pool'], 'general', 'huge')] }, ['restore nodeSelector/pool']],
    ['a toleration of its own pool', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'gpu' }, tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'nvidia', effect: 'NoSchedule' }] }, changes: [inPod(['tolerations', '0', 'value'], 'gpu', 'nvidia')] }, ['restore tolerations/0/value', 'set tolerations/-={"key":"dedicated","operator":"Equal","value":"gpu","effect":"NoSchedule"}']],
    ['a request that no node can hold', { template: cpu('64'), changes: [inPod(CPU, '100m', '64')] }, [`restore ${CPU.join('/')}`]],
    ['a request for which the nodes are too full', { template: cpu('3'), changes: [inPod(CPU, '100m', '3')] }, [`restore ${CPU.join('/')}`]],
    ['a topology that no node has', { said: '2 node(s) didn\'t match pod topology spread constraints (missing required label)', pod: { topologySpreadConstraints: spread({ topologyKey: 'rack' }) }, changes: [inPod(['topologySpreadConstraints', '0', 'topologyKey'], 'kubernetes.io/hostname', 'rack')] }, ['restore topologySpreadConstraints/0/topologyKey']],
    ['a number of replicas that cannot keep apart', { said: "2 node(s) didn't match pod anti-affinity rules", pod: { affinity: apart }, spec: { replicas: 3 }, changes: [inSpec(['replicas'], 2, 3)] }, ['restore spec/replicas']],
    ['a scheduler that nobody runs', { said: '', pod: { schedulerName: 'volcano' }, changes: [inPod(['schedulerName'], undefined, 'volcano')] }, ['restore schedulerName']],
    ['a gate that nobody opens', { said: '', pod: { schedulingGates: [{ name: 'example.org/quota' }] }, changes: [inPod(['schedulingGates'], undefined, [{ name: 'example.org/quota' }])] }, ['restore schedulingGates']],
    ['a node that does not exist', { said: '', pod: { nodeName: 'z' }, changes: [inPod(['nodeName'], undefined, 'z')] }, ['set nodeName=null', 'restore nodeName']],
  ])('%s', (_what, parts, answers) => {
    expect(answersOf(parts)).toEqual(answers);
  });

  it('keeps distance between replicas before their number', () => {
    const affinity = inPod(['affinity', 'podAntiAffinity', REQUIRED], undefined, apart.podAntiAffinity[REQUIRED]);
    expect(answersOf({ said: "2 node(s) didn't match pod anti-affinity rules", pod: { affinity: apart }, spec: { replicas: 3 }, changes: [affinity, inSpec(['replicas'], 2, 3)] })[0]).toBe('restore spec/replicas');
  });

  it('names the commit', () => {
    expect(unschedulable(placeCase({ said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'huge' } }, changes: [inPod(['nodeSelector', 'pool'], 'general', 'huge')] })).cause).toMatch(/^pods of Deployment checkout find no node since commit 0000000 \("a change"\) changed /);
  });
});

const ADDED = gitChange([], undefined, {}, { object: CHECKOUT });

it('goes further back where the last value was wrong already', () => {
  const kase = placeCase({ said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'huge' } }, changes: [inPod(['nodeSelector', 'pool'], 'large', 'huge', 5), inPod(['nodeSelector', 'pool'], 'general', 'large', 3)] });
  expect(unschedulable(kase).candidates).toEqual([expect.objectContaining({ action: 'restoreField', commit: commit(2) })]);
});

describe('what was meant is found by its name', () => {
  it.each<[string, PlaceParts, string]>([
    ['a value of a label', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'generall' } } }, 'set nodeSelector/pool=general'],
    ['a key of a label', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pol: 'general' } } }, 'set nodeSelector/pol=null, nodeSelector/pool=general'],
    ['a label that was renamed', { said: SELECTOR, nodes: [aNode('a', { labels: { 'topology.kubernetes.io/zone': 'eu-a' } })], pod: { nodeSelector: { 'failure-domain.beta.kubernetes.io/zone': 'eu-a' } } }, 'set nodeSelector/failure-domain.beta.kubernetes.io/zone=null, nodeSelector/topology.kubernetes.io/zone=eu-a'],
    ['a value of an affinity', { said: SELECTOR, nodes: pools, pod: { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['genral'] }] }] } } } } }, `set affinity/nodeAffinity/${REQUIRED}/nodeSelectorTerms/0/matchExpressions/0/values/0=general`],
    ['the toleration of the pool that it selects', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'gpu' } } }, 'set tolerations/-={"key":"dedicated","operator":"Equal","value":"gpu","effect":"NoSchedule"}'],
    ['a value of a toleration', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'gpu' }, tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'gpus', effect: 'NoSchedule' }] } }, 'set tolerations/0/value=gpu'],
    ['a topology key', { said: '2 node(s) didn\'t match pod topology spread constraints (missing required label)', pod: { topologySpreadConstraints: spread({ topologyKey: 'kubernetes.io/hostnames' }) } }, 'set topologySpreadConstraints/0/topologyKey=kubernetes.io/hostname'],
    ['a pod to be near', { said: "2 node(s) didn't match pod affinity rules", others: [aPod('cache-1-x', { owner: 'cache', spec: { nodeName: 'a' } })], pod: { affinity: { podAffinity: { [REQUIRED]: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'cachee' } } }] } } } }, `set affinity/podAffinity/${REQUIRED}/0/labelSelector/matchLabels/app=cache`],
    ['the scheduler', { said: '', pod: { schedulerName: 'default-schedular' } }, 'set schedulerName=default-scheduler'],
    ['any node, for one that does not exist', { said: '', pod: { nodeName: 'z' } }, 'set nodeName=null'],
    ['no port of the node where a Service leads to the pod', { said: "2 node(s) didn't have free ports for the requested pod ports", template: { ports: [{ name: 'http', containerPort: 8080, hostPort: 80 }] }, spec: { replicas: 3 }, others: [object('Service', 'checkout', { spec: { selector: { app: 'checkout' }, ports: [{ port: 80, targetPort: 'http' }] } })] }, 'set containers/[name=app]/ports/[name=http]/hostPort=null'],
  ])('%s', (_what, parts, answer) => {
    expect(answersOf({ ...parts, changes: [ADDED] })[0]).toBe(answer);
  });
});

describe('a person hears of it', () => {
  it.each<[string, string, PlaceParts]>([
    ['NotEnoughCapacity', 'when the nodes are full and nothing asks for more', { template: cpu('3') }],
    ['NotEnoughCapacity', 'when more replicas were asked for than fit, whatever else changed before', { template: cpu('3'), spec: { replicas: 9 }, others: [ready({ containers: [{ name: 'app', ...cpu('3') }] })], changes: [inSpec(['replicas'], 2, 9, 3), inPod(CPU, '2', '3')] }],
    ['LargerThanAnyNode', 'when it never asked for less', { template: cpu('64') }],
    ['LargerThanAnyNode', 'when it asked for nothing before, which would take a guard away', { template: cpu('64'), changes: [inPod(CPU, undefined, '64')] }],
    ['NodeUnavailable', 'when a node that would do is lost and the template has proved itself', { said: '1 Insufficient cpu, 1 node(s) had untolerated taint(s)', template: cpu('3'), nodes: [aNode('a'), aNode('b', { ready: false })], others: [ready({ containers: [{ name: 'app', ...cpu('3') }] })], changes: [inPod(CPU, '2', '3')] }],
    ['NodeUnavailable', 'when a node that would do is cordoned', { said: '1 Insufficient cpu, 1 node(s) were unschedulable', template: cpu('3'), nodes: [aNode('a'), aNode('b', { cordoned: true })] }],
    ['ControlPlaneTaint', 'when only the control plane matches', { said: SELECTOR, nodes: [aNode('a', { labels: { disk: 'fast' }, taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }), aNode('b')], pod: { nodeSelector: { disk: 'fast' } } }],
    ['TaintedNodes', 'when every node is kept for others', { said: '2 node(s) had untolerated taint(s)', nodes: [aNode('a', { taints: [{ key: 'tenant', value: 'bank', effect: 'NoSchedule' }] })] }],
    ['TaintedNodes', 'when a zone, which is no pool, is kept for others', { said: SELECTOR, nodes: [aNode('a', { labels: { 'topology.kubernetes.io/zone': 'x' }, taints: [{ key: 'tenant', value: 'bank', effect: 'NoSchedule' }] }), aNode('b', { labels: { 'topology.kubernetes.io/zone': 'y' } })], pod: { nodeSelector: { 'topology.kubernetes.io/zone': 'x' } } }],
    ['TaintedNodes', 'when the pool has a taint that has nothing to do with its name', { said: SELECTOR, nodes: [aNode('a', { labels: { pool: 'gpu' }, taints: [{ key: 'maintenance', value: 'true', effect: 'NoSchedule' }] }), aNode('b', { labels: { pool: 'general' } })], pod: { nodeSelector: { pool: 'gpu' } } }],
    ['NoMatchingNode', 'when the nodes that are left are of another pool by number', { said: SELECTOR, nodes: [aNode('a', { labels: { pool: 'pool-2' } })], pod: { nodeSelector: { pool: 'pool-1' } }, changes: [ADDED] }],
    ['NoMatchingNode', 'when the label stood for long and worked', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'generall' } } }],
    ['NoMatchingNode', 'when pods run with the selector that a commit brought, and the nodes changed since', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'huge' } }, changes: [inPod(['nodeSelector', 'pool'], 'general', 'huge')], others: [ready({ nodeSelector: { pool: 'huge' } })] }],
    ['NoMatchingNode', 'when nothing is near the label', { said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'pci' } } }],
    ['HighAvailabilityIntent', 'when replicas that keep apart have lost a node', { said: "1 node(s) didn't match pod anti-affinity rules", pod: { affinity: apart }, nodes: [aNode('a')] }],
    ['HighAvailabilityIntent', 'when an autoscaler asked for more than can keep apart', { said: "2 node(s) didn't match pod anti-affinity rules", pod: { affinity: apart }, spec: { replicas: 3 }, changes: [inSpec(['replicas'], 2, 3)], others: [object('HorizontalPodAutoscaler', 'checkout', { spec: { scaleTargetRef: { kind: 'Deployment', name: 'checkout' } } })] }],
    ['SchedulingGated', 'when somebody else put the gate there', { said: '', pod: { schedulingGates: [{ name: 'example.org/quota' }] } }],
    ['UnknownScheduler', 'when no scheduler has a name like it', { said: '', pod: { schedulerName: 'volcano' } }],
    ['NodeNotFound', 'when its data lies on the node that is gone', { said: '', pod: { nodeName: 'z', volumes: [{ name: 'data', hostPath: { path: '/data' } }] } }],
    ['HostPortTaken', 'when no Service leads to the port', { said: "2 node(s) didn't have free ports for the requested pod ports", template: { ports: [{ containerPort: 8080, hostPort: 80 }] }, spec: { replicas: 3 } }],
    ['TooManyPods', 'when the nodes run as many pods as they may', { said: '2 Too many pods' }],
    ['ZonalVolume', 'when the data is where no node is', { said: "2 node(s) didn't match PersistentVolume's node affinity" }],
    ['NoNode', 'when the scheduler says something new', { said: '2 node(s) are painted blue' }],
  ])('%s %s', (reason, _when, parts) => {
    expect(answersOf(parts)).toEqual([reason]);
  });

  it('of a StatefulSet that waits for a pod and never replaces it: what to set, and what to delete', () => {
    const kase = placeCase({ said: SELECTOR, nodes: pools, pod: { nodeSelector: { pool: 'generall' } }, changes: [ADDED] });
    const [action] = (schedulingRules.Unschedulable?.(as(kase, 'StatefulSet')) ?? { candidates: [] }).candidates;
    expect(action).toMatchObject({ action: 'abstain', reason: 'PodHoldsTheRollout', lookAt: expect.stringContaining('then delete pod checkout-1-x') });
    expect(schedulingRules.Unschedulable?.(as(kase, 'Job')).candidates).toMatchObject([{ reason: 'JobTemplateImmutable' }]);
  });
});

/** The same workload as another kind. */
function as(kase: ReturnType<typeof placeCase>, kind: string): ReturnType<typeof placeCase> {
  const is = <T extends object>(object: T): T => ({ ...object, kind });
  return { ...kase, target: is(kase.target), versions: kase.versions.map((version) => ({ ...version, objects: version.objects.map(is) })), changes: kase.changes.map((change) => ({ ...change, object: is(change.object) })), related: kase.related.map((one) => (one.kind === 'Pod' ? { ...one, metadata: { ...one.metadata, ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'checkout', uid: 'u', controller: true }] } } : one)) };
}

it('brings no toleration of the control plane back', () => {
  const control = { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' };
  expect(answersOf({ said: SELECTOR, nodes: [aNode('a', { labels: { disk: 'fast' }, taints: [{ key: control.key, effect: 'NoSchedule' }] })], pod: { nodeSelector: { disk: 'fast' } }, changes: [inPod(['tolerations'], [control], undefined)] })).toEqual(['ControlPlaneTaint']);
});
