import type { Clock } from '@fleetmend/kernel';
import type { BareRepository } from '@fleetmend/git';

/** A call as the routes see it; a user's login is the token too. */
export interface StandInRequest {
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly login: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** Length of the list that the body is a page of. */
  readonly total?: number;
}

/** Undefined: not this route. */
export type Route = (request: StandInRequest, place: Place) => Promise<Answer | undefined>;

/** One repository with what Gitea keeps beside Git. */
export interface Place {
  readonly name: string;
  readonly git: BareRepository;
  readonly clock: Clock;
  readonly owner: string;
  /** When a branch that was made shows up in the API. */
  readonly visibleFrom: Map<string, number>;
  readonly pulls: StoredPull[];
}

export interface StoredPull {
  readonly number: number;
  readonly author: string;
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  state: 'open' | 'closed';
  merged: { readonly sha: string; readonly head: string; readonly base: string } | undefined;
  readonly events: { type: string; login: string; body: string }[];
  readonly reviews: { id: number; login: string; state: string; head: string }[];
  /** The pair that was looked at last: Gitea checks for conflicts only after it was asked. */
  checked: string;
}

/** How long a branch or a conflict check takes to show, on the clock that is handed in. */
export const LAG_MS = 300;

const PAGE_LIMIT = 3;

export function refused(status: number, message: string): Answer {
  return { status, body: { message, url: 'http://gitea.test/api/swagger' } };
}

export function notFound(): Answer {
  return { status: 404, body: { errors: null, message: 'not found' } };
}

/** SetTotalCountHeader; a page is never longer than the server's own limit (MAX_RESPONSE_ITEMS, here small). */
export function paged<T>(items: readonly T[], query: URLSearchParams): Answer {
  const [page, limit] = [Number(query.get('page') ?? 1), Math.min(PAGE_LIMIT, Number(query.get('limit') ?? 30))];
  return { status: 200, body: items.slice((page - 1) * limit, page * limit), total: items.length };
}
