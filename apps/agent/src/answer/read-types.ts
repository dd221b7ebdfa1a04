import { groupOf, type ObjectRef } from '@fleetmend/model';
import type { ResourceType } from '@fleetmend/k8s';
import type { Detector } from '@fleetmend/plugin-api';
import { ANSWER_READS, isNamespaced } from '../rights.ts';

/** How a kind that the agent may read is addressed, in the version that was asked for; undefined for every other kind. */
export function readableType(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>, detectors: readonly Detector[]): ResourceType | undefined {
  const known = [...ANSWER_READS, ...detectors.flatMap((detector) => detector.reads)].find((entry) => groupOf(entry.apiVersion) === groupOf(ref.apiVersion) && entry.kind === ref.kind);
  return known && { apiVersion: ref.apiVersion, kind: ref.kind, resource: known.resource, namespaced: isNamespaced(ref.kind) };
}

/** A kind of {@link ANSWER_READS} that the agent itself asks for. */
export function answerType(kind: string): ResourceType {
  const known = ANSWER_READS.find((entry) => entry.kind === kind);
  if (!known) throw new Error(`${kind} is not among the kinds that the agent reads for answers`);
  return { ...known, namespaced: isNamespaced(kind) };
}
