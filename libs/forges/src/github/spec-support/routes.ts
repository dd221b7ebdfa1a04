import type { Clock } from '@fleetmend/kernel';
import type { BareRepository, Git } from '@fleetmend/git';

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
  readonly headers?: Readonly<Record<string, string>>;
}

/** Undefined: not this route. */
export type Route = (request: StandInRequest, place: Place) => Promise<Answer | undefined>;

/** One repository with what GitHub keeps beside Git. */
export interface Place {
  readonly name: string;
  readonly git: BareRepository;
  readonly program: Git;
  readonly clock: Clock;
  readonly owner: string;
  /** Logins that may only read, though they belong to it. */
  readonly readers: Set<string>;
  readonly pulls: StoredPull[];
  /** By commit: what Apps and others said about it. */
  readonly checkRuns: Map<string, { readonly status: string; readonly conclusion: string | null }[]>;
  readonly statuses: Map<string, string[]>;
}

export interface StoredPull {
  readonly number: number;
  readonly author: string;
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  state: 'open' | 'closed';
  closedBy: string | undefined;
  merged: { readonly sha: string; readonly head: string; readonly base: string } | undefined;
  readonly comments: string[];
  readonly labels: string[];
  readonly reviewers: string[];
  readonly reviews: { id: number; login: string; state: string; head: string; association: string }[];
  /** The pair that was looked at last: GitHub computes `mergeable` only after it was asked. */
  checked: string;
}

/** "Validation Failed" and its like: docs.github.com, "Troubleshooting the REST API". */
export function refused(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
}

export function notFound(): Answer {
  return refused(404, 'Not Found');
}

export function userOf(login: string): object {
  return { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
}

/** "Using pagination in the REST API": `page` and `per_page`, never more than a hundred. */
export function paged<T>(items: readonly T[], query: URLSearchParams): Answer {
  const [page, size] = [Number(query.get('page') ?? 1), Math.min(100, Number(query.get('per_page') ?? 30))];
  return { status: 200, body: items.slice((page - 1) * size, page * size) };
}
