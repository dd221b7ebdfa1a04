import type { BundleInfo } from '@fleetmend/model';
import type { PolicyEngine } from './policy-engine.ts';

/**
 * A policy engine that holds further bundles beside the active one, so that one cluster can be judged by another bundle than
 * its neighbour. `evaluate` then judges with the bundle that `policy.bundle.digest` of its input names, and denies with
 * `E01` where it holds none of that digest.
 *
 * @example if (holdsManyBundles(engine)) await engine.hold({ path: '/var/lib/fleetmend/bundles/3f2c', digest })
 */
export interface ManyBundles {
  /**
   * Reads a bundle from a file or folder and keeps it ready; one that is held already is answered at once.
   * @throws PermanentError `BundleUnusable` when it is not whole, or has another digest.
   */
  hold(source: { readonly path: string; readonly digest: string }): Promise<BundleInfo>;
  /** What is ready to judge, the active one included. */
  held(): readonly BundleInfo[];
  /** Lets go of a bundle; the active one stays. Questions that were asked are answered first. */
  drop(digest: string): Promise<void>;
}

export function holdsManyBundles(engine: PolicyEngine): engine is PolicyEngine & ManyBundles {
  return 'hold' in engine && 'held' in engine && 'drop' in engine;
}
