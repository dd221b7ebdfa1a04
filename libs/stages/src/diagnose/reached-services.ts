import type { KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { containersIn, textsIn } from './known-values.ts';

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** `store.data`, `store.data.svc`, `store.data.svc.cluster.local`. */
const HOST = /^([a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)\.([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?:\.svc(?:\.cluster\.local)?)?\.?$/;
/** A program that has more to ask is not mended by what we know of one of them. */
const MOST = 5;

/**
 * Services of other namespaces that the target is told to reach: by its command line, its environment, or a ConfigMap of its application.
 * What its log says counts for nothing here: anybody can have a program log a name.
 */
export function reachedServices(target: KubeObject, versions: Case['versions']): readonly ServiceName[] {
  const own = containersIn(target).flatMap((container) => ['command', 'args', 'env'].flatMap((field) => textsIn(container[field])));
  const shared = (versions[0]?.objects ?? []).filter(({ kind }) => kind === 'ConfigMap').flatMap((map) => textsIn(map['data']));
  const found = new Map<string, ServiceName>();
  for (const word of [...own, ...shared].flatMap((text) => text.split(/[\s,;"'=@/:?&]+/))) {
    const [, name, namespace] = HOST.exec(word) ?? [];
    if (name !== undefined && namespace !== undefined && namespace !== 'svc' && namespace !== target.metadata.namespace) found.set(`${namespace}/${name}`, { namespace, name });
  }
  return [...found.values()].slice(0, MOST);
}
