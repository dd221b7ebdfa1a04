import { parse } from '@fleetmend/kernel';
import { Precedent } from '@fleetmend/model';
import { definePlugin, type PluginLog, type VectorStore } from '@fleetmend/plugin-api';
import { join } from 'node:path';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { openDatabase } from './database.ts';
import { chooseEmbedder, EmbedderConfig, embedQuestion } from '../../embedders/choose-embedder.ts';
import { similarity, type Embedder } from '../../embedders/embedder.ts';
import { fuse, textOf, type Found } from '../../retrieval/fuse.ts';

const Config = z.strictObject({
  file: z.string().default('precedents.db').describe('file below the state directory'),
  embedder: EmbedderConfig.describe('what turns texts into vectors; `ngram` needs nothing'),
});

/**
 * Memory in one SQLite file: a flat scan over the tenant's cases, with an embedder that needs no model.
 * @example const store = await embedded.create({ file: 'precedents.db' }, deps)
 */
export const embedded = definePlugin<z.infer<typeof Config>, VectorStore>({
  kind: 'embedded',
  config: Config,
  create: (config, deps) => createStore({ database: openDatabase(join(deps.stateDir, config.file)), embedder: chooseEmbedder(config.embedder, deps), log: deps.log }),
});

function createStore({ database, embedder, log }: { readonly database: DatabaseSync; readonly embedder: Embedder; readonly log: PluginLog }): VectorStore {
  const insert = database.prepare('INSERT OR REPLACE INTO precedents (id, tenant, fingerprint, json, embedder, vector) VALUES (?, ?, ?, ?, ?, ?)');
  const select = database.prepare('SELECT json, embedder, vector FROM precedents WHERE tenant = ?');
  const insertVeto = database.prepare('INSERT OR REPLACE INTO vetoes (tenant, key, request, at) VALUES (?, ?, ?, ?)');
  const selectVeto = database.prepare('SELECT tenant, key, request, at FROM vetoes WHERE tenant = ? AND key = ?');
  const deletePrecedents = database.prepare('DELETE FROM precedents WHERE tenant = ? AND (id = ? OR fingerprint = ?)');
  const deleteVeto = database.prepare('DELETE FROM vetoes WHERE tenant = ? AND key = ?');

  return {
    kind: 'embedded',
    put: async (precedent) => {
      const [vector] = await embedder.embed([textOf(precedent)]);
      insert.run(precedent.id, precedent.tenant, precedent.fingerprint, JSON.stringify(precedent), embedder.space, vector === undefined ? new Uint8Array() : bytesOf(vector));
    },
    async find(query) {
      const wanted = await embedQuestion(embedder, query.text, log);
      return fuse(select.all(query.tenant).map((row) => readRow(row, embedder, wanted)), query);
    },
    list: async ({ tenant, limit }) =>
      select
        .all(tenant)
        .map(readPrecedent)
        .sort((a, b) => b.at - a.at || a.id.localeCompare(b.id))
        .slice(0, limit),
    putVeto: async ({ tenant, key, request, at }) => {
      insertVeto.run(tenant, key, request, at);
    },
    findVetoes: async (tenant, keys) =>
      [...new Set(keys)].flatMap((key) => {
        const row = selectVeto.get(tenant, key);
        return row ? [{ tenant: String(row['tenant']), key: String(row['key']), request: String(row['request']), at: Number(row['at']) }] : [];
      }),
    forget: async (tenant, keys) => keys.reduce((count, key) => count + Number(deletePrecedents.run(tenant, key, key).changes) + Number(deleteVeto.run(tenant, key).changes), 0),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}

function readPrecedent(row: Record<string, SQLOutputValue>): Precedent {
  return parse(Precedent, JSON.parse(String(row['json'])), 'a stored precedent');
}

/** Vectors of another embedder live in another space: such a case is found by its structure and its words alone. */
function readRow(row: Record<string, SQLOutputValue>, embedder: Embedder, wanted: Float32Array | undefined): Found {
  const vector = row['vector'];
  const comparable = wanted !== undefined && row['embedder'] === embedder.space && vector instanceof Uint8Array && vector.byteLength === embedder.size * Float32Array.BYTES_PER_ELEMENT;
  return { precedent: readPrecedent(row), likeness: comparable ? similarity(vectorOf(vector), wanted) : 0 };
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function vectorOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
