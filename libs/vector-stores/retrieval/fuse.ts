import type { Precedent } from '@fleetmend/model';
import { MOST_OF_ONE_SOURCE, sourceOf, type PrecedentMatch, type PrecedentQuery } from '@fleetmend/plugin-api';
import { scoreWords } from './words.ts';

export interface Found {
  readonly precedent: Precedent;
  /** Likeness to the question's vector, 0 to 1; 0 where there is none. */
  readonly likeness: number;
}

/** Reciprocal rank fusion; source of the constant: Cormack, Clarke, Büttcher, SIGIR 2009. */
const RANK_OFFSET = 60;
const SHARES = { structure: 0.6, words: 0.2, likeness: 0.2 } as const;
/** Below this, hashed pieces of words are alike by chance. */
const LEAST_LIKENESS = 0.15;
/** Only the same fingerprint reaches 1. */
const BEST_OTHER = 0.99;

/** The text that a precedent is found by. */
export function textOf(precedent: Precedent): string {
  return [precedent.class, precedent.cause, ...Object.values(precedent.shape)].join(' ');
}

/**
 * Exact fingerprint first; then structure (class, shape), words and likeness, each as a ranking of its own, fused by rank:
 * their scores are of different kinds and cannot be added.
 */
export function fuse(found: readonly Found[], query: PrecedentQuery): readonly PrecedentMatch[] {
  const structure = found.map(({ precedent }) => structureOf(precedent, query));
  const words = query.text === undefined ? found.map(() => 0) : scoreWords(found.map(({ precedent }) => textOf(precedent)), query.text);
  const rankings = [
    [SHARES.structure, ranksOf(structure)],
    [SHARES.words, ranksOf(words)],
    [SHARES.likeness, ranksOf(found.map(({ likeness }) => (likeness < LEAST_LIKENESS ? 0 : likeness)))],
  ] as const;
  const matches = found.flatMap(({ precedent }, index): readonly PrecedentMatch[] => {
    if (query.fingerprint !== undefined && precedent.fingerprint === query.fingerprint) return [{ precedent, score: 1, by: 'Fingerprint' }];
    const score = rankings.reduce((sum, [share, ranks]) => sum + part(share, ranks[index]), 0);
    return score === 0 ? [] : [{ precedent, score: Math.min(BEST_OTHER, score), by: (structure[index] ?? 0) > 0 ? 'Structure' : 'Similarity' }];
  });
  matches.sort((a, b) => b.score - a.score || b.precedent.at - a.precedent.at || a.precedent.id.localeCompare(b.precedent.id));
  return fewOfEachSource(matches).slice(0, query.limit);
}

function part(share: number, rank: number | undefined): number {
  return rank === undefined ? 0 : (share * (RANK_OFFSET + 1)) / (RANK_OFFSET + rank);
}

/** 1 for the best, equal ranks for equal scores, undefined for a score of 0. */
function ranksOf(scores: readonly number[]): readonly (number | undefined)[] {
  const levels = [...new Set(scores.filter((score) => score > 0))].sort((a, b) => b - a);
  const ranks = new Map(levels.map((score, index) => [score, index + 1]));
  return scores.map((score) => ranks.get(score));
}

function fewOfEachSource(matches: readonly PrecedentMatch[]): readonly PrecedentMatch[] {
  const seen = new Map<string, number>();
  return matches.filter(({ precedent }) => {
    const source = sourceOf(precedent);
    const count = (seen.get(source) ?? 0) + 1;
    seen.set(source, count);
    return count <= MOST_OF_ONE_SOURCE;
  });
}

/** 0 for another class; else from one half up to 1 by the share of shape features that agree. */
function structureOf(precedent: Precedent, { class: wantedClass, shape = {} }: PrecedentQuery): number {
  if (wantedClass === undefined || precedent.class !== wantedClass) return 0;
  const features = Object.entries(shape);
  if (features.length === 0) return 0.5;
  const equal = features.filter(([name, value]) => precedent.shape[name] === value).length;
  return 0.5 + equal / features.length / 2;
}
