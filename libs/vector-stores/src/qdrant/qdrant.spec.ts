import { parse, sha256, uuidFrom } from '@fleetmend/kernel';
import type { Precedent } from '@fleetmend/model';
import { afterEach, describe, expect, it } from 'vitest';
import { startQdrantStandIn, type QdrantStandIn } from '../../spec-support/qdrant/server.ts';
import { qdrant } from './qdrant.ts';

const servers: QdrantStandIn[] = [];
const serve = async (options: Parameters<typeof startQdrantStandIn>[0] = {}) => {
  const server = await startQdrantStandIn(options);
  servers.push(server);
  return server;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
const deps = { clock: { now: () => 0, sleep: async () => {} }, fetch, stateDir: '/nowhere', log: { info: () => {}, warn: () => {} } };
const open = async (config: Record<string, unknown>) => qdrant.create(parse(qdrant.config, config, 'config'), deps);
const precedent: Precedent = {
  id: uuidFrom('one'), tenant: 'shop-team', fingerprint: sha256('one'), class: 'OOMKilled', shape: { kind: 'Deployment' }, cause: 'needs more memory', action: 'setResources',
  fields: [], outcome: 'Verified', decidedBy: 'human', clusters: ['prod-1'], at: 1, request: { name: 'rr-1', uid: 'u', attempt: 1 },
};

describe('a server that cannot be used is told at start, with the fix:', () => {
  it('one that does not answer', async () => {
    const server = await serve();
    await servers.pop()?.close();
    await expect(open({ url: server.url })).rejects.toMatchObject({ name: 'PermanentError', reason: 'StoreUnreachable', message: expect.stringMatching(/ECONNREFUSED.*vectorStore\.url/) });
  });

  it('one that refuses the key, without repeating it', async () => {
    const { url } = await serve({ apiKey: 'right' });
    await expect(open({ url, apiKey: 'wr0ng-key' })).rejects.toMatchObject({ reason: 'StoreRefused', message: expect.stringMatching(/^(?!.*wr0ng).*\(401\).*vectorStore\.apiKey/) });
  });

  it('one that is too old', async () => {
    const { url } = await serve({ version: '1.9.7' });
    await expect(open({ url })).rejects.toMatchObject({ reason: 'StoreTooOld', message: expect.stringMatching(/1\.9\.7.*at least 1\.11/) });
  });

  it('one whose collection holds vectors of another size', async () => {
    const server = await serve();
    await (await open({ url: server.url })).put(precedent);
    const [name] = server.collections.keys();
    server.clear();
    await fetch(`${server.url}/collections/${name}`, { method: 'PUT', body: JSON.stringify({ vectors: { text: { size: 8, distance: 'Cosine' } } }) });
    await expect(open({ url: server.url })).rejects.toMatchObject({ reason: 'WrongVectorSize', message: expect.stringMatching(/shop-team.*size 8.*needs 256/) });
  });
});

it('uses its key, and a path in front of the server', async () => {
  const server = await serve({ apiKey: 'right', prefix: '/memory' });
  const store = await open({ url: server.url, apiKey: 'right' });
  await store.put(precedent);
  expect(await store.list({ tenant: 'shop-team', limit: 5 })).toEqual([precedent]);
});

it('keeps a collection per tenant and embedder, with an index for every field that is filtered by', async () => {
  const server = await serve();
  const store = await open({ url: server.url });
  await store.put(precedent);
  await store.putVeto({ tenant: 'shop-team', key: 'k', request: 'r', at: 1 });
  expect([...server.collections.keys()]).toEqual(['fleetmend_shop-team_ngram-v1-256', 'fleetmend_shop-team_vetoes']);
  expect(Object.fromEntries(server.collections.get('fleetmend_shop-team_ngram-v1-256')?.indexes ?? [])).toEqual({ tenant: 'keyword', fingerprint: 'keyword', class: 'keyword', source: 'keyword', at: 'integer' });
});

it('makes nothing in the server by looking', async () => {
  const server = await serve();
  const store = await open({ url: server.url });
  expect([await store.find({ tenant: 't', class: 'OOMKilled', text: 'memory', limit: 3 }), await store.findVetoes('t', ['k']), await store.forget('t', ['k'])]).toEqual([[], [], 0]);
  expect(server.collections.size).toBe(0);
});

it('lets no secret out with a cause, whoever wrote it', async () => {
  const server = await serve();
  await (await open({ url: server.url })).put({ ...precedent, cause: 'login with password=hunter2hunter2 failed' });
  expect(server.bodies.join()).toContain('login with');
  expect(server.bodies.join()).not.toContain('hunter2');
});

it('says what it could not do when the server breaks later, and keeps what it said to itself', async () => {
  const server = await serve();
  const store = await open({ url: server.url });
  await store.put(precedent);
  server.clear();
  await expect(store.put(precedent)).rejects.toMatchObject({ name: 'Error', message: 'Qdrant could not store a case: it answered 404' });
});

it('is tried on a stand-in that refuses what the types of the client do not know', async () => {
  const { url } = await serve();
  const send = (body: object) => fetch(`${url}/collections/x`, { method: 'PUT', body: JSON.stringify(body) });
  expect((await send({ vectors: { size: 1, distance: 'Dot' }, vektors: {} })).status).toBe(400);
  expect((await send({ vectors: { size: 1, distance: 'Dot' } })).status).toBe(200);
});
