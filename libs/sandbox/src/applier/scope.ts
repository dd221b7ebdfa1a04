import type { ClusterObjects, KubeObject } from '../objects.ts';
import { KUBERNETES } from '../openapi/catalogue.ts';

/** `Kind` by group, of every built-in kind that lives in no namespace. */
const CLUSTER_SCOPED = new Set(
  KUBERNETES.groupVersions.flatMap(({ group, resources }) => resources.filter(({ scope }) => scope === 'Cluster').map(({ responseKind }) => `${responseKind.kind}.${group}`)),
);

interface Definition extends KubeObject {
  readonly spec: { readonly group: string; readonly scope: string; readonly names: { readonly kind: string }; readonly versions: readonly { readonly name: string; readonly served: boolean }[] };
}

const definitionsOf = (objects: ClusterObjects): readonly Definition[] => objects.list<Definition>('apiextensions.k8s.io/v1', 'CustomResourceDefinition');

/** Puts an object into the namespace where it has none and its kind wants one; takes one away from a kind that has none. */
export function inNamespace(objects: ClusterObjects, object: KubeObject, namespace: string | undefined): KubeObject {
  const { namespace: own, ...metadata } = object.metadata;
  if (isClusterScoped(objects, object)) return own === undefined ? object : { ...object, metadata };
  return own === undefined && namespace !== undefined ? { ...object, metadata: { ...metadata, namespace } } : object;
}

export function isClusterScoped(objects: ClusterObjects, { apiVersion, kind }: KubeObject): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (CLUSTER_SCOPED.has(`${kind}.${group}`)) return true;
  if (!group.includes('.') || group.endsWith('.k8s.io')) return false;
  return definitionsOf(objects).some(({ spec }) => spec.group === group && spec.names.kind === kind && spec.scope === 'Cluster');
}

/** The cluster's version and everything that it serves, as renderers ask for them: `apps/v1`, `apps/v1/Deployment`. */
export function capabilitiesOf(objects: ClusterObjects): { readonly kubeVersion: string; readonly apiVersions: readonly string[] } {
  const built = KUBERNETES.groupVersions.flatMap(({ group, version, resources }) => {
    const apiVersion = group === '' ? version : `${group}/${version}`;
    return [apiVersion, ...resources.map(({ responseKind }) => `${apiVersion}/${responseKind.kind}`)];
  });
  const custom = definitionsOf(objects).flatMap(({ spec }) => spec.versions.filter(({ served }) => served).flatMap(({ name }) => [`${spec.group}/${name}`, `${spec.group}/${name}/${spec.names.kind}`]));
  return { kubeVersion: KUBERNETES.version, apiVersions: [...new Set([...built, ...custom])].sort() };
}
