import { parse as parseYaml } from 'yaml';
import { messageOf } from '@fleetmend/kernel';
import { StatusError } from '../../objects.ts';
import type { Writer } from '../cluster.ts';
import { isObject, type Json } from '../json.ts';
import { PROTOBUF, readProtobuf } from '../protobuf/read-protobuf.ts';
import { badRequest } from '../refusals.ts';

/** Who asks; the HTTP face fills it in after authentication. */
export interface RequestContext {
  readonly user: string;
  readonly groups: readonly string[];
  /** Whom a bearer token belongs to, where somebody knows tokens: for TokenReviews. */
  readonly ownerOf?: (token: string) => { readonly user: string; readonly groups: readonly string[] } | undefined;
}

/** A request after its door: everything parsed. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  readonly userAgent: string;
  readonly user: RequestContext;
  readonly signal: AbortSignal;
  readonly text: string;
  readonly warnings: string[];
}

export const ADMIN: RequestContext = { user: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

export async function readRequest(request: Request, context: RequestContext = ADMIN): Promise<ApiRequest> {
  const url = new URL(request.url);
  const header = (name: string) => request.headers.get(name) ?? '';
  const impersonated = header('impersonate-user');
  const { text, contentType } = await readText(request, header('content-type').split(';')[0]?.trim().toLowerCase() ?? '');
  const groups = header('impersonate-group').split(',').map((group) => group.trim()).filter((group) => group !== '');
  return {
    method: request.method,
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    accept: header('accept'),
    contentType,
    userAgent: header('user-agent'),
    user: impersonated === '' ? context : { user: impersonated, groups: [...groups, ...serviceAccountGroups(impersonated), 'system:authenticated'] },
    signal: request.signal,
    text,
    warnings: [],
  };
}

/** kubectl's typed clients speak protobuf; from here on it is the JSON that means the same. */
async function readText(request: Request, contentType: string): Promise<{ readonly text: string; readonly contentType: string }> {
  if (request.method === 'GET' || request.method === 'HEAD') return { text: '', contentType };
  if (contentType !== PROTOBUF) return { text: await request.text(), contentType };
  return { text: JSON.stringify(readProtobuf(new Uint8Array(await request.arrayBuffer()))), contentType: 'application/json' };
}

function serviceAccountGroups(user: string): readonly string[] {
  const [, , namespace] = /^system:(serviceaccount):([^:]+):/.exec(user) ?? [];
  return namespace ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : [];
}

const JSON_TYPES = new Set(['', 'application/json', 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json']);
const YAML_TYPES = new Set(['application/yaml', 'application/apply-patch+yaml']);

/** The body as JSON. @throws StatusError 400 (not readable), 415 (not a type we speak) */
export function bodyOf({ text, contentType }: ApiRequest): unknown {
  const isYaml = YAML_TYPES.has(contentType);
  if (!isYaml && !JSON_TYPES.has(contentType)) {
    throw new StatusError(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml');
  }
  try {
    return isYaml && !text.trimStart().startsWith('{') ? parseYaml(text) : JSON.parse(text);
  } catch (error) {
    throw badRequest(`error decoding the request body: ${messageOf(error)}`);
  }
}

/** The body as an object. @throws StatusError 400, 415 */
export function objectBody(request: ApiRequest): Json {
  const body = bodyOf(request);
  if (!isObject(body)) throw badRequest("couldn't get version/kind; json parse error: the request body is not an object");
  return body;
}

/** How the request's client writes: its field manager is stated, or the first word of its User-Agent. @throws StatusError 400 */
export function writerOf({ query, userAgent, user, warnings }: ApiRequest): Writer {
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) {
    throw badRequest(`fieldValidation: Unsupported value: "${validation}": supported values: "Ignore", "Strict", "Warn"`);
  }
  return {
    manager: query.get('fieldManager') || (userAgent.split('/')[0] ?? '') || 'unknown',
    user: user.user,
    groups: user.groups,
    dryRun: isDryRun(query.getAll('dryRun')),
    trusted: false,
    warn: (text) => warnings.push(text),
    fieldValidation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
  };
}

/** @throws StatusError 422 for anything but `All` */
export function isDryRun(values: readonly string[]): boolean {
  for (const value of values) if (value !== 'All' && value !== '') throw new StatusError(422, 'Invalid', `dryRun: Unsupported value: "${value}": supported values: "All"`);
  return values.includes('All');
}
