import type { z } from 'zod';
import type { CreateCollection, CreateFieldIndex, Filter, PointStruct, QueryGroupsRequest, ScrollRequest } from './shapes.ts';

/** A refusal as Qdrant words it: `{"status":{"error":"Wrong input: …"}}` (type ErrorResponse; texts as in qdrant/qdrant issues 2312 and 3994). */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Point = PointStruct;

/** One collection in memory: points, payload indexes, filters, groups. */
export class StandInCollection {
  readonly params: z.infer<typeof CreateCollection>;
  readonly points = new Map<string, Point>();
  readonly indexes = new Map<string, string>();

  constructor(params: z.infer<typeof CreateCollection>) {
    this.params = params;
  }

  index({ field_name, field_schema }: z.infer<typeof CreateFieldIndex>): void {
    this.indexes.set(field_name, field_schema);
  }

  upsert(points: readonly Point[]): void {
    for (const point of points) this.#checkVector(point.vector);
    for (const point of points) this.points.set(point.id, point);
  }

  scroll({ filter, limit, with_payload, order_by }: z.infer<typeof ScrollRequest>) {
    const found = this.#matching(filter);
    if (order_by !== undefined) {
      // "order_by" needs an index that knows order; source: Qdrant's manual, "Order points by payload key".
      if (this.indexes.get(order_by.key) !== 'integer') throw new Refusal(400, `Wrong input: No range index for \`order_by\` key: ${order_by.key}`);
      found.sort((a, b) => (Number(a.payload[order_by.key]) - Number(b.payload[order_by.key])) * (order_by.direction === 'desc' ? -1 : 1));
    }
    return { points: found.slice(0, limit).map(({ id, payload }) => (with_payload ? { id, payload } : { id })), next_page_offset: found[limit]?.id ?? null };
  }

  /** Without a query, by id; source: the description of `QueryGroupsRequest.query` in the client's types. */
  groups({ query, using, filter, group_by, group_size, limit }: z.infer<typeof QueryGroupsRequest>) {
    if (query !== undefined) this.#checkVector(using === undefined ? query : { [using]: query });
    this.#needIndex(group_by);
    const scored = this.#matching(filter).flatMap((point) => {
      if (query === undefined) return [{ point, score: 0 }];
      const vector = using === undefined || Array.isArray(point.vector) ? undefined : point.vector[using];
      return vector === undefined ? [] : [{ point, score: cosine(vector, query) }];
    });
    scored.sort((a, b) => b.score - a.score || (a.point.id < b.point.id ? -1 : 1));
    const groups = new Map<string, { id: string; version: number; score: number; payload: unknown }[]>();
    for (const { point, score } of scored) {
      const key = String(point.payload[group_by]);
      const hits = groups.get(key) ?? [];
      if (!groups.has(key) && groups.size === limit) continue;
      groups.set(key, hits);
      if (hits.length < group_size) hits.push({ id: point.id, version: 0, score, payload: point.payload });
    }
    return { groups: [...groups].map(([id, hits]) => ({ id, hits })) };
  }

  #matching(filter: Filter | undefined): Point[] {
    for (const condition of [...(filter?.must ?? []), ...(filter?.should ?? [])]) if ('key' in condition) this.#needIndex(condition.key);
    return [...this.points.values()]
      .filter((point) => (filter?.must ?? []).every((one) => holds(one, point)) && (filter?.should === undefined || filter.should.some((one) => holds(one, point))))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** As a server in strict mode answers (`StrictModeConfig.unindexed_filtering_retrieve` in the client's types). */
  #needIndex(key: string): void {
    if (!this.indexes.has(key)) throw new Refusal(400, `Bad request: Index required but not found for "${key}"`);
  }

  #checkVector(vector: Point['vector']): void {
    const { vectors } = this.params;
    const plain = Array.isArray(vector) ? vector : undefined;
    const given = Array.isArray(vector) ? [] : Object.entries(vector);
    if (plain !== undefined) {
      if (!isPlain(vectors)) throw new Refusal(400, 'Wrong input: Not existing vector name error: ');
      if (plain.length !== vectors.size) throw new Refusal(400, `Wrong input: Vector dimension error: expected dim: ${vectors.size}, got ${plain.length}`);
    }
    for (const [name, values] of given) {
      const wanted = isPlain(vectors) ? undefined : vectors[name];
      if (wanted === undefined) throw new Refusal(400, `Wrong input: Not existing vector name error: ${name}`);
      if (values.length !== wanted.size) throw new Refusal(400, `Wrong input: Vector dimension error: expected dim: ${wanted.size}, got ${values.length}`);
    }
  }
}

type Plain = { readonly size: number; readonly distance: string };
const isPlain = (vectors: z.infer<typeof CreateCollection>['vectors']): vectors is z.infer<typeof CreateCollection>['vectors'] & Plain => typeof vectors['size'] === 'number';

function holds(condition: NonNullable<Filter['must']>[number], { id, payload }: Point): boolean {
  if ('has_id' in condition) return condition.has_id.includes(id);
  const value = payload[condition.key];
  return 'value' in condition.match ? value === condition.match.value : condition.match.any.includes(String(value));
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b) || 1);
}
