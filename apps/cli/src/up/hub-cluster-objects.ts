import { approvalAdmission, customResourceDefinitions, GROUP_VERSION, SYSTEM_NAMESPACE, type KubeObject } from '@fleetmend/model';
import type { ClusterObjects } from '@fleetmend/sandbox';

/** What a platform team writes down before the first failure. */
export interface FleetSettings {
  /** Clusters with their labels. */
  readonly clusters: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly spec?: object }[];
  readonly policies: readonly { readonly name: string; readonly namespace: string; readonly spec: Readonly<Record<string, unknown>> }[];
  readonly bindings: readonly { readonly name: string; readonly namespace: string; readonly spec: Readonly<Record<string, unknown>> }[];
}

const AS = { manager: 'platform-team', force: true } as const;

/** Makes a cluster of the sandbox a hub cluster: our kinds, the tenants' namespaces, policies and bindings. May run again. */
export function prepareHubCluster(objects: ClusterObjects, settings: FleetSettings): void {
  for (const object of [...customResourceDefinitions(), ...approvalAdmission()]) objects.apply(asSandbox(object), AS);
  const namespaces = new Set([SYSTEM_NAMESPACE, ...[...settings.policies, ...settings.bindings].map(({ namespace }) => namespace)]);
  for (const name of namespaces) objects.apply(asSandbox({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }), AS);
  for (const { name, labels, spec = {} } of settings.clusters) objects.apply(asSandbox({ apiVersion: GROUP_VERSION, kind: 'FleetCluster', metadata: { name, labels }, spec }), AS);
  for (const { name, namespace, spec } of settings.policies) objects.apply(asSandbox({ apiVersion: GROUP_VERSION, kind: 'RemediationPolicy', metadata: { name, namespace }, spec }), AS);
  for (const { name, namespace, spec } of settings.bindings) objects.apply(asSandbox({ apiVersion: GROUP_VERSION, kind: 'RepoBinding', metadata: { name, namespace }, spec }), AS);
}

type SandboxObject = Parameters<ClusterObjects['apply']>[0];

function asSandbox(object: KubeObject): SandboxObject {
  return object as SandboxObject;
}
