import { minutes, seconds, seededRandom } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createKubeClient } from './kube-client.ts';
import { startReflector } from './reflector.ts';
import { bookmark, handFedWatch, jsonResponse, pod, scriptedApi, statusResponse, type HandFedWatch, type Script } from './scripted-api.ts';

const PODS = { apiVersion: 'v1', kind: 'Pod', resource: 'pods', namespaced: true };
let stop = new AbortController();
afterEach(() => stop.abort(new Error('spec over')));

function start(script: Script) {
  stop = new AbortController();
  const clock = new VirtualClock();
  const api = scriptedApi(script);
  const store = new Map<string, KubeObject>();
  const replacements: string[][] = [];
  const troubles: string[] = [];
  const names = () => [...store.keys()].toSorted();
  const reflector = startReflector({
    client: createKubeClient({ server: 'https://api.test', fetch: api.fetch, readOnly: true }),
    type: PODS, clock, random: seededRandom(1), signal: stop.signal,
    sink: {
      replace(objects) {
        store.clear();
        for (const object of objects) store.set(object.metadata.name, object);
        replacements.push(names());
      },
      upsert: (object) => void store.set(object.metadata.name, object),
      remove: (object) => void store.delete(object.metadata.name),
    },
    onTrouble: (error) => troubles.push(String(error)),
  });
  return { clock, api, reflector, names, replacements, troubles, tick: () => clock.run(0) };
}

/** Answers each request with the next of these; the last one for ever. */
const inTurn = (...answers: readonly (() => Response)[]): Script => {
  let next = 0;
  return () => (answers[Math.min(next++, answers.length - 1)] ?? (() => statusResponse(500, 'ScriptOver', 'no answer left')))();
};
const watches = (count: number): HandFedWatch[] => Array.from({ length: count }, handFedWatch);

function begin(watch: HandFedWatch, version: string, ...names: readonly string[]): void {
  for (const name of names) watch.send('ADDED', pod(name, version));
  watch.send('BOOKMARK', bookmark(version, true));
}

describe('a reflector', () => {
  it('shows nothing of the initial stream before the server says that it is complete', async () => {
    const [watch] = watches(1) as [HandFedWatch];
    const world = start(() => watch.response);
    watch.send('ADDED', pod('a', '5'));
    await world.tick();
    expect(world.reflector.ready).toBe(false);
    expect(world.names()).toEqual([]);
    watch.send('ADDED', pod('b', '5'));
    watch.send('BOOKMARK', bookmark('7', true));
    await world.tick();
    expect(world.replacements).toEqual([['a', 'b']]);
    expect(world.reflector.state).toBe('synced');
    expect(Object.fromEntries(world.api.seen[0]?.query ?? [])).toMatchObject({ watch: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' });
  });

  it('follows additions, changes and deletions after that', async () => {
    const [watch] = watches(1) as [HandFedWatch];
    const world = start(() => watch.response);
    begin(watch, '7', 'a', 'b');
    watch.send('ADDED', pod('c', '8'));
    watch.send('DELETED', pod('a', '9'));
    await world.tick();
    expect(world.names()).toEqual(['b', 'c']);
    expect(world.replacements).toHaveLength(1);
  });

  it('resumes at the last resourceVersion, bookmarks included, when the connection breaks inside a line', async () => {
    const [first, second] = watches(2) as [HandFedWatch, HandFedWatch];
    const world = start(inTurn(() => first.response, () => second.response));
    begin(first, '7', 'a');
    first.send('BOOKMARK', bookmark('42'));
    first.sendText('{"type":"ADDED","object":{"kind":"Po');
    await world.tick();
    first.break(new Error('read ECONNRESET'));
    await world.clock.run(seconds(2));
    expect(world.api.seen[1]?.query.get('resourceVersion')).toBe('42');
    expect(world.api.seen[1]?.query.get('sendInitialEvents')).toBeNull();
    second.send('ADDED', pod('b', '43'));
    await world.tick();
    expect(world.names()).toEqual(['a', 'b']);
    expect(world.replacements).toHaveLength(1);
  });

  it('puts lines together that arrive in pieces', async () => {
    const [watch] = watches(1) as [HandFedWatch];
    const world = start(() => watch.response);
    const line = `${JSON.stringify({ type: 'ADDED', object: pod('ü-pod', '7') })}\n`;
    for (const piece of [line.slice(0, 10), line.slice(10, 25), line.slice(25)]) {
      watch.sendText(piece);
      await world.tick();
    }
    watch.send('BOOKMARK', bookmark('7', true));
    await world.tick();
    expect(world.names()).toEqual(['ü-pod']);
  });

  it('lists page by page where the server refuses to stream', async () => {
    const watch = handFedWatch();
    const world = start(({ query }) => {
      if (query.get('sendInitialEvents')) return statusResponse(422, 'Invalid', 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled');
      if (query.get('watch')) return watch.response;
      if (query.get('continue') === 'two') return jsonResponse({ metadata: { resourceVersion: '11' }, items: [{ metadata: { name: 'b' } }] });
      return jsonResponse({ metadata: { resourceVersion: '11', continue: 'two' }, items: [{ metadata: { name: 'a' } }] });
    });
    await world.tick();
    expect(world.replacements).toEqual([['a', 'b']]);
    expect(world.api.seen.at(-1)?.query.get('resourceVersion')).toBe('11');
    watch.send('ADDED', pod('c', '12'));
    await world.tick();
    expect(world.names()).toEqual(['a', 'b', 'c']);
  });

  it('lists where the server ignores the wish to stream and never marks the end', async () => {
    const [mute, after] = watches(2) as [HandFedWatch, HandFedWatch];
    const world = start(({ query }) => {
      if (query.get('sendInitialEvents')) return mute.response;
      return query.get('watch') ? after.response : jsonResponse({ metadata: { resourceVersion: '3' }, items: [{ metadata: { name: 'a' } }] });
    });
    mute.send('ADDED', pod('a', '3'));
    await world.clock.run(seconds(20));
    expect(world.replacements).toEqual([['a']]);
  });

  it('starts over on 410 and swaps the whole set at once, keeping the old one until then', async () => {
    const [first, second] = watches(2) as [HandFedWatch, HandFedWatch];
    const world = start(inTurn(() => first.response, () => second.response));
    begin(first, '7', 'a', 'b');
    first.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' });
    await world.tick();
    second.send('ADDED', pod('c', '90'));
    await world.tick();
    expect(world.names()).toEqual(['a', 'b']);
    second.send('BOOKMARK', bookmark('91', true));
    await world.tick();
    expect(world.replacements).toEqual([['a', 'b'], ['c']]);
  });

  it('does not spin when starting over does not help', async () => {
    const world = start(() => {
      const watch = handFedWatch();
      begin(watch, '7', 'a');
      watch.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
      return watch.response;
    });
    await world.clock.run(minutes(5));
    expect(world.api.seen.length).toBeLessThan(40);
    expect(world.api.seen.length).toBeGreaterThan(3);
  });

  it('does not spin on streams that end at once', async () => {
    const world = start(() => new Response(''));
    await world.clock.run(minutes(5));
    expect(world.api.seen.length).toBeLessThan(40);
    expect(world.api.seen.length).toBeGreaterThan(3);
  });

  it('survives a server that is away for minutes', async () => {
    const [first, second] = watches(2) as [HandFedWatch, HandFedWatch];
    let up = true;
    let turn = 0;
    const world = start(() => {
      if (!up) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 10.0.0.1:443') });
      return (turn++ === 0 ? first : second).response;
    });
    begin(first, '7', 'a');
    await world.tick();
    up = false;
    first.break(new Error('terminated'));
    await world.clock.run(minutes(3));
    expect(world.reflector.state).toBe('lagging');
    expect(world.troubles.at(-1)).toContain('cannot reach the Kubernetes API at https://api.test: connect ECONNREFUSED 10.0.0.1:443');
    expect(world.names()).toEqual(['a']);
    up = true;
    await world.clock.run(seconds(31));
    expect(world.reflector.state).toBe('synced');
    second.send('ADDED', pod('b', '8'));
    await world.tick();
    expect(world.names()).toEqual(['a', 'b']);
  });

  it('says that it is denied while its token is not accepted, and goes on when it is again', async () => {
    const watch = handFedWatch();
    let accepted = false;
    const world = start(() => (accepted ? watch.response : statusResponse(401, 'Unauthorized', 'Unauthorized')));
    await world.tick();
    expect(world.reflector.state).toBe('denied');
    accepted = true;
    await world.clock.run(seconds(1));
    begin(watch, '7', 'a');
    await world.tick();
    expect(world.reflector.state).toBe('synced');
  });

  it('is ready and empty for a kind that the cluster does not serve, and finds it when it appears', async () => {
    const watch = handFedWatch();
    let served = false;
    const world = start(() => (served ? watch.response : statusResponse(404, 'NotFound', 'the server could not find the requested resource')));
    await world.tick();
    expect(world.reflector.state).toBe('absent');
    expect(world.reflector.ready).toBe(true);
    expect(world.troubles).toEqual([]);
    served = true;
    begin(watch, '7', 'a');
    await world.clock.run(seconds(40));
    expect(world.names()).toEqual(['a']);
  });

  it('empties its set when the kind disappears', async () => {
    const watch = handFedWatch();
    const world = start(inTurn(() => watch.response, () => statusResponse(404, 'NotFound', 'gone')));
    begin(watch, '7', 'a');
    await world.clock.run(seconds(5));
    watch.end();
    await world.tick();
    expect(world.names()).toEqual([]);
    expect(world.reflector.state).toBe('absent');
  });

  it('gives a silent stream up and resumes', async () => {
    const [first, second] = watches(2) as [HandFedWatch, HandFedWatch];
    const world = start(inTurn(() => first.response, () => second.response));
    begin(first, '7', 'a');
    await world.clock.run(minutes(4));
    expect(world.api.seen[1]?.query.get('resourceVersion')).toBe('7');
  });

  it('waits as long as an overloaded server asks', async () => {
    const world = start(() => statusResponse(429, 'TooManyRequests', 'slow down', { 'retry-after': '60' }));
    await world.clock.run(seconds(59));
    expect(world.api.seen).toHaveLength(1);
    await world.clock.run(seconds(2));
    expect(world.api.seen).toHaveLength(2);
  });

  it('ends when its signal is aborted, with nothing left that waits', async () => {
    const watch = handFedWatch();
    const world = start(() => watch.response);
    begin(watch, '7', 'a');
    await world.tick();
    stop.abort(new Error('stopped'));
    await world.reflector.done;
    await world.tick();
    expect(world.clock.pending).toBe(0);
  });
});
