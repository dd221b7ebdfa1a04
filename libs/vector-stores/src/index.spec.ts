import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@fleetmend/kernel';
import { pluginFolderConformance, vectorStoreConformance } from '@fleetmend/plugin-api/conformance';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterEach, beforeEach, describe } from 'vitest';
import { startEmbeddingServer, type EmbeddingServer } from '../spec-support/embedding-server.ts';
import { startQdrantStandIn, type QdrantStandIn } from '../spec-support/qdrant/server.ts';
import { embedded, qdrant, vectorStores } from './index.ts';

const depsIn = (stateDir: string) => ({ clock: { now: () => 0, sleep: async () => {} }, fetch, stateDir, log: { info: () => {}, warn: () => {} } });

describe('vector stores', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: vectorStores });

  describe.each(['ngram', 'openai-compatible'] as const)('embedded, with vectors by %s', (kind) => {
    let stateDir: string;
    let endpoint: EmbeddingServer;
    beforeEach(async () => {
      stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-memory-'));
      endpoint = await startEmbeddingServer({ key: 'k' });
    });
    afterEach(async () => {
      rmSync(stateDir, { recursive: true });
      await endpoint.close();
    });
    const embedder = () => (kind === 'ngram' ? { kind } : { kind, baseURL: endpoint.baseURL, model: 'm', dimensions: 256, apiKey: 'k' });
    const open = async () => embedded.create(parse(embedded.config, { embedder: embedder() }, 'config'), depsIn(stateDir));
    vectorStoreConformance({ kind: 'embedded', create: open, reopen: open });
  });

  describe('qdrant, over a stand-in', () => {
    let server: QdrantStandIn;
    beforeEach(async () => {
      server = await startQdrantStandIn();
    });
    afterEach(() => server.close());
    const open = async () => qdrant.create(parse(qdrant.config, { url: server.url }, 'config'), depsIn('/nowhere'));
    vectorStoreConformance({ kind: 'qdrant', create: open, reopen: open });
  });

  const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env;
  if (url === undefined) console.info('skipped: the suite over a real Qdrant, because QDRANT_URL is not set');
  describe.runIf(url !== undefined)('qdrant, over the server at QDRANT_URL', () => {
    const config = { url: url ?? '', ...(apiKey === undefined ? {} : { apiKey }) };
    const open = async () => qdrant.create(parse(qdrant.config, config, 'config'), depsIn('/nowhere'));
    afterEach(async () => {
      const client = new QdrantClient({ url: config.url, checkCompatibility: false, ...(apiKey === undefined ? {} : { headers: { 'api-key': apiKey } }) });
      for (const tenant of ['shop-team', 'other-team']) for (const part of ['ngram-v1-256', 'vetoes']) await client.deleteCollection(`fleetmend_${tenant}_${part}`);
    });
    vectorStoreConformance({ kind: 'qdrant', create: open, reopen: open });
  });
});
