import { PermanentError } from '@fleetmend/kernel';
import type { KubeObject, Question } from '@fleetmend/model';
import type { ReadObjects } from '@fleetmend/plugin-api';
import type { Clusters } from '@fleetmend/ports';

type ObjectQuestion = Extract<Question, { readonly question: 'object' }>;

/** As many as one answer may hold. */
const PAGE = 500;

/** Reads objects of one cluster whole, page by page, and each query once: many objects lead to the same other one. */
export function engineObjects(clusters: Clusters, cluster: string): ReadObjects {
  const known = new Map<string, Promise<readonly KubeObject[]>>();
  return async ({ apiVersion, kind, namespace, name }) => {
    const ref = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
    const key = JSON.stringify(ref);
    const answer = known.get(key) ?? readAll(clusters, cluster, ref);
    known.set(key, answer);
    return answer;
  };
}

/**
 * What is left out of a list would be left out of a proof, so a part of one is no answer.
 * @throws PermanentError `ListIncomplete` when the pages do not add up to all of it.
 */
async function readAll(clusters: Clusters, cluster: string, ref: ObjectQuestion['ref']): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  for (let last: string | undefined; ; last = objects.map(placeOf).at(-1)) {
    const page = await clusters.ask(cluster, { question: 'object', ref, limit: PAGE, ...(last === undefined ? {} : { after: last }) });
    objects.push(...page.objects);
    if (page.truncated !== true && last === undefined) return objects;
    const places = objects.map(placeOf);
    const isInOrder = places.every((place, index) => index === 0 || (places[index - 1] ?? '') < place);
    if (page.objects.length === 0 || !isInOrder) throw new PermanentError('ListIncomplete', `the agent of ${cluster} tells only a part of its objects of kind ${ref.kind}: update it to the version of the hub`);
    if (page.truncated !== true) return objects;
  }
}

function placeOf({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}
