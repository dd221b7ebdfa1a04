import type { Precedent } from '@fleetmend/model';
import type { PrecedentMatch, PrecedentQuery } from '@fleetmend/plugin-api';
import { embed, similarity } from './embedder.ts';

export interface StoredPrecedent {
  readonly precedent: Precedent;
  readonly vector: Float32Array;
}

/** Below this a match says nothing. */
const FLOOR = 0.15;
const STRUCTURE_SHARE = 0.6;

/** The text that a precedent is found by. */
export function textOf(precedent: Precedent): string {
  return [precedent.class, precedent.cause, ...Object.values(precedent.shape)].join(' ');
}

/** Exact fingerprint first; then structure (class, shape) and likeness of words, fused into one score below 1. */
export function rank(stored: Iterable<StoredPrecedent>, query: PrecedentQuery): readonly PrecedentMatch[] {
  const wanted = query.text === undefined ? undefined : embed(query.text);
  const matches: PrecedentMatch[] = [];
  for (const entry of stored) {
    const match = matchOf(entry, query, wanted);
    if (match) matches.push(match);
  }
  matches.sort((a, b) => b.score - a.score || b.precedent.at - a.precedent.at || a.precedent.id.localeCompare(b.precedent.id));
  return matches.slice(0, query.limit);
}

function matchOf({ precedent, vector }: StoredPrecedent, query: PrecedentQuery, wanted: Float32Array | undefined): PrecedentMatch | undefined {
  if (query.fingerprint !== undefined && precedent.fingerprint === query.fingerprint) return { precedent, score: 1, by: 'Fingerprint' };
  const structure = STRUCTURE_SHARE * structureOf(precedent, query);
  const words = (1 - STRUCTURE_SHARE) * (wanted ? similarity(vector, wanted) : 0);
  const score = Math.min(0.99, structure + words);
  return score < FLOOR ? undefined : { precedent, score, by: structure >= words ? 'Structure' : 'Similarity' };
}

/** 0 for another class; else from one half up to 1 by the share of shape features that agree. */
function structureOf(precedent: Precedent, { class: wantedClass, shape = {} }: PrecedentQuery): number {
  if (wantedClass === undefined || precedent.class !== wantedClass) return 0;
  const features = Object.entries(shape);
  if (features.length === 0) return 0.5;
  const equal = features.filter(([name, value]) => precedent.shape[name] === value).length;
  return 0.5 + equal / features.length / 2;
}
