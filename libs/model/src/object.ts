import { z } from 'zod';

/** Any Kubernetes object as JSON, typed only where every kind agrees. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeMetadata;
  readonly [field: string]: unknown;
}

export interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly creationTimestamp?: string | undefined;
  readonly deletionTimestamp?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly ownerReferences?: readonly { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string; readonly controller?: boolean | undefined }[] | undefined;
  readonly [field: string]: unknown;
}

/** An RFC 1123 label: cluster names, and whatever becomes a token of a bus subject. */
export const Label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/).max(63);
export const ObjectName = z.string().min(1).max(253);
export const Namespace = z.string().max(63);
export const Kind = z.string().min(1).max(63);
export const ApiVersion = z.string().min(1).max(253);

/** Names one object of one cluster. A cluster-scoped one has no namespace. */
export const ObjectRef = z.object({
  apiVersion: ApiVersion,
  kind: Kind,
  namespace: Namespace.optional(),
  name: ObjectName,
});
export type ObjectRef = z.infer<typeof ObjectRef>;

export function refOf(object: KubeObject): ObjectRef {
  const { apiVersion, kind, metadata } = object;
  return metadata.namespace === undefined ? { apiVersion, kind, name: metadata.name } : { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** An object of which nothing but its name is known. */
export function objectNamed({ apiVersion, kind, namespace, name }: ObjectRef): KubeObject {
  return { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
}

/** `Deployment/shop/checkout`, or `Node//worker-1` for what has no namespace: how we print an object everywhere. */
export function renderRef(ref: { readonly kind: string; readonly namespace?: string | undefined; readonly name: string }): string {
  return `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

export function sameRef(a: ObjectRef, b: ObjectRef): boolean {
  return groupOf(a.apiVersion) === groupOf(b.apiVersion) && a.kind === b.kind && (a.namespace ?? '') === (b.namespace ?? '') && a.name === b.name;
}

/** `apps` of `apps/v1`; the core group is the empty text. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
