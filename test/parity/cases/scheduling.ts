import type { ParityCase } from '../parity-case.ts';
import { deployment, type PodParts } from './shapes.ts';

/** The owner has seen that its pod does not run. */
const known = [/^Deployment app unavailableReplicas/, /^Deployment app updatedReplicas/, /^Deployment app condition Progressing True ReplicaSetUpdated/, /^ReplicaSet app-HASH replicas/];
const unschedulable = [...known, / condition PodScheduled False Unschedulable/, /^event Pod .* FailedScheduling /];

const scheduling = (name: string, failure: ParityCase['class'], parts: PodParts, rest: Partial<ParityCase> & { readonly spec?: object } = {}): ParityCase => {
  const { spec = {}, ...others } = rest;
  return { name, class: failure, look: 'Deployment/app', manifests: [deployment(parts, spec)], settled: unschedulable, ...others };
};

const requests = (amounts: Readonly<Record<string, string>>): PodParts => ({ container: { resources: { requests: amounts, ...('example.com/gpu' in amounts ? { limits: amounts } : {}) } } });
const affinity = (wanted: object): PodParts => ({ pod: { affinity: wanted } });
const onHost = (app: string): object => ({ requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } }] });

export const schedulingCases: readonly ParityCase[] = [
  scheduling('cpu-too-large', 'Unschedulable', requests({ cpu: '500' })),
  scheduling('memory-too-large', 'Unschedulable', requests({ memory: '500Gi' })),
  scheduling('device-absent', 'Unschedulable', requests({ 'example.com/gpu': '1' })),
  scheduling('two-amounts-too-large', 'Unschedulable', requests({ cpu: '500', memory: '500Gi' })),
  scheduling('node-selector', 'Unschedulable', { pod: { nodeSelector: { pool: 'fast' } } }),
  scheduling('node-affinity', 'Unschedulable', affinity({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['fast'] }] }] } } })),
  scheduling('pod-affinity', 'Unschedulable', affinity({ podAffinity: onHost('cache') })),
  scheduling('pod-anti-affinity', 'Unschedulable', affinity({ podAntiAffinity: onHost('app') }), { spec: { replicas: 2 }, settled: [...unschedulable, / container app ready/, /^Deployment app availableReplicas 1/, /^event Pod .* Started /] }),
  scheduling('spread-over-absent-zones', 'Unschedulable', { pod: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'example.com/rack', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'app' } } }] } }),
  scheduling('host-port-taken', 'Unschedulable', { args: ['--listen=18080'], container: { ports: [{ containerPort: 18080, hostPort: 18080 }] } }, { spec: { replicas: 2 }, settled: [...unschedulable, / container app ready/, /^Deployment app availableReplicas 1/, /^event Pod .* Started /] }),
  scheduling('claim-missing', 'Unschedulable', { pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } }),
  scheduling('scheduler-unknown', 'Unschedulable', { pod: { schedulerName: 'fast-scheduler' } }, { settled: [/^Pod .* phase Pending/, ...known, /^event ReplicaSet .* SuccessfulCreate/] }),
  scheduling('node-absent', 'Unschedulable', { pod: { nodeName: 'gone-1' } }, { settled: [/^Pod .* phase Pending/, ...known, /^event ReplicaSet .* SuccessfulCreate/] }),
  scheduling('gated', 'Unschedulable', { pod: { schedulingGates: [{ name: 'example.com/quota' }] } }, { settled: [/ condition PodScheduled False SchedulingGated/, ...known] }),
  scheduling('taint-not-tolerated', 'Unschedulable', {}, { node: 'tainted' }),
  scheduling('taint-tolerated-elsewhere', 'Unschedulable', { pod: { tolerations: [{ key: 'dedicated', value: 'web', effect: 'NoSchedule' }] } }, { node: 'tainted' }),
  scheduling('node-cordoned', 'Unschedulable', {}, { node: 'cordoned' }),
];
