import type { KubeObject, ObjectRef } from '@fleetmend/model';
import type { ResourceRead, World } from '@fleetmend/plugin-api';
import { isLeaving, selects } from './owners.ts';

/** One port of a Service, as the API has it. */
export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  /** A number, or the name of a container port. Left out: the same as `port`. */
  readonly targetPort?: number | string;
}

interface ServiceView {
  readonly spec?: { readonly type?: string; readonly selector?: Readonly<Record<string, string>>; readonly ports?: readonly ServicePort[] };
}

interface PodView {
  readonly spec?: { readonly containers?: readonly Ported[]; readonly initContainers?: readonly Ported[] };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Ported {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly containerPort?: number; readonly name?: string }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
}

type Probe = Readonly<Record<string, { readonly port?: number | string } | undefined>>;

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
/** What has pods only while it runs. */
const RUNS = [['CronJob', ['spec', 'jobTemplate', 'spec', 'template']], ['Job', ['spec', 'template']]] as const;
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const PORT_FIELDS = ['containers', 'initContainers'].flatMap((list) => ['name', 'command', 'args', 'ports', ...PROBES].map((field) => `spec.${list}.${field}`));

/** What detectors of Services keep: selectors and ports, of pods which ports they name, of workloads which labels their pods get. */
export const SERVICE_READS: readonly ResourceRead[] = [
  { apiVersion: 'v1', kind: 'Service', resource: 'services', fields: ['spec.type', 'spec.selector', 'spec.ports', 'status.loadBalancer'] },
  { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: ['status.phase', 'status.conditions', ...PORT_FIELDS] },
  ...WORKLOADS.map((kind) => ({ apiVersion: 'apps/v1', kind, resource: `${kind.toLowerCase()}s`, fields: ['spec.template.metadata.labels', 'spec.replicas'] })),
  ...RUNS.map(([kind, path]) => ({ apiVersion: 'batch/v1', kind, resource: `${kind.toLowerCase()}s`, fields: [[...path, 'metadata', 'labels'].join('.')] })),
];

export function portsOf(service: KubeObject): readonly ServicePort[] {
  return (service as ServiceView & KubeObject).spec?.ports ?? [];
}

/** The labels that a Service looks for; undefined where it looks for no pods at all: external names, endpoints made by hand. */
export function selectorOf(service: KubeObject): Readonly<Record<string, string>> | undefined {
  const { type, selector = {} } = (service as ServiceView & KubeObject).spec ?? {};
  return type === 'ExternalName' || Object.keys(selector).length === 0 ? undefined : selector;
}

/** The pods that a Service finds and that are not on their way out. */
export function podsBehind(service: KubeObject, world: World): readonly KubeObject[] {
  const selector = selectorOf(service);
  if (!selector) return [];
  return world.list('v1', 'Pod', service.metadata.namespace).filter((pod) => !isLeaving(pod) && isAlive(pod) && selects({ matchLabels: selector }, pod.metadata.labels));
}

/** Workloads of the Service's namespace, each with the labels that its pods get. */
export function workloadsBeside(service: KubeObject, world: World): readonly { readonly object: KubeObject; readonly labels: Readonly<Record<string, string>> }[] {
  return WORKLOADS.flatMap((kind) => world.list('apps/v1', kind, service.metadata.namespace)).map((object) => ({ object, labels: templateLabels((object['spec'] as { readonly template?: unknown } | undefined)?.template) }));
}

function templateLabels(template: unknown): Readonly<Record<string, string>> {
  return (template as { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } } | undefined)?.metadata?.labels ?? {};
}

/** The labels of pods that come and go with runs. */
export function labelsOfRuns(service: KubeObject, world: World): readonly Readonly<Record<string, string>>[] {
  return RUNS.flatMap(([kind, path]) => world.list('batch/v1', kind, service.metadata.namespace).map((object) => templateLabels(path.reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], object))));
}

export function isReady(pod: KubeObject): boolean {
  return (pod as PodView & KubeObject).status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

function isAlive(pod: KubeObject): boolean {
  const phase = (pod as PodView & KubeObject).status?.phase;
  return phase !== 'Succeeded' && phase !== 'Failed';
}

/** Ports that a pod says it serves: those of its containers by number and name, those that its probes ask, and numbers of its command lines. */
export function servedPorts(pod: KubeObject): { readonly declared: ReadonlySet<number>; readonly names: ReadonlySet<string>; readonly probed: ReadonlySet<number>; readonly told: ReadonlySet<number> } {
  const { spec } = pod as PodView & KubeObject;
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const ports = containers.flatMap((container) => container.ports ?? []);
  const probed = containers.flatMap((container) => PROBES.flatMap((name) => Object.values(container[name] ?? {}).flatMap((handler) => (typeof handler === 'object' && typeof handler.port === 'number' ? [handler.port] : []))));
  return { declared: new Set(ports.flatMap(({ containerPort }) => containerPort ?? [])), names: new Set(ports.flatMap(({ name }) => name ?? [])), probed: new Set(probed), told: new Set(containers.flatMap(toldPorts)) };
}

/** `--listen=6379`, `-p 6379`, `0.0.0.0:6379`. */
function toldPorts({ command = [], args = [] }: Ported): readonly number[] {
  return [...command, ...args].flatMap((word) => [...word.matchAll(/(?:^|[:=\s])(\d{2,5})(?=$|[\s,/])/g)].map(([, port]) => Number(port)));
}

export function refTo({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  return { apiVersion, kind, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }), name: metadata.name };
}
