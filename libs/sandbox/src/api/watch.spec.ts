import { describe, expect, it } from 'vitest';
import { at } from './json.ts';
import { CONFIG_MAPS, configMap, PODS, pod, readWatch, testApi, type WatchLine } from './spec-support/test-api.ts';

const told = (lines: readonly WatchLine[]) => lines.map(({ type, object }) => `${type} ${String(at(object, 'metadata', 'name'))}`);

describe('watching', () => {
  it('begins with what exists and goes on with what happens', async () => {
    const { raw, call } = testApi();
    const watch = readWatch(await raw('GET', `${CONFIG_MAPS}?watch=1`));
    expect(told(await watch.take(1))).toEqual(['ADDED kube-root-ca.crt']);
    await call('POST', CONFIG_MAPS, { body: configMap('a') });
    await call('PATCH', `${CONFIG_MAPS}/a`, { body: { data: { k: 'v' } }, contentType: 'application/merge-patch+json' });
    await call('DELETE', `${CONFIG_MAPS}/a`);
    expect(told(await watch.take(3))).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });

  it('goes on from a resourceVersion without repeating or missing anything', async () => {
    const { raw, call } = testApi();
    const { body } = await call('GET', CONFIG_MAPS);
    await call('POST', CONFIG_MAPS, { body: configMap('a') });
    const watch = readWatch(await raw('GET', `${CONFIG_MAPS}?watch=1&resourceVersion=${String(at(body, 'metadata', 'resourceVersion'))}`));
    await call('POST', CONFIG_MAPS, { body: configMap('b') });
    expect(told(await watch.take(2))).toEqual(['ADDED a', 'ADDED b']);
  });

  it('says 410 for a version that is too old', async () => {
    const { raw, call } = testApi({ history: 4 });
    for (let index = 0; index < 30; index += 1) await call('POST', CONFIG_MAPS, { body: configMap(`a-${index}`) });
    const watch = readWatch(await raw('GET', `${CONFIG_MAPS}?watch=1&resourceVersion=1`));
    const [line] = await watch.take(1);
    expect([line?.type, line?.object['code'], line?.object['reason']]).toEqual(['ERROR', 410, 'Expired']);
    expect(await watch.ended()).toBe(true);
  });

  it('marks the end of the initial events', async () => {
    const { raw } = testApi();
    const watch = readWatch(await raw('GET', `${CONFIG_MAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`));
    const [first, mark] = await watch.take(2);
    expect(first?.type).toBe('ADDED');
    expect([mark?.type, at(mark?.object, 'metadata', 'annotations', 'k8s.io/initial-events-end')]).toEqual(['BOOKMARK', 'true']);
  });

  it('sends bookmarks as time passes, and ends when its time is up', async () => {
    const { raw, clock } = testApi();
    const watch = readWatch(await raw('GET', `${CONFIG_MAPS}?watch=1&resourceVersion=16&allowWatchBookmarks=true&timeoutSeconds=90`));
    await clock.run(61_000);
    expect((await watch.take(1)).map(({ type }) => type)).toEqual(['BOOKMARK']);
    await clock.run(30_000);
    expect(await watch.ended()).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('shows an object that leaves the selection as deleted, and one that enters as added', async () => {
    const { raw, call } = testApi();
    await call('POST', PODS, { body: pod('p') });
    const watch = readWatch(await raw('GET', `${PODS}?watch=1&labelSelector=app%3Dp`));
    const label = (app: string) => call('PATCH', `${PODS}/p`, { body: { metadata: { labels: { app } } }, contentType: 'application/merge-patch+json' });
    await label('other');
    await label('p');
    expect(told(await watch.take(3))).toEqual(['ADDED p', 'DELETED p', 'ADDED p']);
  });

  it('sends tables and bare metadata too', async () => {
    const { raw } = testApi();
    const table = readWatch(await raw('GET', `${CONFIG_MAPS}?watch=1`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }));
    const [row] = await table.take(1);
    expect([row?.object['kind'], at(row?.object, 'rows', 0, 'cells', 0)]).toEqual(['Table', 'kube-root-ca.crt']);
    const partial = readWatch(await raw('GET', `${CONFIG_MAPS}?watch=1`, { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' }));
    const [meta] = await partial.take(1);
    expect(Object.keys(meta?.object ?? {}).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
  });

  it('leaves nothing behind when its client goes', async () => {
    const { raw, clock } = testApi();
    const gone = new AbortController();
    await raw('GET', `${CONFIG_MAPS}?watch=1`, {}, gone.signal);
    gone.abort();
    const read = readWatch(await raw('GET', `${CONFIG_MAPS}?watch=1`));
    await read.cancel();
    await clock.run(0);
    expect(clock.pending).toBe(0);
  });

  it('reaches in-process watchers in the order of commits', async () => {
    const { objects, clock } = testApi();
    const seen: string[] = [];
    const stop = objects.watch('v1', 'ConfigMap', ({ type, object }) => seen.push(`${type} ${object.metadata.namespace}/${object.metadata.name}`));
    const made = objects.create({ ...configMap('a'), metadata: { name: 'a', namespace: 'default' } } as never, { manager: 'test' });
    objects.update({ ...(made as object), data: { k: 'v' } } as never, { manager: 'test' });
    await clock.run(0);
    stop();
    objects.delete('v1', 'ConfigMap', 'default', 'a');
    await clock.run(0);
    expect(seen.slice(-2)).toEqual(['ADDED default/a', 'MODIFIED default/a']);
    expect(seen.filter((text) => text.startsWith('DELETED'))).toEqual([]);
  });
});
