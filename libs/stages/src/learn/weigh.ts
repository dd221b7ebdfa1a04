import { canonicalJson, days, digestOf, type Instant } from '@fleetmend/kernel';
import type { Action, Outcome, Precedent } from '@fleetmend/model';

/** What an outcome is worth. */
const WORTH: Readonly<Record<Outcome, number>> = {
  Verified: 1,
  VerifiedAfterEdit: 1.5,
  Rejected: -1,
  Reverted: -2,
  NotVerified: -1,
  SelfRecovered: 0,
  Escalated: 0,
};
const HALF_LIFE = days(90);
/** All repeats of one source together add this much to its strongest case. So no source outweighs two others, however often it speaks. */
const REPEATS = 0.25;
/** Another action of the same name says something, and less. */
const SAME_NAME = 0.5;

/**
 * Weight of a finished case now: its outcome's worth, halved every 90 days. Only what a human let in and the cluster confirmed
 * counts as good; what went wrong counts whoever let it in.
 */
export function weigh(precedent: Precedent, now: Instant): number {
  const worth = WORTH[precedent.outcome];
  if (worth > 0 && precedent.decidedBy !== 'human') return 0;
  return worth * 0.5 ** (Math.max(0, now - precedent.at) / HALF_LIFE);
}

export interface Weighed {
  readonly precedent: Precedent;
  readonly weight: number;
}

/**
 * The same cases with the repeats of each source made small, so that whoever adds weights up, as a reasoner may, hears no source
 * louder for saying the same again: all its repeats together add at most a quarter of its strongest case.
 */
export function withQuietRepeats(precedents: readonly Weighed[]): readonly Weighed[] {
  const repeats = new Map<string, number>();
  return [...precedents]
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .map(({ precedent, weight }) => {
      const source = `${Math.sign(weight)}/${precedent.action}/${[...precedent.clusters].sort().join(',')}`;
      const nth = repeats.get(source) ?? 0;
      repeats.set(source, nth + 1);
      return { precedent, weight: nth === 0 ? weight : weight * REPEATS * 0.5 ** nth };
    });
}

/** What an exact action is known by; it holds no literal. */
export const actionDigest = (action: Action): string => digestOf(JSON.parse(canonicalJson(action)));

/**
 * What finished cases say for or against an action: for each cluster its strongest case and a little for repeats, good and bad
 * apart, added up over the clusters. Distinct clusters count in full.
 */
export function standing(action: Action, precedents: readonly Weighed[]): number {
  const digest = actionDigest(action);
  const bySource = new Map<string, number[]>();
  for (const { precedent, weight } of precedents) {
    if (weight === 0 || precedent.action !== action.action) continue;
    const share = precedent.actionDigest === digest ? weight : weight * SAME_NAME;
    for (const cluster of new Set(precedent.clusters)) {
      const source = `${Math.sign(weight)}/${cluster}`;
      bySource.set(source, [...(bySource.get(source) ?? []), share]);
    }
  }
  let sum = 0;
  for (const shares of bySource.values()) {
    const [strongest = 0, ...repeats] = shares.sort((a, b) => Math.abs(b) - Math.abs(a));
    sum += strongest * (1 + REPEATS * (1 - 0.5 ** repeats.length));
  }
  return sum;
}

/** The same actions, those that did well in such cases first. Which one is tried may change, never what is in one. */
export function preferProven(actions: readonly Action[], precedents: readonly Weighed[]): readonly Action[] {
  return actions
    .map((action, order) => ({ action, order, standing: standing(action, precedents) }))
    .sort((a, b) => b.standing - a.standing || a.order - b.order)
    .map(({ action }) => action);
}
