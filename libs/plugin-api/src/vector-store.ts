import type { Precedent } from '@fleetmend/model';

export interface PrecedentQuery {
  readonly tenant: string;
  readonly fingerprint?: string;
  readonly class?: string;
  readonly shape?: Readonly<Record<string, string>>;
  /** Free text that similar cases are ranked by. */
  readonly text?: string;
  readonly limit: number;
}

export interface PrecedentMatch {
  readonly precedent: Precedent;
  /** 0 to 1; 1 for the same fingerprint. */
  readonly score: number;
  readonly by: 'Fingerprint' | 'Structure' | 'Similarity';
}

/** A veto that a human gave, kept until it is forgotten on purpose. */
export interface Veto {
  readonly tenant: string;
  /** (repository, file, field, action) or a fingerprint. */
  readonly key: string;
  readonly request: string;
  readonly at: number;
}

/**
 * Where a precedent comes from and what it says, in one key. A store answers at most three of one source, so that nobody who
 * repeats himself can push what others found out of the answer.
 */
export function sourceOf({ clusters, action, outcome }: Precedent): string {
  return [[...clusters].sort().join(','), action, outcome].join('/');
}
export const MOST_OF_ONE_SOURCE = 3;

/** Memory of finished cases and of vetoes. Writing the same id again is the same entry. */
export interface VectorStore {
  readonly kind: string;
  put(precedent: Precedent): Promise<void>;
  /** At most {@link MOST_OF_ONE_SOURCE} of one source, best first. */
  find(query: PrecedentQuery): Promise<readonly PrecedentMatch[]>;
  /** A tenant's precedents, newest first: for people who ask what is remembered. */
  list(query: { readonly tenant: string; readonly limit: number }): Promise<readonly Precedent[]>;
  putVeto(veto: Veto): Promise<void>;
  findVetoes(tenant: string, keys: readonly string[]): Promise<readonly Veto[]>;
  /** Forgets precedents and vetoes of these keys (ids, fingerprints or veto keys); answers how many. */
  forget(tenant: string, keys: readonly string[]): Promise<number>;
  close(): Promise<void>;
}
