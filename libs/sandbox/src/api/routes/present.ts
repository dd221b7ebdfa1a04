import type { KubeObject } from '../../objects.ts';
import { StatusError } from '../../objects.ts';
import type { Json } from '../json.ts';
import type { ResourceType } from '../resource-types.ts';
import type { Table } from '../tables/table.ts';
import { tableOf } from '../tables/tables.ts';
import { inVersion } from '../versions.ts';

export type Shape = 'object' | 'table' | 'metadata';

/** The first shape of the Accept header that we have. @throws StatusError 406 */
export function shapeOf(accept: string): Shape {
  if (accept === '') return 'object';
  for (const part of accept.split(',')) {
    const [media = '', ...parameters] = part.split(';').map((text) => text.trim());
    const as = parameters.find((text) => text.startsWith('as='))?.slice(3);
    const group = parameters.find((text) => text.startsWith('g='))?.slice(2);
    if (!['application/json', '*/*', 'application/*'].includes(media)) continue;
    if (as === undefined) return 'object';
    if (group !== 'meta.k8s.io') continue;
    if (as === 'Table') return 'table';
    if (as.startsWith('PartialObjectMetadata')) return 'metadata';
  }
  throw new StatusError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
}

export interface Presenter {
  readonly type: ResourceType;
  readonly shape: Shape;
  /** Which part of each object a table row carries. */
  readonly includeObject: string;
  readonly now: number;
}

export function presentOne(object: KubeObject, presenter: Presenter): unknown {
  const shown = inVersion(object, presenter.type);
  if (presenter.shape === 'metadata') return partial(shown);
  return presenter.shape === 'table' ? table([shown], presenter, { resourceVersion: object.metadata.resourceVersion ?? '' }) : shown;
}

export function presentList(objects: readonly KubeObject[], metadata: Json, presenter: Presenter): unknown {
  const { type, shape } = presenter;
  const shown = objects.map((object) => inVersion(object, type));
  if (shape === 'table') return table(shown, presenter, metadata);
  if (shape === 'metadata') return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: shown.map(partial) };
  return { kind: type.listKind, apiVersion: type.apiVersion, metadata, items: type.custom ? shown : shown.map(withoutType) };
}

/** Items of built-in lists do not repeat what the list says. */
function withoutType({ apiVersion: _, kind: __, ...rest }: KubeObject): Json {
  return rest;
}

function partial(object: KubeObject): Json {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function table(objects: readonly KubeObject[], { type, includeObject, now }: Presenter, metadata: Json): Json {
  const { columns, cells }: Table = tableOf(type);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns,
    rows: objects.map((object) => ({ cells: cells(object, now), ...(includeObject === 'None' ? {} : { object: includeObject === 'Object' ? object : partial(object) }) })),
  };
}
