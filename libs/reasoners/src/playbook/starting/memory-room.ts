import { compareQuantities, readQuantity, wholeUnits } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { asList, asRecord, containersOf, valueAt, type ContainerView } from '../workload.ts';

/** How far a container's memory limit may rise, and what stands in the way first. Bytes. */
export interface MemoryRoom {
  readonly most: bigint;
  /** `QuotaExhausted`, `LimitRangeMax` or `NodeTooSmall`, with the numbers in words. */
  readonly reason: string;
  readonly message: string;
}

export interface RoomInput {
  readonly target: KubeObject;
  readonly container: ContainerView;
  readonly related: readonly KubeObject[];
  /** The limit that holds now, in bytes. */
  readonly limit: bigint;
  /** The request rises together with the limit. */
  readonly requestFollows: boolean;
}

/** The tightest of LimitRange, ResourceQuota and node size; undefined when nothing bounds it. */
export function memoryRoom(input: RoomInput): MemoryRoom | undefined {
  const rooms = [...limitRangeRooms(input), ...quotaRooms(input), ...nodeRooms(input)];
  return rooms.reduce<MemoryRoom | undefined>((tightest, room) => (!tightest || room.most < tightest.most ? room : tightest), undefined);
}

/** Bytes of a memory quantity; undefined for what is none. */
export function bytesOf(text: unknown): bigint | undefined {
  const nano = readQuantity(typeof text === 'string' || typeof text === 'number' ? text : undefined);
  return nano === undefined ? undefined : wholeUnits(nano);
}

/** A LimitRange's default limit for containers that name none. */
export function defaultLimit(related: readonly KubeObject[]): bigint | undefined {
  const defaults = limitRangeItems(related, 'Container').map(({ item }) => bytesOf(asRecord(item['default'])['memory']));
  return defaults.find((bytes) => bytes !== undefined);
}

/** The least request that a LimitRange's ratio asks for at this limit; undefined: no such rule. */
export function leastRequest(related: readonly KubeObject[], limit: bigint): bigint | undefined {
  const ratios = limitRangeItems(related, 'Container').map(({ item }) => readQuantity(String(asRecord(item['maxLimitRequestRatio'])['memory'] ?? '')));
  const least = ratios.flatMap((ratio) => (ratio && ratio > 0n ? [(limit * 1_000_000_000n + ratio - 1n) / ratio] : []));
  return least.length === 0 ? undefined : least.reduce((a, b) => (a > b ? a : b));
}

function limitRangeRooms({ target, container, related }: RoomInput): readonly MemoryRoom[] {
  const others = containersOf(target)
    .filter((other) => other.name !== container.name && other.path.at(-2) === 'containers')
    .reduce((sum, other) => sum + (bytesOf(other.limits['memory']) ?? 0n), 0n);
  return (['Container', 'Pod'] as const).flatMap((type) =>
    limitRangeItems(related, type).flatMap(({ name, item }) => {
      const text = asRecord(item['max'])['memory'];
      const max = bytesOf(text);
      if (max === undefined) return [];
      return [{ most: type === 'Pod' ? max - others : max, reason: 'LimitRangeMax', message: `LimitRange ${name} allows a ${type.toLowerCase()} at most ${String(text)} of memory` }];
    }),
  );
}

function limitRangeItems(related: readonly KubeObject[], type: string): readonly { readonly name: string; readonly item: Readonly<Record<string, unknown>> }[] {
  return related
    .filter((object) => object.kind === 'LimitRange')
    .flatMap((object) => asList(asRecord(object['spec'])['limits']).filter((item) => item['type'] === type).map((item) => ({ name: object.metadata.name, item })));
}

/**
 * What is left of a quota is shared by every replica that will grow; and where no pod may be missing during the rollout,
 * one more pod of the old size stands beside them for a while.
 */
function quotaRooms({ target, related, limit, requestFollows }: RoomInput): readonly MemoryRoom[] {
  const replicas = replicasOf(target);
  const spare = needsSpare(target, replicas) ? limit : 0n;
  const keys = requestFollows ? ['limits.memory', 'requests.memory', 'memory'] : ['limits.memory'];
  return related
    .filter((object) => object.kind === 'ResourceQuota')
    .flatMap((object) =>
      keys.flatMap((key) => {
        const hardText = asRecord(valueAt(object, ['status', 'hard']) ?? valueAt(object, ['spec', 'hard']))[key];
        const hard = bytesOf(hardText);
        if (hard === undefined) return [];
        const usedText = asRecord(valueAt(object, ['status', 'used']))[key] ?? '0';
        const left = hard - (bytesOf(usedText) ?? 0n) - spare;
        const perPod = left > 0n ? left / replicas : 0n;
        return [{ most: limit + perPod, reason: 'QuotaExhausted', message: `ResourceQuota ${object.metadata.name} allows ${key} ${String(hardText)} and ${String(usedText)} is used, for ${replicas} replica(s)` }];
      }),
    );
}

function nodeRooms({ related }: RoomInput): readonly MemoryRoom[] {
  const sizes = related
    .filter((object) => object.kind === 'Node' && asRecord(object['spec'])['unschedulable'] !== true)
    .flatMap((node) => {
      const text = valueAt(node, ['status', 'allocatable', 'memory']);
      return typeof text === 'string' ? [{ name: node.metadata.name, text }] : [];
    })
    .sort((a, b) => compareQuantities(b.text, a.text));
  const [largest] = sizes;
  const most = largest && bytesOf(largest.text);
  if (!largest || most === undefined) return [];
  return [{ most, reason: 'NodeTooSmall', message: `the largest node, ${largest.name}, has ${largest.text} of memory to give` }];
}

function replicasOf(target: KubeObject): bigint {
  const spec = asRecord(target['spec']);
  const counts = [spec['replicas'], spec['parallelism'], asRecord(target['status'])['desiredNumberScheduled']];
  const count = counts.find((value) => typeof value === 'number' && value > 0);
  return BigInt(typeof count === 'number' ? count : 1);
}

/** Deployments replace pods one by one; with no pod allowed to be missing, a new one must fit beside the old ones. */
function needsSpare(target: KubeObject, replicas: bigint): boolean {
  if (target.kind !== 'Deployment') return false;
  const strategy = asRecord(asRecord(target['spec'])['strategy']);
  if (strategy['type'] === 'Recreate') return false;
  const unavailable = asRecord(strategy['rollingUpdate'])['maxUnavailable'] ?? '25%';
  const percent = typeof unavailable === 'string' && unavailable.endsWith('%') ? Number(unavailable.slice(0, -1)) : undefined;
  const count = percent === undefined ? Number(unavailable) : Math.floor((Number(replicas) * percent) / 100);
  return count < 1;
}
