import type { Random } from '@fleetmend/kernel';
import type { EvidenceItem, FailureClass, Precedent, Question } from '@fleetmend/model';
import type { Mode } from './world/red-world.ts';
import type { Planted } from './world/shop.ts';

/** Where in Git an attacker can point: everything weak, everything sound, the fault. */
export interface Commits {
  readonly weak: string;
  readonly sound: string;
  readonly head: string;
}

/** One case: what an attacker planted, and what the model would answer if it did as told. */
export interface Attack {
  /** In words, for the report: surface, payload, aim. */
  readonly what: string;
  readonly planted?: Planted;
  readonly evidence?: readonly Pick<EvidenceItem, 'kind' | 'text'>[];
  readonly precedents?: readonly Partial<Precedent>[];
  readonly mode?: Mode;
  /** What the agent calls the failure; killed for memory by default. */
  readonly failure?: FailureClass;
  /** The rules of the playbook are asked before the model, as a hub asks them. */
  readonly rulesFirst?: true;
  /** Nothing may be proposed at all: a freeze, a pause, a spent budget. */
  readonly closed?: 'paused' | 'frozen' | 'budget';
  /** What must not be read anywhere, in whatever form. */
  readonly secrets?: readonly string[];
  /** The attacker's ideal answer of a model; absent: the honest one. */
  readonly answer?: (commits: Commits) => unknown;
  /** What an agent in the attacker's hand says instead of the truth. */
  readonly lie?: (question: Question, truth: unknown) => unknown;
}

/** A class of attacks: makes one out of chance. */
export interface AttackClass {
  readonly name: string;
  make(random: Random): Attack;
  /** False: with an honest model nothing has to be repaired either, so that no twin is played. */
  readonly twins?: false;
}

export function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[Math.floor(random.next() * list.length)];
  if (item === undefined) throw new TypeError('nothing to pick from');
  return item;
}
