import { PermanentError } from '@fleetmend/kernel';
import { findObject, isNotFound, listObjects, renderSelector, type KubeClient, type ResourceType } from '@fleetmend/k8s';
import type { KubeObject, ObjectAnswer, Question } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { createSession } from '@fleetmend/redaction';
import { readableType } from './read-types.ts';
import { stripObject } from './strip-object.ts';

/** What fits into one message of the courier, with room to spare. */
const MOST_BYTES = 800 * 1024;

/**
 * Reads objects live, not from the cache, and strips them.
 * @throws PermanentError `KindNotReadable` for what is not on the agent's list.
 */
export async function answerObject(question: Extract<Question, { question: 'object' }>, { client, detectors }: { readonly client: KubeClient; readonly detectors: readonly Detector[] }): Promise<ObjectAnswer> {
  const { ref, labels, limit, after } = question;
  const type = readableType(ref, detectors);
  if (!type) throw new PermanentError('KindNotReadable', `this agent does not read ${ref.kind} of ${ref.apiVersion}: its rights are a closed list, without Secrets and ConfigMaps`);
  const found = ref.name === undefined ? await readMany(client, type, { namespace: ref.namespace, labels, limit, after }) : await readOne(client, type, { namespace: ref.namespace, name: ref.name });
  const session = createSession();
  const objects: KubeObject[] = [];
  let bytes = 0;
  for (const object of found.objects) {
    const stripped = stripObject(object, session);
    bytes += JSON.stringify(stripped).length;
    if (bytes > MOST_BYTES) return { answer: 'object', objects, truncated: true };
    objects.push(stripped);
  }
  return { answer: 'object', objects, truncated: found.truncated };
}

interface Found {
  readonly objects: readonly KubeObject[];
  readonly truncated: boolean;
}

async function readOne(client: KubeClient, type: ResourceType, place: { readonly namespace: string | undefined; readonly name: string }): Promise<Found> {
  const object = await findObject(client, type, place);
  return { objects: object ? [object] : [], truncated: false };
}

/** None, when the cluster does not serve that kind. API servers list in the order of namespace and name; pages are told in it too. */
async function readMany(client: KubeClient, type: ResourceType, { namespace, labels, limit, after }: { readonly namespace: string | undefined; readonly labels: Readonly<Record<string, string>> | undefined; readonly limit: number; readonly after: string | undefined }): Promise<Found> {
  try {
    const { items, truncated } = await listObjects(client, type, { namespace, labelSelector: labels && renderSelector(labels), ...(after === undefined ? { max: limit } : {}) });
    if (after === undefined) return { objects: items, truncated };
    const rest = items.filter(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}` > after);
    return { objects: rest.slice(0, limit), truncated: rest.length > limit };
  } catch (error) {
    if (isNotFound(error)) return { objects: [], truncated: false };
    throw error;
  }
}
