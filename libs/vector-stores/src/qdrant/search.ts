import { MOST_OF_ONE_SOURCE, type PrecedentQuery } from '@fleetmend/plugin-api';
import type { QdrantClient } from '@qdrant/js-client-rest';
import type { Found } from '../../retrieval/fuse.ts';
import { VECTOR } from './collections.ts';
import { call } from './connection.ts';
import { readPrecedent } from './payload.ts';

/** Sources and newest cases that are weighed against each other, per filter. */
const MOST_SOURCES = 32;
const MOST_NEWEST = 64;

interface Place {
  readonly client: QdrantClient;
  readonly name: string;
  readonly wanted: Float32Array | undefined;
}
interface Point {
  readonly id: string | number;
  readonly payload?: unknown;
  readonly score?: number;
}
type Match = { readonly key: string; readonly match: { readonly value: string } };

/**
 * What may answer a question, found by the server: cases of the same fingerprint, of the same class, and those whose vector is
 * near. Each filter is asked for the newest, and for a few of every source, so that a source that repeats itself hides no other.
 */
export async function searchCases({ client, name, wanted }: Place, query: PrecedentQuery): Promise<readonly Found[]> {
  const tenant: Match = { key: 'tenant', match: { value: query.tenant } };
  const filters = [
    ...(query.fingerprint === undefined ? [] : [[tenant, { key: 'fingerprint', match: { value: query.fingerprint } }]]),
    ...(query.class === undefined ? [] : [[tenant, { key: 'class', match: { value: query.class } }]]),
  ];
  const structured = filters.map(async (must): Promise<readonly Point[]> => {
    const [newest, few] = await Promise.all([
      call('look for cases', () => client.scroll(name, { filter: { must }, order_by: { key: 'at', direction: 'desc' }, limit: MOST_NEWEST, with_payload: true, with_vector: false })),
      ofEverySource({ client, name }, must),
    ]);
    return [...newest.points, ...few];
  });
  const near = wanted === undefined ? [] : [ofEverySource({ client, name }, [tenant], wanted), ...filters.map((must) => ofEverySource({ client, name }, must, wanted))];
  const [found, likely] = await Promise.all([Promise.all(structured), Promise.all(near)]);
  const likeness = new Map(likely.flat().map(({ id, score = 0 }) => [id, Math.min(1, Math.max(0, score))]));
  const points = new Map([...found.flat(), ...likely.flat()].map((point) => [point.id, point]));
  return [...points.values()].map(({ id, payload }) => ({ precedent: readPrecedent(payload), likeness: likeness.get(id) ?? 0 }));
}

async function ofEverySource({ client, name }: Omit<Place, 'wanted'>, must: readonly Match[], wanted?: Float32Array): Promise<readonly Point[]> {
  const near = wanted === undefined ? {} : { query: [...wanted], using: VECTOR };
  const { groups } = await call('look for cases by source', () => client.queryGroups(name, { ...near, filter: { must: [...must] }, group_by: 'source', group_size: MOST_OF_ONE_SOURCE, limit: MOST_SOURCES, with_payload: true, with_vector: false }));
  return groups.flatMap(({ hits }) => hits);
}
