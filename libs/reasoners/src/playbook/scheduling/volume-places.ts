import type { KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { claimsOf } from '../storage/claims.ts';
import { asList, valueAt } from '../workload.ts';
import { labelsOf, meets } from './node-fit.ts';
import { eligibleNodes, podsOf, type Surroundings } from './placement.ts';

/** Some node that the workload may go to reaches all volumes that its pods have already. */
export function reachesVolumes(kase: Case, workload: KubeObject, around: Surroundings): boolean {
  const mounted = new Set([kase.target, ...podsOf(kase)].flatMap((object) => asList(valueAt(object, object.kind === 'Pod' ? ['spec', 'volumes'] : ['spec', 'template', 'spec', 'volumes'])).map((volume) => valueAt(volume, ['persistentVolumeClaim', 'claimName']))));
  const names = claimsOf(kase).filter(({ metadata }) => mounted.has(metadata.name)).map((claim) => valueAt(claim, ['spec', 'volumeName']));
  const volumes = kase.related.filter(({ kind, metadata }) => kind === 'PersistentVolume' && names.includes(metadata.name));
  return eligibleNodes(workload, around).some((node) => volumes.every((volume) => lies(volume, node)));
}

function lies(volume: KubeObject, node: KubeObject): boolean {
  const terms = valueAt(volume, ['spec', 'nodeAffinity', 'required', 'nodeSelectorTerms']);
  return !Array.isArray(terms) || asList(terms).some((term) => asList(term['matchExpressions']).every((one) => meets(one, labelsOf(node))) && asList(term['matchFields']).every((one) => meets(one, { 'metadata.name': node.metadata.name })));
}
