import { groupOf, renderRef, type Finding } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';

/** A finding as it is seen now, over all pods that show it. */
export interface Sighting {
  readonly fingerprint: string;
  readonly detector: Detector;
  /** The one with the most restarts, which says most. */
  readonly finding: Finding;
  /** Most restarts of a single container. */
  readonly restarts: number;
  /** Absolute number of times that it happened, over all of them. */
  readonly count: number;
}

/** Adds one object's finding to what others show. */
export function mergeSighting(known: Sighting | undefined, { fingerprint, detector, finding }: Pick<Sighting, 'fingerprint' | 'detector' | 'finding'>): Sighting {
  const restarts = finding.observation.restarts ?? 0;
  const count = (known?.count ?? 0) + Math.max(1, restarts);
  if (known && known.restarts >= restarts) return { ...known, count };
  return { fingerprint, detector, finding, restarts, count };
}

/** The owners that a finding is about: whom it belongs to, and whom it points at. A failure of either may be what it echoes. */
export function ownersOf({ target, cause }: Finding): readonly string[] {
  const names = [target, ...(cause ? [cause] : [])].map((ref) => `${groupOf(ref.apiVersion)}/${renderRef(ref)}`);
  return [...new Set(names)];
}

/** Whom a finding speaks about. */
export function ownerOf({ target }: Finding): string {
  return `${groupOf(target.apiVersion)}/${renderRef(target)}`;
}

/**
 * Of findings that share an owner, what is only an echo of another: a detector that it names says more, a pod of the owner says more, or
 * the same class knows the sub-cause. Findings about two containers of one owner have nothing to do with each other.
 */
export function isEcho(finding: Finding, detector: Detector, other: { readonly finding: Finding; readonly detector: string }): boolean {
  const { container } = finding.target;
  if (container !== undefined && container !== other.finding.target.container) return false;
  if (detector.explainedBy.includes(other.detector)) return true;
  if (detector.explainedByPods === true && other.detector !== detector.kind && other.finding.observation.pod !== undefined) return true;
  return ownerOf(finding) === ownerOf(other.finding) && container === other.finding.target.container && other.finding.class === finding.class && finding.subCause === undefined && other.finding.subCause !== undefined;
}
