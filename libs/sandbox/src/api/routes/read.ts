import type { KubeObject } from '../../objects.ts';
import { StatusError } from '../../objects.ts';
import type { Cluster } from '../cluster.ts';
import { isObject, type Json } from '../json.ts';
import { badRequest, notFound } from '../refusals.ts';
import type { ResourceType } from '../resource-types.ts';
import { type Matcher, parseFieldSelector, parseLabelSelector } from '../selectors.ts';
import { type Presenter, presentList, presentOne, shapeOf } from './present.ts';
import type { ApiRequest } from './request.ts';
import { json } from './responses.ts';

/** The part of a path that names objects. */
export interface Target {
  readonly type: ResourceType;
  /** `undefined` for all namespaces and for cluster-scoped types. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

export function presenterOf(cluster: Cluster, type: ResourceType, request: ApiRequest): Presenter {
  return { type, shape: shapeOf(request.accept), includeObject: request.query.get('includeObject') ?? 'Metadata', now: cluster.clock.now() };
}

export function getOne(cluster: Cluster, { type, namespace = '', name = '' }: Target, request: ApiRequest): Response {
  const object = cluster.store.get(type.storage, namespace, name);
  if (!object) throw notFound(type, name);
  return json(presentOne(object, presenterOf(cluster, type, request)), { warnings: request.warnings });
}

/** The label and field selectors of a request, as one test. @throws StatusError 400 */
export function matcherOf({ type }: Pick<Target, 'type'>, query: URLSearchParams): Matcher<KubeObject> | undefined {
  const labelText = query.get('labelSelector') ?? '';
  const fieldText = query.get('fieldSelector') ?? '';
  if (labelText === '' && fieldText === '') return undefined;
  const labels = parseLabelSelector(labelText);
  const fields = parseFieldSelector(fieldText, type.storage, type.custom?.selectableFields);
  return (object) => labels(object.metadata.labels ?? {}) && fields(object);
}

export function listAll(cluster: Cluster, target: Target, request: ApiRequest): Response {
  const { type, namespace, name } = target;
  const { query } = request;
  const matches = matcherOf(target, query);
  const token = readToken(query.get('continue') ?? '');
  checkRevision(cluster, query);
  const limit = Number(query.get('limit') ?? 0);
  let objects = cluster.store.list(type.storage, namespace);
  if (name !== undefined) objects = objects.filter((object) => object.metadata.name === name);
  if (token) objects = objects.filter((object) => keyOf(object) > token.after);
  if (matches) objects = objects.filter(matches);
  const page = limit > 0 ? objects.slice(0, limit) : objects;
  const last = page.at(-1);
  const more = last !== undefined && objects.length > page.length;
  const revision = token?.revision ?? cluster.store.revision();
  const metadata: Json = {
    resourceVersion: String(revision),
    ...(more ? { continue: writeToken({ revision, after: keyOf(last) }) } : {}),
    ...(more && !matches ? { remainingItemCount: objects.length - page.length } : {}),
  };
  return json(presentList(page, metadata, presenterOf(cluster, type, request)), { warnings: request.warnings });
}

/** A client that has seen a later state than we hold (a state file was lost) must not be answered with an older one. */
function checkRevision(cluster: Cluster, query: URLSearchParams): void {
  const wanted = query.get('resourceVersion') ?? '';
  if (wanted === '') return;
  if (!/^\d+$/.test(wanted)) throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(wanted)}: strconv.ParseUint: parsing ${JSON.stringify(wanted)}: invalid syntax`);
  if (Number(wanted) > cluster.store.revision()) throw new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${cluster.store.revision()}`, { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 });
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

interface Token {
  readonly revision: number;
  readonly after: string;
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(text: string): Token | undefined {
  if (text === '') return undefined;
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (isObject(token) && typeof token['after'] === 'string' && typeof token['revision'] === 'number') return { after: token['after'], revision: token['revision'] };
  } catch {
    // An unreadable token is refused below like any other foreign one.
  }
  throw badRequest('continue key is not valid: it was not issued by this server');
}
