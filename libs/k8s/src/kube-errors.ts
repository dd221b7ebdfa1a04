import { PermanentError } from '@fleetmend/kernel';
import { attributesOf } from './resource-type.ts';

/** What the API server said no with: its HTTP code, the CamelCase reason of its Status, and its message. */
export class KubeStatusError extends Error {
  override readonly name = 'KubeStatusError';
  readonly code: number;
  readonly reason: string;
  /** Milliseconds that the server asked to wait, from `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(status: { readonly code: number; readonly reason: string; readonly message: string; readonly retryAfter?: number | undefined }) {
    super(status.message);
    this.code = status.code;
    this.reason = status.reason;
    this.retryAfter = status.retryAfter;
  }
}

/** Nothing answered at that address, or the connection broke. Transient. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** A client made for reading was asked to write. Nothing has left the process. */
export class ReadOnlyError extends PermanentError {
  constructor(method: string, path: string) {
    super('ReadOnly', `this Kubernetes client may only read; it refused ${method} ${path}. Use a writer with an allow-list for what has to be written`);
  }
}

const codeIs = (code: number) => (error: unknown): error is KubeStatusError => error instanceof Error && error.name === 'KubeStatusError' && 'code' in error && error.code === code;

export const isNotFound = codeIs(404);
/** Somebody else wrote first, or the name is taken: tell the two apart by `reason` (`Conflict`, `AlreadyExists`). */
export const isConflict = codeIs(409);
/** The resourceVersion is too old for the server: list again. */
export const isGone = codeIs(410);
/** The object does not fit its schema or rules. */
export const isInvalid = codeIs(422);

/** The error for a response that is not 2xx. Reads the body. */
export async function errorOf(response: Response, request: { readonly server: string; readonly method: string; readonly path: string; readonly watch: boolean }): Promise<Error> {
  const body = await response.text().catch(() => '');
  const status = statusOf(body);
  const message = status?.message || body.slice(0, 256) || response.statusText || 'no message';
  const what = `${request.method} ${request.path}`;
  if (response.status === 401) {
    return new PermanentError('Unauthorized', `the API server at ${request.server} does not accept our credentials for ${what}: ${message}; renew the token or certificate of this kubeconfig user or ServiceAccount`);
  }
  if (response.status === 403) {
    const { verb, group, resource, namespace } = attributesOf(request.method, request.path, request.watch);
    const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
    return new PermanentError('Forbidden', `the API server at ${request.server} forbids ${what}: ${message}; grant verb "${verb}" on resource "${resource}" of API group "${group}" ${where} to this identity`);
  }
  return new KubeStatusError({
    code: response.status,
    reason: status?.reason || response.statusText || 'Unknown',
    message: `${what} at ${request.server} answered ${response.status}: ${message}`,
    retryAfter: retryAfterOf(response.headers.get('retry-after')),
  });
}

function statusOf(body: string): { readonly message?: string; readonly reason?: string } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status' ? (value as { message?: string; reason?: string }) : undefined;
  } catch {
    return undefined;
  }
}

function retryAfterOf(header: string | null): number | undefined {
  const seconds = Number(header);
  return header !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** Node's codes for a certificate that does not hold. Transient, because certificates are renewed while we run. */
const CERTIFICATE_CODES = new Set(['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID']);

/** The error for a request that got no answer. Node hides the useful text in the chain of causes. */
export function unreachable(server: string, cause: unknown): UnreachableError {
  const texts: string[] = [];
  let nextStep = 'check the address and that the server runs';
  for (let error: unknown = cause; error instanceof Error && texts.length < 4; error = error.cause) {
    if ('code' in error && CERTIFICATE_CODES.has(String(error.code))) nextStep = 'check certificate-authority and tls-server-name of this cluster in the kubeconfig';
    const text = error.message || ('code' in error ? String(error.code) : error.name);
    if (text !== 'fetch failed' && !texts.includes(text)) texts.push(text);
  }
  return new UnreachableError(`cannot reach the Kubernetes API at ${server}: ${texts.join(': ') || String(cause)}; ${nextStep}`, { cause });
}
