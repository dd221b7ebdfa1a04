import type { BundleInfo, RemediationRequest } from '@fleetmend/model';
import type { Assignment, Bundles, Comparison, Judged } from '@fleetmend/ports';
import type { DecisionLog } from './decision-log.ts';

/** Answers which bundle judges where, and hands what was decided to the log. */
export interface BundleDesk extends Bundles {
  /** From now on these; a cluster that is not named gets the engine's active bundle. */
  publish(assignments: ReadonlyMap<string, Assignment>): void;
  /** The digest of the latest verdict about a cluster, since the hub started. */
  lastJudged(cluster: string): string | undefined;
  /** A repair that left Verifying: whether a rollout's bundle let something through that did not hold. */
  moved(request: RemediationRequest, move: { readonly from: string; readonly to: string }): void;
}

export interface BundleDeskDeps {
  readonly log: DecisionLog;
  readonly active: () => BundleInfo;
  /** Told of each decision that the other bundle would have made differently. */
  readonly differs: (comparison: Comparison) => void;
}

const NOT_HELD: readonly string[] = ['Failed', 'Reverting', 'Detected'];

export function createBundleDesk({ log, active, differs }: BundleDeskDeps): BundleDesk {
  let assignments: ReadonlyMap<string, Assignment> = new Map();
  const latest = new Map<string, string>();
  const assigned = (cluster: string): Assignment => assignments.get(cluster) ?? { decides: active() };
  return {
    assigned,
    publish: (next) => void (assignments = next),
    lastJudged: (cluster) => latest.get(cluster),
    judged(judged: Judged) {
      latest.set(judged.cluster, judged.bundle.digest);
      log.judged(judged);
    },
    compared(comparison) {
      log.compared(comparison);
      if (comparison.evalError || comparison.newAllow || comparison.newDeny) differs(comparison);
    },
    moved({ metadata, spec, status }, { from, to }) {
      const held = to === 'Succeeded';
      if (from !== 'Verifying' || (!held && !NOT_HELD.includes(to))) return;
      // A move to Detected has counted the next attempt already.
      const attempt = to === 'Detected' ? status.attempt - 1 : status.attempt;
      for (const cluster of spec.clusters) {
        const { trial } = assigned(cluster);
        if (trial?.mode === 'Enforce' && trial.candidate.digest === log.bundleOf(metadata.uid, cluster)) log.verified({ rollout: trial.rollout, climb: trial.climb, cluster, request: metadata.uid, attempt, held });
      }
    },
  };
}
