import type { ClusterObjects, KubeObject } from '../objects.ts';

/** Built-in kinds that live in no namespace. */
const CLUSTER_SCOPED = new Set([
  'Namespace', 'Node', 'PersistentVolume', 'StorageClass', 'CSIDriver', 'CSINode', 'VolumeAttachment', 'PriorityClass', 'RuntimeClass', 'IngressClass',
  'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'APIService', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'FlowSchema', 'PriorityLevelConfiguration', 'CertificateSigningRequest',
]);

interface Definition extends KubeObject {
  readonly spec: { readonly group: string; readonly scope: string; readonly names: { readonly kind: string } };
}

/** Puts an object into the namespace where it has none and its kind wants one; takes one away from a kind that has none. */
export function inNamespace(objects: ClusterObjects, object: KubeObject, namespace: string | undefined): KubeObject {
  const { namespace: own, ...metadata } = object.metadata;
  if (isClusterScoped(objects, object)) return own === undefined ? object : { ...object, metadata };
  return own === undefined && namespace !== undefined ? { ...object, metadata: { ...metadata, namespace } } : object;
}

export function isClusterScoped(objects: ClusterObjects, { apiVersion, kind }: KubeObject): boolean {
  if (CLUSTER_SCOPED.has(kind)) return true;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (!group.includes('.') || group.endsWith('.k8s.io')) return false;
  return objects.list<Definition>('apiextensions.k8s.io/v1', 'CustomResourceDefinition').some(({ spec }) => spec.group === group && spec.names.kind === kind && spec.scope === 'Cluster');
}
