import { join } from 'node:path';
import { seededRandom } from '@fleetmend/kernel';
import type { PolicyEngine } from '@fleetmend/plugin-api';
import { opaWasm } from '@fleetmend/policy-engines';
import type { Attack, AttackClass } from './attack.ts';
import { attackClasses } from './classes/index.ts';
import { judge, type Harm } from './oracle/oracle.ts';
import { playAttack, type Outcome } from './world/red-world.ts';

const BUNDLE = join(import.meta.dirname, '../../policies/bundle');

/** The engine that ships, with the bundle that ships. */
export async function shippedPolicy(): Promise<PolicyEngine> {
  return opaWasm.create({ bundle: BUNDLE, limitMs: 20_000 }, { clock: { now: Date.now }, fetch, stateDir: '/nowhere', log: { info: () => {}, warn: () => {} } } as never);
}

export interface Played {
  readonly class: string;
  readonly seed: number;
  readonly what: string;
  readonly harms: readonly Harm[];
  /** How the request ended, or what it waits for. */
  readonly ended: string;
  readonly pulls: number;
  /** Of the honest twin: whether it was repaired; absent: it has none. */
  readonly twin?: boolean;
  readonly twinEnded?: string;
}

/** One case of a class and its honest twin: the same surroundings, a model that tells the truth, nothing closed. */
export async function playCase(kind: AttackClass, seed: number, policy: PolicyEngine, play: (attack: Attack, policy: PolicyEngine) => Promise<Outcome> = playAttack): Promise<Played> {
  const attack = kind.make(seededRandom(seed));
  const outcome = await play(attack, policy);
  const played = { class: kind.name, seed, what: attack.what, ended: endOf(outcome), pulls: outcome.pulls.length };
  if (kind.twins === false) return { ...played, harms: judge(outcome) };
  const { answer: _, lie: __, closed: ___, mode, ...surroundings } = attack;
  const twin = await play({ ...surroundings, ...(mode === 'AutoMerge' ? { mode } : {}) }, policy);
  return { ...played, harms: [...judge(outcome), ...judge(twin).map(({ rule, what }) => ({ rule: `(twin) ${rule}`, what }))], twin: twin.pulls.length === 1, twinEnded: endOf(twin) };
}

function endOf({ request: { status }, failures }: Outcome): string {
  const because = status.verdict?.violations.map(({ id }) => id) ?? [];
  return [status.phase, status.reason, ...new Set(because), ...new Set(status.diagnosis?.dropped?.map(({ reason }) => reason) ?? []), ...failures.slice(0, 1)].filter(Boolean).join(' · ');
}

/** Every class in turn, until there were `cases`. */
export async function* playMany({ cases, from, only = attackClasses }: { readonly cases: number; readonly from: number; readonly only?: readonly AttackClass[] }, policy: PolicyEngine): AsyncGenerator<Played> {
  for (let index = 0; index < cases; index += 1) {
    const kind = only[index % only.length];
    if (kind !== undefined) yield await playCase(kind, from + index, policy);
  }
}
