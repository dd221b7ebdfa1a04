import { type KubeObject, groupOf } from '@fleetmend/model';
import type { EngineContext } from '@fleetmend/plugin-api';
import type { Application } from './schema.ts';

const TRACKING_ID = 'argocd.argoproj.io/tracking-id';

/** Names of the cluster that Argo CD itself runs in. */
const IN_CLUSTER = { name: 'in-cluster', server: 'https://kubernetes.default.svc' } as const;

/**
 * The application that a tracking id names: `<app>:<group>/<Kind>:<namespace>/<name>`, with `<appNamespace>_<app>` for one
 * outside Argo CD's own namespace. Undefined when there is none, or when it is about another object: then the target is a copy.
 */
export function trackedBy(target: KubeObject, argoNamespace: string): { readonly namespace: string; readonly name: string } | undefined {
  const match = /^(?:([^_:]+)_)?([^:]+):([^/]*)\/([^:]+):([^/]*)\/(.+)$/.exec(target.metadata.annotations?.[TRACKING_ID] ?? '');
  if (!match) return undefined;
  const [, namespace = argoNamespace, app = '', group, kind, ofNamespace, name] = match;
  const { metadata } = target;
  const isSelf = group === groupOf(target.apiVersion) && kind === target.kind && ofNamespace === (metadata.namespace ?? '') && name === metadata.name;
  return isSelf ? { namespace, name: app } : undefined;
}

/** The application manages this very object, in this very cluster. */
export function manages(application: Application, target: KubeObject, destination: EngineContext['destination']): boolean {
  return isDestination(application, destination) && lists(application, target);
}

/** Its status names the object as one that it applies. */
export function lists({ status }: Application, { apiVersion, kind, metadata }: KubeObject): boolean {
  return status.resources.some((resource) => resource.group === groupOf(apiVersion) && resource.kind === kind && resource.namespace === (metadata.namespace ?? '') && resource.name === metadata.name);
}

/** The application applies to this cluster. */
export function isDestination({ spec: { destination } }: Application, expected: EngineContext['destination']): boolean {
  const wanted = expected?.name === undefined && expected?.server === undefined ? IN_CLUSTER : expected;
  if (destination.server !== undefined && wanted.server !== undefined) return trimmed(destination.server) === trimmed(wanted.server);
  return destination.name !== undefined && destination.name === wanted.name;
}

function trimmed(server: string): string {
  return server.replace(/\/+$/, '');
}
