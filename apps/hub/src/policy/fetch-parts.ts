import { PermanentError } from '@fleetmend/kernel';

export const TIMEOUT = 30_000;
export const MAX_BYTES = 32 * 1024 * 1024;

/** @throws PermanentError `BundleUnusable` for more than any bundle has. */
export async function readBody(response: Response, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new PermanentError('BundleUnusable', `${what} has more than ${MAX_BYTES} bytes: no policy needs that`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Fetch refuses an address with a user in it, in words that show the password: the two travel as the header that they stand for. */
export function withoutUser(url: string): { readonly address: string; readonly headers: Readonly<Record<string, string>> } {
  const { href, username, password } = new URL(url);
  if (username === '' && password === '') return { address: href, headers: {} };
  const address = Object.assign(new URL(url), { username: '', password: '' }).href;
  return { address, headers: { authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}` } };
}

/** An address may carry a token as user or query. */
export function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
