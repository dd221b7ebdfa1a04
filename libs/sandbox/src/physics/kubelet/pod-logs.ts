import { parseTime, renderMicroTime } from '@fleetmend/kernel';
import type { LogRequest, PodLogs } from '../../api/routes/pod-logs.ts';
import { StatusError } from '../../objects.ts';
import type { ContainerStatus, Pod } from '../shapes/pod.ts';
import type { LogLine } from './logs.ts';
import type { KubeletContext } from './place.ts';

/** Container logs as the kubelets of one cluster keep them: the last two lives of each container. */
export function servePodLogs(context: KubeletContext): PodLogs {
  return (request) => {
    refuseUnlessStarted(request, statusOf(request.pod as Pod, request.container));
    return lines(context, request);
  };
}

function statusOf(pod: Pod, container: string): ContainerStatus | undefined {
  return [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(({ name }) => name === container);
}

function refuseUnlessStarted({ pod, container, previous }: LogRequest, status: ContainerStatus | undefined): void {
  if (previous && !status?.lastState.terminated) throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
  const waiting = status ? status.state.waiting : { reason: 'ContainerCreating' };
  // A container that waits for its restart still shows what its last life wrote.
  if (!waiting || status?.lastState.terminated) return;
  const isPull = waiting.reason === 'ErrImagePull' || waiting.reason === 'ImagePullBackOff';
  throw badRequest(`container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${isPull ? 'trying and failing to pull image' : waiting.reason}`);
}

function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

async function* lines(context: KubeletContext, request: LogRequest): AsyncGenerator<string> {
  const { logs } = context;
  const { container, timestamps, tailLines, previous } = request;
  const uid = request.pod.metadata.uid ?? '';
  const seen = logs.read(uid, container, previous && !isBetweenLives(context, request));
  const since = sinceOf(context, request);
  const chosen = seen.filter(({ at }) => at >= since);
  let room = request.limitBytes ?? Infinity;
  for (const line of tailLines === undefined ? chosen : chosen.slice(Math.max(0, chosen.length - tailLines))) {
    const text = renderLine(line, timestamps).slice(0, room);
    if (text === '') return;
    room -= text.length;
    yield text;
  }
  if (!request.follow || previous) return;
  const ended = Promise.race([aborted(request.signal), aborted(context.signal)]);
  let last: LogLine | undefined = seen.at(-1);
  while (isLive(context, request)) {
    await Promise.race([logs.changed(uid, container), ended]);
    if (request.signal.aborted || context.signal.aborted) return;
    const now = logs.read(uid, container, false);
    const from = last === undefined ? 0 : now.indexOf(last) + 1;
    if (last !== undefined && from === 0) return; // this life is over
    for (const line of now.slice(from)) yield renderLine(line, timestamps);
    last = now.at(-1) ?? last;
  }
}

function sinceOf({ clock }: KubeletContext, { sinceSeconds, sinceTime }: LogRequest): number {
  return sinceSeconds === undefined ? (parseTime(sinceTime) ?? 0) : clock.now() - sinceSeconds * 1000;
}

/** A new life begins with its start: while a container waits, the log that is current is that of the life before. */
function isBetweenLives({ objects }: KubeletContext, { pod, container }: LogRequest): boolean {
  const found = objects.get<Pod>('v1', 'Pod', pod.metadata.namespace, pod.metadata.name);
  return found !== undefined && found.metadata.uid === pod.metadata.uid && statusOf(found, container)?.state.waiting !== undefined;
}

function isLive({ objects }: KubeletContext, { pod, container }: LogRequest): boolean {
  const found = objects.get<Pod>('v1', 'Pod', pod.metadata.namespace, pod.metadata.name);
  return found !== undefined && found.metadata.uid === pod.metadata.uid && statusOf(found, container)?.state.running !== undefined;
}

function renderLine({ at, text }: LogLine, timestamps: boolean): string {
  return `${timestamps ? `${renderMicroTime(at)} ` : ''}${text}\n`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
