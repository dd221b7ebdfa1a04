import type { KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { asList, asRecord, podSpecPath, valueAt } from '../workload.ts';

export interface PortView {
  readonly name: string | undefined;
  readonly port: number;
  readonly targetPort: number | string;
  /** Path of the port in the Service. */
  readonly path: readonly string[];
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** The ports of a Service, each with where it stands: by its name, or by its place where it has none. */
export function portsOf(service: KubeObject): readonly PortView[] {
  return asList(valueAt(service, ['spec', 'ports'])).map((entry, index) => {
    const name = typeof entry['name'] === 'string' ? entry['name'] : undefined;
    const port = Number(entry['port']);
    const targetPort = entry['targetPort'];
    return { name, port, targetPort: typeof targetPort === 'number' || typeof targetPort === 'string' ? targetPort : port, path: ['spec', 'ports', name === undefined ? String(index) : `[name=${name}]`] };
  });
}

export function selectorOf(service: KubeObject): Readonly<Record<string, string>> {
  return texts(valueAt(service, ['spec', 'selector']));
}

/** The labels that the pods of a workload get. */
export function podLabelsOf(workload: KubeObject): Readonly<Record<string, string>> {
  return texts(valueAt(workload, [...podSpecPath(workload).slice(0, -1), 'metadata', 'labels']));
}

export function fits(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Workloads that keep pods running in the namespace of the case, as they are live. */
export function workloadsOf({ related }: Case): readonly KubeObject[] {
  return related.filter(({ kind }) => WORKLOADS.includes(kind));
}

/** The ports that a workload's containers name. */
export function containerPorts(workload: KubeObject): readonly { readonly number: number; readonly name: string | undefined }[] {
  return asList(asRecord(valueAt(workload, podSpecPath(workload)))['containers']).flatMap((container) =>
    asList(container['ports']).map((port) => ({ number: Number(port['containerPort']), name: typeof port['name'] === 'string' ? port['name'] : undefined })),
  );
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asRecord(value)).map(([key, text]) => [key, String(text)]));
}
