import type { KubeObject } from '@fleetmend/model';
import { normalise } from './normalise.ts';

/**
 * What the objects and their events say, as sorted lines without what differs between any two runs:
 *
 *     Pod app-HASH-SUFFIX phase Running
 *     Pod app-HASH-SUFFIX container app waiting CrashLoopBackOff: back-off SPAN restarting failed container=app …
 *     event Pod app-HASH-SUFFIX spec.containers{app} Warning BackOff (kubelet): Back-off restarting failed container app …
 */
export type Observation = readonly string[];

interface Status {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly [field: string]: unknown;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string; readonly signal?: number };
}

interface ObservedEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly uid?: string; readonly fieldPath?: string };
}

/** Events of a node that is late, whatever it runs: it has not heard yet of what its pods mount, or of whom it has to answer for. */
const LATE = /^MountVolume\.SetUp failed for volume "[\w-]+" : failed to (sync \w+ cache|fetch token: .* no relationship found)/;

/** Counts of rounds and versions, which tell of the way and not of the state. */
const PASSING = ['observedGeneration', 'collisionCount'];

/** The object that a case looks at, with all that it owns, down to pods. */
export function family(look: string, objects: readonly KubeObject[]): readonly KubeObject[] {
  const roots = objects.filter(({ kind, metadata }) => `${kind}/${metadata.name}` === look);
  const grown: KubeObject[] = [...roots];
  for (const parent of grown) grown.push(...objects.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === parent.metadata.uid)));
  return grown;
}

/** @param events those of the case's namespace; the ones about `objects` count */
export function observe(objects: readonly KubeObject[], events: readonly KubeObject[]): Observation {
  const names = new Map(objects.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, true] as const));
  const about = (events as readonly (KubeObject & ObservedEvent)[]).filter(({ involvedObject, message = '' }) => names.has(`${involvedObject.kind}/${involvedObject.name}`) && !LATE.test(message));
  const lines = [...objects.flatMap(objectLines), ...about.map(eventLine)];
  return [...new Set(lines.map(normalise))].sort();
}

function objectLines({ kind, metadata, ...rest }: KubeObject): readonly string[] {
  const status = (rest['status'] ?? {}) as Status;
  const head = `${kind} ${metadata.name}`;
  const counts = Object.entries(status).filter(([field, value]) => typeof value === 'number' && value !== 0 && !PASSING.includes(field));
  return [
    ...(status.phase === undefined ? [] : [`${head} phase ${status.phase}${because(status)}`]),
    ...counts.map(([field, value]) => `${head} ${field} ${String(value)}`),
    ...(status.conditions ?? []).map((condition) => `${head} condition ${condition.type} ${condition.status}${because(condition)}`),
    ...(status.initContainerStatuses ?? []).flatMap((container) => containerLines(`${head} init container ${container.name}`, container)),
    ...(status.containerStatuses ?? []).flatMap((container) => containerLines(`${head} container ${container.name}`, container)),
  ];
}

function containerLines(head: string, { state = {}, lastState = {}, ready, started, restartCount }: ContainerStatus): readonly string[] {
  const marks = [ready ? 'ready' : 'not ready', started === undefined ? undefined : started ? 'started' : 'not started', restartCount > 0 ? 'restarted' : undefined];
  return [
    `${head} ${stateText(state)}`,
    `${head} ${marks.filter(Boolean).join(', ')}`,
    ...(Object.keys(lastState).length === 0 ? [] : [`${head} last ${stateText(lastState)}`]),
  ];
}

function stateText({ waiting, terminated, running }: ContainerState): string {
  if (waiting) return `waiting${because(waiting)}`;
  if (terminated) return `terminated ${terminated.exitCode}${terminated.signal === undefined ? '' : ` signal ${terminated.signal}`}${because(terminated)}`;
  return running ? 'running' : 'without a state';
}

function eventLine({ involvedObject, type, reason, message, source, reportingComponent }: ObservedEvent): string {
  const part = involvedObject.fieldPath === undefined ? '' : ` ${involvedObject.fieldPath}`;
  const from = source?.component || reportingComponent || 'nobody';
  return `event ${involvedObject.kind} ${involvedObject.name}${part} ${type ?? ''} ${reason ?? ''} (${from}): ${message ?? ''}`;
}

const because = ({ reason, message }: { readonly reason?: string; readonly message?: string }): string => `${reason ? ` ${reason}` : ''}${message ? `: ${message}` : ''}`;
