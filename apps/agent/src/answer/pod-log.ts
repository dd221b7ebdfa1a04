import { isPermanent, type Clock } from '@fleetmend/kernel';
import { isNotFound, KubeStatusError, resourcePath, type KubeClient } from '@fleetmend/k8s';
import { answerType } from './read-types.ts';

export interface LogPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
}

const LINES = 200;
/** A dead container's log can be missing in the instant in which it is collected. */
const AGAIN_AFTER = 300;

/** The end of a container's log; undefined when there is none, or we may not read it. Transient trouble is thrown. */
export async function readPodLog(client: KubeClient, place: LogPlace, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<string | undefined> {
  const first = await readOnce(client, place, signal);
  if (first !== undefined || !place.previous) return first;
  await clock.sleep(AGAIN_AFTER, signal);
  return readOnce(client, place, signal);
}

async function readOnce(client: KubeClient, { namespace, pod, container, previous }: LogPlace, signal: AbortSignal): Promise<string | undefined> {
  try {
    const text = await client.text({
      path: resourcePath(answerType('Pod'), { namespace, name: pod, subresource: 'log' }),
      query: { container, tailLines: LINES, ...(previous ? { previous: 'true' } : {}) },
      accept: '*/*',
      signal,
    });
    return text === '' ? undefined : text;
  } catch (error) {
    // 400: the container has not started yet, or has no previous life.
    if (isNotFound(error) || isPermanent(error) || (error instanceof KubeStatusError && error.code === 400)) return undefined;
    throw error;
  }
}
