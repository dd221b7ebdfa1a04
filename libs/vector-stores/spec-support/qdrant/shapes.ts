import type { Schemas } from '@qdrant/js-client-rest';
import { z } from 'zod';

/**
 * Bodies of the requests that this stand-in takes. Each is held to the type of the same name that @qdrant/js-client-rest 1.19
 * generates from Qdrant's OpenAPI document (`dist/types/openapi/generated_schema.d.ts`): a field or value that is not in that type
 * does not compile here, and a field that is not here is refused. The real server is more lenient and ignores what it does not know.
 */
const like = <T>() => <S extends z.ZodType<T>>(schema: S): S => schema;

const Id = like<Schemas['ExtendedPointId']>()(z.uuid());
const Match = like<Schemas['Match']>()(z.union([z.strictObject({ value: z.string() }), z.strictObject({ any: z.array(z.string()) })]));
const FieldCondition = like<Schemas['FieldCondition']>()(z.strictObject({ key: z.string(), match: Match }));
const HasId = like<Schemas['HasIdCondition']>()(z.strictObject({ has_id: z.array(Id) }));
const Condition = like<Schemas['Condition']>()(z.union([FieldCondition, HasId]));
export const Filter = like<Schemas['Filter']>()(z.strictObject({ must: z.array(Condition).optional(), should: z.array(Condition).optional() }));
export type Filter = z.infer<typeof Filter>;

const VectorParams = like<Schemas['VectorParams']>()(z.strictObject({ size: z.int().min(1).max(65_536), distance: z.enum(['Cosine', 'Dot']) }));
export const CreateCollection = like<Schemas['CreateCollection']>()(z.strictObject({ vectors: z.union([VectorParams, z.record(z.string(), VectorParams)]) }));
export const CreateFieldIndex = like<Schemas['CreateFieldIndex']>()(z.strictObject({ field_name: z.string(), field_schema: z.enum(['keyword', 'integer']) }));

const Vector = z.array(z.number());
export const PointStruct = like<Schemas['PointStruct']>()(z.strictObject({ id: Id, vector: z.union([Vector, z.record(z.string(), Vector)]), payload: z.record(z.string(), z.unknown()) }));
export type PointStruct = z.infer<typeof PointStruct>;
export const PointsList = like<Schemas['PointsList']>()(z.strictObject({ points: z.array(PointStruct).min(1) }));
export const PointIdsList = like<Schemas['PointIdsList']>()(z.strictObject({ points: z.array(Id) }));
export const PointRequest = like<Schemas['PointRequest']>()(z.strictObject({ ids: z.array(Id), with_payload: z.boolean().optional(), with_vector: z.literal(false).optional() }));

export const ScrollRequest = like<Schemas['ScrollRequest']>()(
  z.strictObject({
    filter: Filter.optional(),
    limit: z.int().min(1),
    with_payload: z.boolean(),
    with_vector: z.literal(false),
    order_by: like<Schemas['OrderBy']>()(z.strictObject({ key: z.string(), direction: z.enum(['asc', 'desc']) })).optional(),
  }),
);
export const QueryGroupsRequest = like<Schemas['QueryGroupsRequest']>()(
  z.strictObject({
    query: Vector.optional(),
    using: z.string().optional(),
    filter: Filter.optional(),
    group_by: z.string(),
    group_size: z.int().min(1),
    limit: z.int().min(1),
    with_payload: z.literal(true),
    with_vector: z.literal(false),
  }),
);
