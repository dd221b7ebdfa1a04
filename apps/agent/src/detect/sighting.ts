import { renderRef, type Finding } from '@fleetmend/model';
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

/** What a finding shares with those that it may be an echo of: the owner and the container. */
export function placeOf({ target }: Finding): string {
  return `${target.apiVersion}/${renderRef(target)}/${target.container ?? ''}`;
}

/** Among findings of one place, what is only an echo of another: a detector that it names says more, or the same class knows the sub-cause. */
export function isEcho(finding: Finding, detector: Detector, other: { readonly finding: Finding; readonly detector: string }): boolean {
  if (detector.explainedBy.includes(other.detector)) return true;
  return other.finding.class === finding.class && finding.subCause === undefined && other.finding.subCause !== undefined;
}
