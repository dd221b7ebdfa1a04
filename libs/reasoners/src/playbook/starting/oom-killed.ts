import { renderBytes } from '@fleetmend/kernel';
import type { Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { historyOf, lastChange } from '../field-history.ts';
import { bytesOf, defaultLimit, leastRequest, memoryRoom, type MemoryRoom } from './memory-room.ts';
import { sizeBeyondLimit } from './size-setting.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { asRecord, containersOf, findContainer, valueAt, type ContainerView } from '../workload.ts';

/** A step that is smaller than this seldom ends the kills; a person should rather make room. */
const LEAST_STEP_PERCENT = 150n;
const CITES = ['event', 'log', 'object', 'history', 'quota', 'node'] as const;

/**
 * A container that was killed for memory gets more of it: what it had before somebody lowered it, else twice what it has,
 * as far as LimitRange, quota and nodes leave room.
 */
export const oomKilled: Rule = (kase) => {
  const { failure, target } = kase.request.spec;
  const container = findContainer(kase.target, target?.container);
  if (!container) return handOver(failure.message, 'ContainerUnknown', `The template of ${kase.target.kind} ${kase.target.metadata.name} has no container ${target?.container ?? '(none named)'}; see which pod was killed.`);
  const scaler = memoryScaler(kase);
  if (scaler) return handOver(failure.message, 'ManagedByVpa', `VerticalPodAutoscaler ${scaler} sets the memory of ${container.name}; raise its maxAllowed or look at its recommendation.`);

  const limit = bytesOf(container.limits['memory']) ?? defaultLimit(kase.related);
  if (limit === undefined) return handOver(`${container.name} was killed for memory without a limit of its own: its node ran out`, 'NoLimit', `Container ${container.name} has no memory limit; see which pods on the node use more than they request.`);
  const setting = sizeBeyondLimit(kase, container.name, limit);
  if (setting && loweredFrom(kase, container, limit) === undefined) return { cause: `${setting.cause}, and it is killed for memory since`, confidence: 0.85, cites: CITES, candidates: [setting.action] };
  return raise({ kase, container, limit });
};

interface Raise {
  readonly kase: Case;
  readonly container: ContainerView;
  readonly limit: bigint;
}

function raise({ kase, container, limit }: Raise): RuleAnswer {
  const requestFollows = isGuaranteed(kase);
  const room = memoryRoom({ target: kase.target, container, related: kase.related, limit, requestFollows });
  const earlier = loweredFrom(kase, container, limit);
  const restored = earlier && fits(earlier.bytes, room) ? restore({ kase, container, limit, requestFollows, earlier }) : [];
  const stepped = step({ kase, container, limit, requestFollows, room });
  const candidates = [...restored, ...stepped.actions];
  if (candidates.length === 0) {
    const reason = room?.reason ?? 'NoRoom';
    return handOver(`${container.name} needs more than its memory limit of ${renderBytes(limit)}`, reason, `${room?.message ?? 'There is no room'}; twice the limit of container ${container.name} would be ${renderBytes(limit * 2n)}. Make room, or give it less to do.`);
  }
  if (restored.length > 0 && earlier) {
    return { cause: `commit ${earlier.changedBy.slice(0, 7)} lowered the memory limit of ${container.name} from ${earlier.text} to ${limitText(container, limit)}, and it was killed for memory since`, confidence: 0.95, cites: CITES, candidates };
  }
  return { cause: `${container.name} needs more than its memory limit of ${limitText(container, limit)}`, confidence: stepped.whole ? 0.85 : 0.6, cites: CITES, candidates };
}

function step({ kase, container, limit, requestFollows, room }: Raise & { readonly requestFollows: boolean; readonly room: MemoryRoom | undefined }): { readonly actions: readonly Action[]; readonly whole: boolean } {
  const wanted = limit * 2n;
  const most = room && room.most < wanted ? wholeMebibytes(room.most) : wanted;
  if (most * 100n < limit * LEAST_STEP_PERCENT) return { actions: [], whole: false };
  const text = most === wanted ? doubled(container.limits['memory'], wanted) : renderBytes(most);
  return { actions: [setMemory({ kase, container, bytes: most, text, requestFollows })], whole: most === wanted };
}

interface Earlier {
  readonly bytes: bigint;
  readonly text: string;
  readonly commit: string;
  readonly changedBy: string;
}

/** The last value in Git, when the last change of this limit was downwards. */
function loweredFrom(kase: Case, container: ContainerView, limit: bigint): Earlier | undefined {
  const history = historyOf(kase.history, [...container.path, 'resources', 'limits', 'memory']);
  const change = history && lastChange(history);
  const bytes = change && bytesOf(change.before);
  if (!change || bytes === undefined || bytes <= limit) return undefined;
  return { bytes, text: String(change.before), commit: change.beforeCommit, changedBy: change.changedBy };
}

/** Up to twice the limit it is a step like any other; beyond, only Git's own earlier value may be put back as a whole. */
function restore({ kase, container, limit, requestFollows, earlier }: Raise & { readonly requestFollows: boolean; readonly earlier: Earlier }): readonly Action[] {
  if (earlier.bytes <= limit * 2n) return [setMemory({ kase, container, bytes: earlier.bytes, text: earlier.text, requestFollows })];
  return [{ action: 'restoreField', path: [...container.path, 'resources', 'limits', 'memory'], commit: earlier.commit }];
}

function setMemory({ kase, container, bytes, text, requestFollows }: { readonly kase: Case; readonly container: ContainerView; readonly bytes: bigint; readonly text: string; readonly requestFollows: boolean }): Action {
  const limits = { memory: text };
  if (requestFollows) return { action: 'setResources', container: container.name, requests: { memory: text }, limits };
  const request = bytesOf(container.requests['memory']);
  const least = leastRequest(kase.related, bytes);
  if (request !== undefined && least !== undefined && least > request) return { action: 'setResources', container: container.name, requests: { memory: renderBytes(least) }, limits };
  return { action: 'setResources', container: container.name, limits };
}

/** A pod whose every request equals its limit was made so on purpose: it must not lose that class. */
function isGuaranteed(kase: Case): boolean {
  const containers = containersOf(kase.target);
  return containers.length > 0 && containers.every(({ requests, limits }) => ['cpu', 'memory'].every((name) => limits[name] !== undefined && requests[name] === limits[name]));
}

function fits(bytes: bigint, room: MemoryRoom | undefined): boolean {
  return !room || bytes <= room.most;
}

/** Twice the amount in the unit that the file uses: 100M becomes 200M, not 195312500Ki. */
function doubled(text: string | undefined, bytes: bigint): string {
  const match = /^(\d+)([KMGTP]i?|k)?$/.exec(text ?? '');
  return match ? `${Number(match[1]) * 2}${match[2] ?? ''}` : renderBytes(bytes);
}

function wholeMebibytes(bytes: bigint): bigint {
  return bytes - (bytes % 1_048_576n);
}

function limitText(container: ContainerView, limit: bigint): string {
  return container.limits['memory'] ?? renderBytes(limit);
}

function memoryScaler(kase: Case): string | undefined {
  const owns = kase.related.find((object) => {
    if (object.kind !== 'VerticalPodAutoscaler') return false;
    const ref = asRecord(valueAt(object, ['spec', 'targetRef']));
    const mode = valueAt(object, ['spec', 'updatePolicy', 'updateMode']) ?? 'Auto';
    return ref['kind'] === kase.target.kind && ref['name'] === kase.target.metadata.name && mode !== 'Off';
  });
  return owns?.metadata.name;
}

function handOver(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { cause, confidence: 0.8, cites: CITES, candidates: [abstain(reason, lookAt)] };
}
