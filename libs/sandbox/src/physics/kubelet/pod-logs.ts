import { parseTime, renderMicroTime } from '@fleetmend/kernel';
import { StatusError } from '../../objects.ts';
import type { ContainerStatus, Pod } from '../shapes/pod.ts';
import type { LogLine } from './logs.ts';
import type { KubeletContext } from './place.ts';

export interface PodLogRequest {
  readonly namespace: string;
  readonly pod: string;
  /** May be left out where the pod has one container. */
  readonly container?: string;
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly limitBytes?: number;
  readonly timestamps?: boolean;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** See `Physics.podLogs`. The refusals come before the first line, at once. */
export function readPodLogs(context: KubeletContext, request: PodLogRequest): AsyncIterable<string> {
  const { objects } = context;
  const pod = objects.get<Pod>('v1', 'Pod', request.namespace, request.pod);
  if (!pod) throw new StatusError(404, 'NotFound', `pods "${request.pod}" not found`, { name: request.pod, kind: 'pods' });
  const container = chooseContainer(pod, request.container);
  const status = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(({ name }) => name === container);
  refuseUnlessStarted(pod, container, status, request.previous ?? false);
  // A container that waits for its restart shows what its last life wrote.
  return lines(context, pod.metadata.uid ?? '', container, request);
}

function chooseContainer(pod: Pod, asked: string | undefined): string {
  const names = pod.spec.containers.map(({ name }) => name);
  const inits = (pod.spec.initContainers ?? []).map(({ name }) => name);
  if (asked === undefined) {
    const [only] = names;
    if (names.length === 1 && inits.length === 0 && only !== undefined) return only;
    const choice = inits.length > 0 ? `choose one of: [${names.join(' ')}] or one of the init containers: [${inits.join(' ')}]` : `choose one of: [${names.join(' ')}]`;
    throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, ${choice}`);
  }
  if (![...names, ...inits].includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  return asked;
}

function refuseUnlessStarted(pod: Pod, container: string, status: ContainerStatus | undefined, previous: boolean): void {
  if (previous && !status?.lastState.terminated) throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
  const waiting = status ? status.state.waiting : { reason: 'ContainerCreating' };
  if (!waiting || status?.lastState.terminated) return;
  const why = waiting.reason === 'ContainerCreating' || waiting.reason === 'PodInitializing' ? `waiting to start: ${waiting.reason}` : `waiting to start: ${describe(waiting.reason)}`;
  throw badRequest(`container "${container}" in pod "${pod.metadata.name}" is ${why}`);
}

function describe(reason: string): string {
  return reason === 'ErrImagePull' || reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
}

function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

async function* lines(context: KubeletContext, uid: string, container: string, request: PodLogRequest): AsyncGenerator<string> {
  const { logs, clock } = context;
  const earliest = request.sinceSeconds === undefined ? (parseTime(request.sinceTime) ?? 0) : clock.now() - request.sinceSeconds * 1000;
  let bytes = request.limitBytes ?? Infinity;
  const seen = logs.read(uid, container, livesBefore(context, uid, container, request));
  const chosen = seen.filter(({ at }) => at >= earliest);
  let last: LogLine | undefined;
  for (const line of request.tailLines === undefined ? chosen : chosen.slice(Math.max(0, chosen.length - request.tailLines))) {
    const text = renderLine(line, request.timestamps ?? false).slice(0, bytes);
    bytes -= text.length;
    if (text === '') return;
    yield text;
  }
  last = seen.at(-1);
  if (!request.follow || request.previous) return;
  const ended = Promise.race([aborted(request.signal), aborted(context.signal)]);
  while (isLive(context, uid, container, request)) {
    await Promise.race([logs.changed(uid, container), ended]);
    if (request.signal?.aborted || context.signal.aborted) return;
    const now = logs.read(uid, container, false);
    const from = last === undefined ? 0 : now.indexOf(last) + 1;
    if (last !== undefined && from === 0) return; // rotated: this life is over
    for (const line of now.slice(from)) yield renderLine(line, request.timestamps ?? false);
    last = now.at(-1) ?? last;
  }
}

/** The current store rotates only when the next life begins, so what is current is the last life while a container waits. */
function livesBefore({ objects }: KubeletContext, uid: string, container: string, { previous, namespace, pod }: PodLogRequest): boolean {
  if (!previous) return false;
  const found = objects.get<Pod>('v1', 'Pod', namespace, pod);
  const status = found?.metadata.uid === uid ? [...(found.status?.containerStatuses ?? []), ...(found.status?.initContainerStatuses ?? [])].find(({ name }) => name === container) : undefined;
  return status?.state.waiting === undefined;
}

function isLive({ objects }: KubeletContext, uid: string, container: string, { namespace, pod }: PodLogRequest): boolean {
  const found = objects.get<Pod>('v1', 'Pod', namespace, pod);
  if (found?.metadata.uid !== uid) return false;
  const status = [...(found.status?.containerStatuses ?? []), ...(found.status?.initContainerStatuses ?? [])].find(({ name }) => name === container);
  return status?.state.running !== undefined;
}

function renderLine({ at, text }: LogLine, timestamps: boolean): string {
  return `${timestamps ? `${renderMicroTime(at)} ` : ''}${text}\n`;
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
