import { messageOf } from '@fleetmend/kernel';
import { StatusError } from '../../objects.ts';
import type { Json } from '../json.ts';
import { statusBody } from '../refusals.ts';

export function json(body: unknown, { status = 200, warnings = [], contentType = 'application/json' }: { readonly status?: number; readonly warnings?: readonly string[]; readonly contentType?: string } = {}): Response {
  const headers = new Headers({ 'content-type': contentType, 'cache-control': 'no-cache, private' });
  for (const text of warnings) headers.append('warning', `299 - ${JSON.stringify(text)}`);
  return new Response(`${JSON.stringify(body)}\n`, { status, headers });
}

export function plain(text: string, status = 200): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache, private' } });
}

/** The answer to whatever was thrown; what is not a refusal is our own mistake and says so. */
export function refusal(error: unknown, warnings: readonly string[] = []): Response {
  if (error instanceof StatusError) return json(statusBody(error), { status: error.code, warnings });
  return json(statusBody(new StatusError(500, 'InternalError', `Internal error occurred: ${messageOf(error)}`)), { status: 500, warnings });
}

export function success(details: Json): Json {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
