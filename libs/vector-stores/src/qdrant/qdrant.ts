import { uuidFrom } from '@fleetmend/kernel';
import type { Precedent } from '@fleetmend/model';
import { definePlugin, sourceOf, type PluginLog, type VectorStore } from '@fleetmend/plugin-api';
import { createSession, redact, scan } from '@fleetmend/redaction';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { chooseEmbedder, EmbedderConfig, embedQuestion } from '../../embedders/choose-embedder.ts';
import type { Embedder } from '../../embedders/embedder.ts';
import { fuse, textOf } from '../../retrieval/fuse.ts';
import { checkSizes, openCollections, VECTOR, type Collections } from './collections.ts';
import { call, checkServer, connect } from './connection.ts';
import { readPrecedent, readVeto } from './payload.ts';
import { searchCases } from './search.ts';

const Config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('address of the server, with its path if it has one'),
  apiKey: z.string().min(1).optional().meta({ format: 'secret' }).describe('write {env: NAME} or {file: PATH}'),
  timeout: z.int().min(100).max(60_000).default(5_000).describe('milliseconds for one call'),
  embedder: EmbedderConfig.describe('what turns texts into vectors; `ngram` needs nothing'),
});

const PAGE = 256;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Memory in Qdrant: one collection per tenant and embedder, filters and groups answered by the server.
 * @example const store = await qdrant.create({ url: 'http://qdrant:6333', timeout: 5_000, embedder: { kind: 'ngram' } }, deps)
 */
export const qdrant = definePlugin<z.infer<typeof Config>, VectorStore>({
  kind: 'qdrant',
  config: Config,
  async create(config, deps) {
    const client = connect(config);
    const embedder = chooseEmbedder(config.embedder, deps);
    await checkSizes(client, embedder, await checkServer(client, config));
    return createStore({ client, embedder, collections: openCollections(client, embedder), log: deps.log });
  },
});

interface Parts {
  readonly client: QdrantClient;
  readonly embedder: Embedder;
  readonly collections: Collections;
  readonly log: PluginLog;
}

function createStore({ client, embedder, collections, log }: Parts): VectorStore {
  return {
    kind: 'qdrant',
    async put(found) {
      const precedent = fitToLeave(found);
      const name = await collections.forWriting('cases', precedent.tenant);
      const [vector] = await embedder.embed([textOf(precedent)]);
      const payload = { tenant: precedent.tenant, fingerprint: precedent.fingerprint, class: precedent.class, source: sourceOf(precedent), at: precedent.at, precedent };
      await call('store a case', () => client.upsert(name, { wait: true, points: [{ id: precedent.id, vector: vector === undefined ? {} : { [VECTOR]: [...vector] }, payload }] }));
    },
    async find(query) {
      const name = await collections.forReading('cases', query.tenant);
      if (name === undefined) return [];
      const wanted = await embedQuestion(embedder, query.text, log);
      return fuse(await searchCases({ client, name, wanted }, query), query);
    },
    async list({ tenant, limit }) {
      const name = await collections.forReading('cases', tenant);
      if (name === undefined) return [];
      const { points } = await call('list cases', () => client.scroll(name, { filter: { must: [ofTenant(tenant)] }, order_by: { key: 'at', direction: 'desc' }, limit, with_payload: true, with_vector: false }));
      return points.map(({ payload }) => readPrecedent(payload)).sort((a, b) => b.at - a.at || a.id.localeCompare(b.id));
    },
    async putVeto(veto) {
      const name = await collections.forWriting('vetoes', veto.tenant);
      await call('store a veto', () => client.upsert(name, { wait: true, points: [{ id: vetoId(veto.tenant, veto.key), vector: [1], payload: { ...veto } }] }));
    },
    async findVetoes(tenant, keys) {
      const name = await collections.forReading('vetoes', tenant);
      if (name === undefined || keys.length === 0) return [];
      const found = await call('look for vetoes', () => client.retrieve(name, { ids: [...new Set(keys)].map((key) => vetoId(tenant, key)), with_payload: true, with_vector: false }));
      return found.map(({ payload }) => readVeto(payload)).filter((veto) => veto.tenant === tenant);
    },
    forget: async (tenant, keys) => (await forgetCases({ client, collections }, tenant, keys)) + (await forgetVetoes({ client, collections }, tenant, keys)),
    close: async () => {},
  };
}

const ofTenant = (tenant: string) => ({ key: 'tenant', match: { value: tenant } });
const vetoId = (tenant: string, key: string) => uuidFrom('veto', tenant, key);

/** What leaves for another server passes the last gate, whoever wrote the cause. */
function fitToLeave(precedent: Precedent): Precedent {
  if (scan(JSON.stringify(precedent)).length === 0) return precedent;
  const clean = { ...precedent, cause: redact(precedent.cause, createSession()).slice(0, 512) };
  return scan(JSON.stringify(clean)).length === 0 ? clean : { ...clean, cause: 'not kept: it held a secret', fields: [], shape: {} };
}

async function forgetCases({ client, collections }: Pick<Parts, 'client' | 'collections'>, tenant: string, keys: readonly string[]): Promise<number> {
  const name = await collections.forReading('cases', tenant);
  if (name === undefined || keys.length === 0) return 0;
  const filter = { must: [ofTenant(tenant)], should: [{ has_id: keys.filter((key) => UUID.test(key)) }, { key: 'fingerprint', match: { any: [...keys] } }] };
  let count = 0;
  for (;;) {
    const { points } = await call('look for cases to forget', () => client.scroll(name, { filter, limit: PAGE, with_payload: false, with_vector: false }));
    if (points.length === 0) return count;
    await call('forget cases', () => client.delete(name, { wait: true, points: points.map(({ id }) => id) }));
    count += points.length;
  }
}

async function forgetVetoes({ client, collections }: Pick<Parts, 'client' | 'collections'>, tenant: string, keys: readonly string[]): Promise<number> {
  const name = await collections.forReading('vetoes', tenant);
  if (name === undefined || keys.length === 0) return 0;
  const found = await call('look for vetoes to forget', () => client.retrieve(name, { ids: [...new Set(keys)].map((key) => vetoId(tenant, key)), with_payload: false, with_vector: false }));
  if (found.length > 0) await call('forget vetoes', () => client.delete(name, { wait: true, points: found.map(({ id }) => id) }));
  return found.length;
}
