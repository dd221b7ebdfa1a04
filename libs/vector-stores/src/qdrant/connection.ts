import { messageOf, PermanentError } from '@fleetmend/kernel';
import { QdrantClient } from '@qdrant/js-client-rest';

/** Grouped queries came with this version (Qdrant 1.11 release notes, "Group by for queries"). */
const OLDEST = { major: 1, minor: 11 } as const;

export interface QdrantPlace {
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** Milliseconds for one call. */
  readonly timeout: number;
}

/** The client for one server. The key goes as the header that it is, because the client's own option writes to the console. */
export function connect({ url, apiKey, timeout }: QdrantPlace): QdrantClient {
  const { pathname, port, protocol, origin } = new URL(url);
  const prefix = pathname.replace(/\/+$/, '');
  return new QdrantClient({
    url: origin,
    port: port === '' ? (protocol === 'https:' ? 443 : 6333) : Number(port),
    timeout,
    checkCompatibility: false,
    ...(prefix === '' ? {} : { prefix }),
    ...(apiKey === undefined ? {} : { headers: { 'api-key': apiKey } }),
  });
}

/**
 * Fails unless the server is there, new enough, and lets us in.
 * The root page needs no key, so a listing of collections follows. Source: Qdrant's security guide, "Authentication".
 */
export async function checkServer(client: QdrantClient, { url }: Pick<QdrantPlace, 'url'>): Promise<readonly string[]> {
  const { version } = await attempt(url, () => client.versionInfo());
  const [major = 0, minor = 0] = (/^v?(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
    throw new PermanentError('StoreTooOld', `Qdrant at ${url} is version ${version}, at least ${OLDEST.major}.${OLDEST.minor} is needed: upgrade the server`);
  }
  const { collections } = await attempt(url, () => client.getCollections());
  return collections.map(({ name }) => name);
}

/** At start, what does not work is told at once, with the fix. */
async function attempt<T>(url: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const status = statusOf(error);
    if (status === 401 || status === 403) throw new PermanentError('StoreRefused', `Qdrant at ${url} refused the key (${status}): check the secret that vectorStore.apiKey points at, and that it may write`, { cause: error });
    if (status !== undefined) throw new PermanentError('StoreUnreachable', `${url} answered ${status}, not as Qdrant does: check vectorStore.url`, { cause: error });
    throw new PermanentError('StoreUnreachable', `Qdrant at ${url} does not answer (${innermost(error)}): check vectorStore.url and the network policy between it and the hub`, { cause: error });
  }
}

/** Later the same trouble is worth a retry, unless the key was taken away. The message holds no part of the answer. */
export async function call<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const status = statusOf(error);
    if (status === 401 || status === 403) throw new PermanentError('StoreRefused', `Qdrant refused the key (${status}) when asked to ${what}: check the secret that vectorStore.apiKey points at`, { cause: error });
    throw new Error(`Qdrant could not ${what}: ${status === undefined ? innermost(error) : `it answered ${status}`}`, { cause: error });
  }
}

export function statusOf(error: unknown): number | undefined {
  const status = error !== null && typeof error === 'object' && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? status : undefined;
}

function innermost(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : messageOf(error);
}
