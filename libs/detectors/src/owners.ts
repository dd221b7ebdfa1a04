import type { Finding, KubeObject, ObjectRef } from '@fleetmend/model';
import type { World } from '@fleetmend/plugin-api';
import { targetOf } from './target.ts';

export { EVENT_READ } from './events.ts';

/** What a controller writes into the status of what it keeps. */
export interface Condition {
  readonly observedGeneration?: number;
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

interface EventView {
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly series?: { readonly count?: number };
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  const { conditions } = (object['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  return conditions?.find((condition) => condition.type === type);
}

/** The newest event about the object that has one of these reasons. */
export function newestEvent(object: KubeObject, world: World, reasons: readonly string[]): { readonly reason: string; readonly message: string; readonly count: number } | undefined {
  const event = world.events(object).find((candidate) => reasons.includes((candidate as EventView & KubeObject).reason ?? '')) as (EventView & KubeObject) | undefined;
  return event && { reason: event.reason ?? '', message: event.message ?? '', count: event.series?.count ?? event.count ?? 1 };
}

/** What a detector saw in an object that owns or governs pods, as against in one container. */
export interface OwnerSight {
  readonly class: Finding['class'];
  readonly subCause?: string | undefined;
  readonly reason: string;
  /** In words that stay the same while the failure does: they are part of its identity. */
  readonly message: string;
  readonly cause?: ObjectRef | undefined;
  readonly container?: string | undefined;
  readonly exitCode?: number | undefined;
  /** The pod that showed it, where one did. */
  readonly pod?: string | undefined;
}

/** One finding about the object's top owner; none while that owner is not in the world yet. */
export function ownerFinding(object: KubeObject, world: World, sight: OwnerSight): readonly Finding[] {
  const target = targetOf(object, world, sight.container);
  if (!target) return [];
  return [{
    class: sight.class,
    ...(sight.subCause === undefined ? {} : { subCause: sight.subCause.slice(0, 64) }),
    target,
    ...(sight.cause === undefined ? {} : { cause: sight.cause }),
    observation: {
      reason: sight.reason.slice(0, 128),
      message: sight.message.slice(0, 1024),
      ...(sight.exitCode === undefined ? {} : { exitCode: sight.exitCode & 0xff }),
      ...(sight.pod === undefined ? {} : { pod: sight.pod }),
    },
  }];
}

/** A change of its spec was accepted after it was made. What has been so from the start is nobody's mistake of today. */
export function wasChanged(object: KubeObject): boolean {
  return (object.metadata.generation ?? 1) > 1;
}

/** The controller has looked at the object as it is now; before, its status is about something else. */
export function isObserved(object: KubeObject): boolean {
  const { observedGeneration } = (object['status'] ?? {}) as { readonly observedGeneration?: number };
  return observedGeneration === undefined || observedGeneration >= (object.metadata.generation ?? 0);
}

export function isLeaving(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

type Labels = Readonly<Record<string, string>>;
export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** As the Kubernetes API matches: an absent selector selects nothing, an empty one everything. */
export function selects(selector: Selector | undefined, labels: Labels = {}): boolean {
  if (!selector) return false;
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) && (selector.matchExpressions ?? []).every((one) => meets(one, labels));
}

export function meets({ key, operator, values = [] }: { readonly key: string; readonly operator: string; readonly values?: readonly string[] }, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
