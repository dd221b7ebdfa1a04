import type { Clock } from '@fleetmend/kernel';
import type { BareRepository } from '@fleetmend/git';

/** A call as the routes see it; a user's name is the token too. */
export interface StandInRequest {
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly username: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Undefined: not this route. */
export type Route = (request: StandInRequest, place: Place) => Promise<Answer | undefined>;

/** One project with what GitLab keeps beside Git. */
export interface Place {
  readonly id: number;
  readonly name: string;
  readonly git: BareRepository;
  readonly clock: Clock;
  readonly owner: string;
  readonly requests: StoredRequest[];
  readonly pipelines: { readonly id: number; readonly sha: string; readonly status: string }[];
}

export interface StoredRequest {
  readonly iid: number;
  readonly author: string;
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly description: string;
  readonly labels: string;
  readonly reviewerIds: readonly number[];
  state: 'opened' | 'closed' | 'merged';
  closedBy: string | undefined;
  merged: { readonly sha: string; readonly head: string; readonly base: string } | undefined;
  readonly notes: { id: number; body: string; system: boolean; created_at: string; author: object }[];
  readonly versions: { head_commit_sha: string; created_at: string }[];
  readonly approvals: Set<string>;
  readonly objections: Set<string>;
  /** The pair that was looked at last: GitLab checks for conflicts only after it was asked. */
  checked: string;
}

/** "Status codes", docs.gitlab.com: `message` says what was wrong. */
export function refused(status: number, message: unknown): Answer {
  return { status, body: { message } };
}

export function notFound(what = ''): Answer {
  return refused(404, `404 ${what}Not Found`);
}

/** Ids are those of the letters, so that equal names are equal users. */
export function userOf(username: string): { readonly id: number; readonly username: string } {
  return { id: [...username].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_003, username };
}

/** "Pagination": `page` and `per_page`, never more than a hundred. */
export function paged<T>(items: readonly T[], query: URLSearchParams): Answer {
  const [page, size] = [Number(query.get('page') ?? 1), Math.min(100, Number(query.get('per_page') ?? 20))];
  return { status: 200, body: items.slice((page - 1) * size, page * size) };
}
