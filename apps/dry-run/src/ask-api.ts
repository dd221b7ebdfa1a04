import { messageOf } from '@fleetmend/kernel';
import { UnreachableError, type KubeConnection } from '@fleetmend/k8s';

export interface ApiQuestion {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly body: unknown;
  readonly manager: string;
  /** False only where the process proves that it cannot write. */
  readonly dryRun: boolean;
}

/** What the API server said, in its own words. */
export type ApiAnswer = { readonly taken: true } | { readonly taken: false; readonly code: number; readonly message: string };

export type AskApi = (question: ApiQuestion) => Promise<ApiAnswer>;

/** An admission webhook may take 30 seconds, and there may be several. */
const TIMEOUT = 45_000;

/** @throws UnreachableError when nothing answers. */
export function createAskApi({ server, fetch, headers }: Pick<KubeConnection, 'server' | 'fetch' | 'headers'>): AskApi {
  return async ({ method, path, body, manager, dryRun }) => {
    const query = new URLSearchParams({ ...(dryRun ? { dryRun: 'All' } : {}), fieldManager: manager, ...(method === 'PATCH' ? { force: 'true' } : {}) });
    const contentType = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
    const init: RequestInit = { method, headers: { accept: 'application/json', 'content-type': contentType, 'user-agent': 'fleetmend-dry-run', ...(await headers()) }, signal: AbortSignal.timeout(TIMEOUT) };
    init.body = JSON.stringify(body);
    const response = await fetch(`${server}${path}?${query.toString()}`, init).catch((cause: unknown) => {
      throw new UnreachableError(`cannot reach the Kubernetes API at ${server}: ${messageOf(cause)}`, { cause });
    });
    const text = await response.text();
    return response.ok ? { taken: true } : { taken: false, code: response.status, message: statusMessage(text) ?? `${response.status} ${text.slice(0, 200)}` };
  };
}

function statusMessage(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' && message !== '' ? message : undefined;
  } catch {
    return undefined;
  }
}
