import { PermanentError } from '@fleetmend/kernel';
import type { QdrantClient } from '@qdrant/js-client-rest';
import type { Embedder } from '../../embedders/embedder.ts';
import { call } from './connection.ts';

/** The one named vector of a case; named, so that a case whose text has no vector can be kept too. */
export const VECTOR = 'text';

const CASES = { tenant: 'keyword', fingerprint: 'keyword', class: 'keyword', source: 'keyword', at: 'integer' } as const;
const VETOES = { tenant: 'keyword' } as const;

/** A tenant is a namespace and holds no underscore, so that no two names meet. */
export const casesName = (tenant: string, embedder: Pick<Embedder, 'space'>): string => `fleetmend_${tenant}_${embedder.space}`;
/** Vetoes are found by key alone and outlive a change of embedder. */
export const vetoesName = (tenant: string): string => `fleetmend_${tenant}_vetoes`;

export interface Collections {
  /** The collection's name, made if it is not there. */
  forWriting(kind: 'cases' | 'vetoes', tenant: string): Promise<string>;
  /** Undefined: there is none yet, and so nothing in it. */
  forReading(kind: 'cases' | 'vetoes', tenant: string): Promise<string | undefined>;
}

export function openCollections(client: QdrantClient, embedder: Embedder): Collections {
  const ready = new Set<string>();
  const nameOf = (kind: 'cases' | 'vetoes', tenant: string) => (kind === 'cases' ? casesName(tenant, embedder) : vetoesName(tenant));
  const exists = async (name: string): Promise<boolean> => {
    if (!ready.has(name)) {
      if (!(await call('look for a collection', () => client.collectionExists(name))).exists) return false;
      ready.add(name);
    }
    return true;
  };
  return {
    async forReading(kind, tenant) {
      const name = nameOf(kind, tenant);
      return (await exists(name)) ? name : undefined;
    },
    async forWriting(kind, tenant) {
      const name = nameOf(kind, tenant);
      if (await exists(name)) return name;
      const create = () => client.createCollection(name, { vectors: kind === 'cases' ? { [VECTOR]: { size: embedder.size, distance: 'Cosine' } } : { size: 1, distance: 'Dot' } });
      // Another hub may be making it at this moment.
      await create().catch(async (error: unknown) => (await exists(name)) || call('make a collection', () => Promise.reject(error)));
      const indexes = kind === 'cases' ? CASES : VETOES;
      for (const [field_name, field_schema] of Object.entries(indexes)) await call('index a collection', () => client.createPayloadIndex(name, { field_name, field_schema, wait: true }));
      ready.add(name);
      return name;
    },
  };
}

/** A collection of our space whose vectors have another size was made by something else: it must not be written to. */
export async function checkSizes(client: QdrantClient, embedder: Embedder, names: readonly string[]): Promise<void> {
  for (const name of names.filter((one) => one.startsWith('fleetmend_') && one.endsWith(`_${embedder.space}`))) {
    const { config } = await call('describe a collection', () => client.getCollection(name));
    const vectors = config.params.vectors as Readonly<Record<string, { readonly size?: number } | undefined>> | undefined;
    const size = vectors?.[VECTOR]?.size;
    if (size !== embedder.size) throw new PermanentError('WrongVectorSize', `the Qdrant collection ${name} holds vectors of size ${size ?? 'unknown'}, ${embedder.space} needs ${embedder.size}: move it away, or correct vectorStore.embedder`);
  }
}
