import type { KubeObject } from '@fleetmend/model';
import { anOwner } from './owner.fixture.ts';

type Labels = Readonly<Record<string, string>>;

export const aService = (spec: Readonly<Record<string, unknown>> = {}, name = 'checkout'): KubeObject => anOwner('Service', { name, spec: { type: 'ClusterIP', selector: { app: 'checkout' }, ports: [{ name: 'web', port: 80, targetPort: 8080 }], ...spec } });

export const aWorkload = (name: string, labels: Labels, kind = 'Deployment'): KubeObject => anOwner(kind, { name, spec: { replicas: 1, template: { metadata: { labels } } } });

/** A pod of a workload that names its ports. */
export function aPodOf(workload: KubeObject, { ready = true, ports = [{ containerPort: 8080, name: 'http' }], probe, args = [] }: { readonly ready?: boolean; readonly ports?: readonly object[]; readonly probe?: number; readonly args?: readonly string[] } = {}): KubeObject {
  const labels = (workload['spec'] as { readonly template: { readonly metadata: { readonly labels: Labels } } }).template.metadata.labels;
  const readinessProbe = probe === undefined ? {} : { readinessProbe: { httpGet: { path: '/', port: probe } } };
  return anOwner('Pod', { name: `${workload.metadata.name}-1`, owner: workload, metadata: { labels }, spec: { containers: [{ name: 'app', args, ports, ...readinessProbe }] }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } });
}
