import { type Clock, PermanentError, messageOf } from '@fleetmend/kernel';

/** The part of Octokit's RequestError that is read here. */
export interface Refused {
  readonly status: number;
  readonly message: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

/** Undefined: the request got no answer. */
export function readRefusal(error: unknown): Refused | undefined {
  if (!(error instanceof Error) || !('status' in error) || !('response' in error)) return undefined;
  const response = error.response as { readonly url?: string; readonly headers?: Refused['headers'] } | undefined;
  if (response?.headers === undefined) return undefined;
  return { status: Number(error.status), message: oneLine(error.message), url: response.url ?? '', headers: response.headers };
}

/**
 * For how long GitHub wants to hear nothing, in milliseconds; undefined where this is no limit. Source: docs.github.com, REST API,
 * "Rate limits for the REST API": 403 or 429 with `retry-after`, or with `x-ratelimit-remaining: 0` and `x-ratelimit-reset`;
 * without either, at least a minute.
 */
export function restFor({ status, message, headers }: Refused, clock: Clock): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const retryAfter = Number(headers['retry-after']);
  if (retryAfter > 0) return retryAfter * 1000;
  if (String(headers['x-ratelimit-remaining']) === '0') return Math.max(1000, Number(headers['x-ratelimit-reset']) * 1000 - clock.now());
  return status === 429 || /\bsecondary rate\b|rate limit exceeded/i.test(message) ? 60_000 : undefined;
}

/** The call that turns an App's key into a token failed, and not the one that was asked for. */
export function isAboutToken({ url }: Refused): boolean {
  return url.endsWith('/access_tokens');
}

/** What a refusal means: where retrying is useless, with the way out. No header of the request is in it. */
export function explain(what: string, refused: Refused): Error {
  const { status, message, headers } = refused;
  if (isAboutToken(refused) && status < 500) {
    return new PermanentError('ForgeRefused', `GitHub gives the App no token for ${what}: ${message}; check the App's id, its private key and the installation's id in the forge's config`);
  }
  if (status === 401) return new PermanentError('ForgeRefused', `GitHub refused the credentials for ${what}: ${message}; make a new token or App key and put it where the forge's config reads it from`);
  if (status === 403) return new PermanentError('ForgeRefused', `GitHub does not allow ${what}: ${message}; ${missing(refused)}`);
  if (status === 404) return new PermanentError('RepositoryNotFound', `GitHub has nothing for ${what}; check the name in the RepoBinding, and that the App is installed there or the token may see it`);
  if (headers['location']) return new PermanentError('RepositoryMoved', `GitHub says that what ${what} asks for has moved to ${String(headers['location'])}: write the new name into the RepoBinding`);
  if (status === 410 || status === 451) return new PermanentError('ForgeRefused', `GitHub no longer offers ${what}: ${message}`);
  return new Error(`GitHub answered ${status} to ${what}: ${message}`);
}

/**
 * GitHub names what would have been enough: `x-accepted-github-permissions` for Apps and fine-grained tokens, `x-accepted-oauth-scopes`
 * beside `x-oauth-scopes` for classic ones.
 */
function missing({ headers, message }: Refused): string {
  if (/protected|ruleset|rule violations|archived|saml|ip allow list/i.test(message)) return 'it is the repository or its owner that forbids it, not the permissions: see what the answer names';
  const permissions = headers['x-accepted-github-permissions'];
  if (permissions) return `grant the permission ${String(permissions)} to the App or token, and accept it for the installation`;
  const scopes = headers['x-accepted-oauth-scopes'];
  if (scopes) return `the token has the scopes "${String(headers['x-oauth-scopes'] ?? '')}" and needs one of "${String(scopes)}"`;
  return 'grant contents: write, pull requests: write, issues: write, checks: read and commit statuses: read for this repository';
}

/** A request that got no answer. */
export function unanswered(what: string, error: unknown): Error {
  return new Error(`GitHub did not answer ${what}: ${messageOf(error)}`, { cause: error });
}

/** Octokit appends the address of the documentation, and repeats what was wrong as JSON. */
function oneLine(message: string): string {
  return message.replace(/ - https?:\/\/\S+$/, '').replace(/\s+/g, ' ').trim().slice(0, 300);
}
