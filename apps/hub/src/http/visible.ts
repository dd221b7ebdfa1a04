import type { RemediationRequest } from '@fleetmend/model';
import { ForbiddenException } from '@nestjs/common';
import { answered } from './access-guard.ts';
import type { Viewer, Wish } from './access.ts';

type Placed = { readonly metadata: { readonly namespace: string } };

/**
 * Of what there is, what a caller may list: everything, or that of the namespaces in which they may.
 * @throws ForbiddenException where they may in none
 */
export async function visible<T extends Placed>(viewer: Viewer, resource: Wish['resource'], all: readonly T[]): Promise<readonly T[]> {
  if (await answered(viewer.may({ verb: 'list', resource }))) return all;
  const namespaces = [...new Set(all.map(({ metadata }) => metadata.namespace))];
  const allowed = await answered(Promise.all(namespaces.map(async (namespace) => ((await viewer.may({ verb: 'list', resource, namespace })) ? [namespace] : []))));
  const seen = new Set(allowed.flat());
  if (seen.size === 0) throw new ForbiddenException(`you may list ${resource} of API group fleetmend.dev in no namespace that has any: ask for a role with the verbs get, list and watch`);
  return all.filter(({ metadata }) => seen.has(metadata.namespace));
}

/** @throws ForbiddenException also where there is none of that name: whoever may not read it does not learn that either. */
export async function needGet(viewer: Viewer, namespace: string, name: string): Promise<void> {
  if (!(await answered(viewer.may({ verb: 'get', resource: 'remediationrequests', namespace, name })))) throw new ForbiddenException(`you may not get remediationrequests ${name} in ${namespace}`);
}

/** Names of the clusters that somebody may hear of: all, or those of the requests that they see. */
export async function visibleClusters(viewer: Viewer, requests: readonly RemediationRequest[]): Promise<(name: string) => boolean> {
  if (await answered(viewer.may({ verb: 'list', resource: 'remediationrequests' }))) return () => true;
  const names = new Set((await visible(viewer, 'remediationrequests', requests)).flatMap(({ spec }) => spec.clusters));
  return (name) => names.has(name);
}
