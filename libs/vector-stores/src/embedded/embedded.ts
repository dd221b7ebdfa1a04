import { parse } from '@fleetmend/kernel';
import { Precedent } from '@fleetmend/model';
import { definePlugin, type VectorStore } from '@fleetmend/plugin-api';
import { join } from 'node:path';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { openDatabase } from './database.ts';
import { embed, EMBEDDER } from './embedder.ts';
import { rank, textOf, type StoredPrecedent } from './ranking.ts';

const Config = z.strictObject({ file: z.string().default('precedents.db').describe('file below the state directory') });

/**
 * Memory in one SQLite file: a flat scan over the tenant's cases, with an embedder that needs no model.
 * @example const store = await embedded.create({ file: 'precedents.db' }, deps)
 */
export const embedded = definePlugin<z.infer<typeof Config>, VectorStore>({
  kind: 'embedded',
  config: Config,
  create: (config, deps) => createStore(openDatabase(join(deps.stateDir, config.file))),
});

function createStore(database: DatabaseSync): VectorStore {
  const insert = database.prepare('INSERT OR REPLACE INTO precedents (id, tenant, fingerprint, json, embedder, vector) VALUES (?, ?, ?, ?, ?, ?)');
  const select = database.prepare('SELECT json, embedder, vector FROM precedents WHERE tenant = ?');
  const insertVeto = database.prepare('INSERT OR REPLACE INTO vetoes (tenant, key, request, at) VALUES (?, ?, ?, ?)');
  const selectVeto = database.prepare('SELECT tenant, key, request, at FROM vetoes WHERE tenant = ? AND key = ?');
  const deletePrecedents = database.prepare('DELETE FROM precedents WHERE tenant = ? AND (id = ? OR fingerprint = ?)');
  const deleteVeto = database.prepare('DELETE FROM vetoes WHERE tenant = ? AND key = ?');

  return {
    kind: 'embedded',
    put: async (precedent) => {
      insert.run(precedent.id, precedent.tenant, precedent.fingerprint, JSON.stringify(precedent), EMBEDDER, bytesOf(embed(textOf(precedent))));
    },
    find: async (query) => rank(readAll(select.all(query.tenant)), query),
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

function* readAll(rows: readonly Record<string, SQLOutputValue>[]): Iterable<StoredPrecedent> {
  for (const row of rows) {
    const precedent = parse(Precedent, JSON.parse(String(row['json'])), 'a stored precedent');
    const vector = row['vector'];
    // Vectors of another embedder live in another space: made again instead of compared.
    yield { precedent, vector: row['embedder'] === EMBEDDER && vector instanceof Uint8Array ? vectorOf(vector) : embed(textOf(precedent)) };
  }
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function vectorOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
