import type { Notifier } from './notifier.ts';

/** A policy rollout halted: said once per climb, as a consequence. */
export interface RolloutHalt {
  readonly rollout: { readonly namespace: string; readonly name: string; readonly uid: string };
  /** Digest of the bundle that did not make it. */
  readonly bundle: string;
  /** How far it was; absent: no cluster had begun. */
  readonly wave?: string | undefined;
  readonly stage?: string | undefined;
  /** One CamelCase word: `NewDenies`, `HaltedByPerson`. */
  readonly reason: string;
  readonly message: string;
  /** The same halt has the same key, whichever hub tells it: a channel that knows it stays silent. Printable ASCII without blanks. */
  readonly key: string;
}

/**
 * A notifier that tells of policy rollouts too. Those that cannot, or whose readers hear of a halt otherwise, leave it out.
 *
 * @example for (const notifier of notifiers.filter(tellsRollouts)) await notifier.announceHalt(halt)
 */
export interface RolloutTeller {
  /** Says the halt, or does nothing if it was said. */
  announceHalt(halt: RolloutHalt): Promise<void>;
}

export function tellsRollouts(notifier: Notifier): notifier is Notifier & RolloutTeller {
  return 'announceHalt' in notifier;
}
