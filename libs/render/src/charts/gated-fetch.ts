import { messageOf, PermanentError } from '@fleetmend/kernel';
import { shownAddress, type Gate } from './chart-repositories.ts';

export interface FetchLimits {
  readonly fetch: typeof globalThis.fetch;
  /** For one request, its body included. */
  readonly timeoutMs: number;
  /** Of one answer. */
  readonly maxBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

const MOST_REDIRECTS = 3;

/**
 * One GET inside a gate: every address, redirects included, lies on a host that the config allows, and what is secret goes to the host of
 * the repository alone.
 *
 * @throws PermanentError `ChartUnavailable` for another host or too much; whatever else it throws is transient.
 */
export async function fetchInside(gate: Gate, url: URL, { limits, headers = {} }: { readonly limits: FetchLimits; readonly headers?: Readonly<Record<string, string>> }): Promise<Answer> {
  const ending = AbortSignal.timeout(limits.timeoutMs);
  let at = url;
  for (let turn = 0; turn <= MOST_REDIRECTS; turn += 1) {
    demandAllowed(gate, at);
    const { authorization, ...plain } = headers;
    const sent = at.host === url.host && authorization !== undefined ? headers : plain;
    const response = await ask(at, { limits, headers: sent, signal: ending });
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return { status: response.status, headers: response.headers, bytes: await bodyOf(response, at, limits) };
    await response.body?.cancel();
    if (!URL.canParse(location, at.href)) throw new PermanentError('ChartUnavailable', `${shownAddress(at.href)} redirects to something that is no address`);
    at = new URL(location, at.href);
  }
  throw new PermanentError('ChartUnavailable', `${shownAddress(url.href)} redirects more than ${MOST_REDIRECTS} times`);
}

/** @throws PermanentError `ChartUnavailable`. */
export function demandAllowed({ base, hosts }: Gate, { protocol, host, username, password }: URL): void {
  const isSafe = protocol === 'https:' || (protocol === 'http:' && base.protocol === 'http:');
  if (isSafe && hosts.has(host) && username === '' && password === '') return;
  throw new PermanentError('ChartUnavailable', `${shownAddress(base.href)} leads to ${protocol}//${host}, which hub.charts.repositories does not allow for it: add ${host} to its hosts, if that is right`);
}

async function ask(url: URL, { limits, headers, signal }: { readonly limits: FetchLimits; readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal }): Promise<Response> {
  try {
    return await limits.fetch(url.href, { headers, redirect: 'manual', signal });
  } catch (error) {
    throw new Error(`no answer from ${shownAddress(url.href)}: ${messageOf(error)}`, { cause: error });
  }
}

async function bodyOf({ body }: Response, url: URL, { maxBytes }: FetchLimits): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > maxBytes) throw new PermanentError('ChartUnavailable', `${shownAddress(url.href)} answers with more than ${maxBytes} bytes, which is taken for no chart`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @throws PermanentError `ChartUnavailable` for what asking again does not change; Error for what may pass. */
export function demandFound({ status }: Answer, url: URL): void {
  if (status === 200) return;
  const said = `${shownAddress(url.href)} answered ${status}`;
  if (status === 429 || status >= 500) throw new Error(said);
  const step = status === 401 || status === 403 ? 'give its entry in hub.charts.repositories an authorization that may read it' : 'check that it still holds this version';
  throw new PermanentError('ChartUnavailable', `${said}: ${step}`);
}
