import { sha256, uuidFrom } from '@fleetmend/kernel';
import type { Precedent } from '@fleetmend/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MOST_OF_ONE_SOURCE, type VectorStore } from '../vector-store.ts';

/** A precedent of tenant `shop-team` that differs from others only where told. */
function aPrecedent(name: string, rest: Partial<Precedent> = {}): Precedent {
  return {
    id: uuidFrom('precedent', name),
    tenant: 'shop-team',
    fingerprint: sha256(name),
    class: 'OOMKilled',
    shape: { kind: 'Deployment', reason: 'OOMKilled' },
    cause: `${name} needs more memory than its limit`,
    action: 'setResources',
    fields: [],
    outcome: 'Verified',
    decidedBy: 'human',
    clusters: ['prod-1'],
    at: 1_000,
    request: { name: `rr-${name}`, uid: `uid-${name}`, attempt: 1 },
    ...rest,
  };
}

/** What every vector store must do. `create` opens an empty store, `reopen` the same one after its `close`. */
export function vectorStoreConformance({ kind, create, reopen }: { readonly kind: string; readonly create: () => Promise<VectorStore>; readonly reopen: () => Promise<VectorStore> }): void {
  let store: VectorStore;
  beforeEach(async () => {
    store = await create();
  });
  afterEach(() => store.close());
  const namesOf = async (query: Omit<Parameters<VectorStore['find']>[0], 'tenant' | 'limit'>, limit = 10) => (await store.find({ tenant: 'shop-team', limit, ...query })).map((match) => match.precedent.request.name);

  it('carries the kind of its definition', () => {
    expect(store.kind).toBe(kind);
  });

  describe('precedents', () => {
    it('come back as they were put, after a restart too', async () => {
      const precedent = aPrecedent('checkout', { planDigest: sha256('plan'), revision: 'abc' });
      await store.put(precedent);
      await store.close();
      store = await reopen();
      expect((await store.find({ tenant: 'shop-team', fingerprint: precedent.fingerprint, limit: 1 }))[0]?.precedent).toEqual(precedent);
    });

    it('with the same id are one entry, the last one written', async () => {
      await store.put(aPrecedent('checkout'));
      await store.put(aPrecedent('checkout', { outcome: 'Reverted' }));
      const found = await store.find({ tenant: 'shop-team', fingerprint: sha256('checkout'), limit: 10 });
      expect(found.map((match) => match.precedent.outcome)).toEqual(['Reverted']);
    });

    it('of the same fingerprint come first, with a score of 1', async () => {
      await store.put(aPrecedent('cart'));
      await store.put(aPrecedent('checkout'));
      const [first] = await store.find({ tenant: 'shop-team', fingerprint: sha256('checkout'), class: 'OOMKilled', limit: 10 });
      expect(first).toMatchObject({ score: 1, by: 'Fingerprint', precedent: { request: { name: 'rr-checkout' } } });
    });

    it('of the same class and shape come before those of another', async () => {
      await store.put(aPrecedent('image', { class: 'ImagePullBackOff', shape: { kind: 'Deployment', reason: 'NotFound' } }));
      await store.put(aPrecedent('job', { shape: { kind: 'Job', reason: 'OOMKilled' } }));
      await store.put(aPrecedent('cart'));
      expect((await namesOf({ class: 'OOMKilled', shape: { kind: 'Deployment', reason: 'OOMKilled' } })).slice(0, 2)).toEqual(['rr-cart', 'rr-job']);
    });

    it('are found by words that their cause shares with the text', async () => {
      await store.put(aPrecedent('a', { class: 'CrashLoopBackOff', cause: 'commit 1234567 changed the database host and connections were refused' }));
      await store.put(aPrecedent('b', { class: 'CrashLoopBackOff', cause: 'liveness probe answers on another port' }));
      expect((await namesOf({ class: 'CrashLoopBackOff', text: 'connection to the database host refused' }))[0]).toBe('rr-a');
    });

    it('never cross tenants', async () => {
      await store.put(aPrecedent('checkout', { tenant: 'other-team' }));
      expect(await namesOf({ fingerprint: sha256('checkout'), class: 'OOMKilled', text: 'memory' })).toEqual([]);
    });

    it('of one source that repeats itself leave room for what others found', async () => {
      for (let n = 0; n < 12; n += 1) await store.put(aPrecedent(`loud-${n}`, { fingerprint: sha256('same'), clusters: ['edge-9'], at: 5_000 + n }));
      await store.put(aPrecedent('quiet', { fingerprint: sha256('same'), outcome: 'Reverted' }));
      const names = await namesOf({ fingerprint: sha256('same'), class: 'OOMKilled', text: 'loud needs more memory' }, 10);
      expect(names).toContain('rr-quiet');
      expect(names.filter((name) => name.startsWith('rr-loud'))).toHaveLength(MOST_OF_ONE_SOURCE);
    });

    it('are listed for people, newest first, of one tenant', async () => {
      await store.put(aPrecedent('old', { at: 1 }));
      await store.put(aPrecedent('new', { at: 3 }));
      await store.put(aPrecedent('middle', { at: 2, class: 'Pending' }));
      await store.put(aPrecedent('foreign', { tenant: 'other-team', at: 4 }));
      const listed = await store.list({ tenant: 'shop-team', limit: 2 });
      expect(listed.map((precedent) => precedent.request.name)).toEqual(['rr-new', 'rr-middle']);
      expect(await store.list({ tenant: 'third-team', limit: 10 })).toEqual([]);
    });

    it('are at most as many as asked for, in falling order of a score from 0 to 1', async () => {
      for (const name of ['a', 'b', 'c', 'd']) await store.put(aPrecedent(name, { clusters: [name] }));
      const found = await store.find({ tenant: 'shop-team', fingerprint: sha256('b'), class: 'OOMKilled', text: 'c needs more memory', limit: 3 });
      const scores = found.map((match) => match.score);
      expect(scores).toHaveLength(3);
      expect(scores).toEqual([...scores].sort((x, y) => y - x));
      for (const score of scores) expect(score >= 0 && score <= 1).toBe(true);
    });
  });

  describe('vetoes', () => {
    const veto = { tenant: 'shop-team', key: 'shop/apps/web.yaml#memory:setResources', request: 'rr-1', at: 5 };

    it('are found by key, after a restart too, and once however often they were put', async () => {
      await store.putVeto(veto);
      await store.putVeto(veto);
      await store.close();
      store = await reopen();
      expect(await store.findVetoes('shop-team', ['another', veto.key])).toEqual([veto]);
    });

    it('never cross tenants', async () => {
      await store.putVeto(veto);
      expect(await store.findVetoes('other-team', [veto.key])).toEqual([]);
    });
  });

  describe('forgetting', () => {
    it('removes precedents by id or fingerprint and vetoes by key, and says how many', async () => {
      const [a, b] = [aPrecedent('a'), aPrecedent('b')];
      await store.put(a);
      await store.put(b);
      await store.putVeto({ tenant: 'shop-team', key: 'k', request: 'rr-1', at: 5 });
      expect(await store.forget('shop-team', [a.id, b.fingerprint, 'k', 'unknown'])).toBe(3);
      expect(await namesOf({ class: 'OOMKilled' })).toEqual([]);
      expect(await store.findVetoes('shop-team', ['k'])).toEqual([]);
    });

    it("leaves other tenants' memory alone", async () => {
      await store.putVeto({ tenant: 'other-team', key: 'k', request: 'rr-1', at: 5 });
      expect(await store.forget('shop-team', ['k'])).toBe(0);
      expect(await store.findVetoes('other-team', ['k'])).toHaveLength(1);
    });
  });
}
