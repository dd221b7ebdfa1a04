import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isPermanent } from '@fleetmend/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../objects.ts';
import { openStore } from './store.ts';

const object = (name: string, namespace = 'shop'): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } });

function refusal(action: () => unknown): { reason: string; message: string } {
  try {
    action();
  } catch (error) {
    if (isPermanent(error)) return { reason: error.reason, message: error.message };
    throw error;
  }
  return { reason: 'none', message: '' };
}

describe('the store', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-store-'));
    path = join(folder, 'state', 'sandbox.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives objects back after a restart, with revisions that go on', () => {
    const first = openStore({ path });
    const stored = first.cluster('a').put('/configmaps', object('x'));
    first.cluster('b').put('/configmaps', object('other'));
    first.close();
    const second = openStore({ path });
    const cluster = second.cluster('a');
    expect(cluster.get('/configmaps', 'shop', 'x')).toEqual(stored);
    expect(cluster.get('/configmaps', 'shop', 'other')).toBeUndefined();
    expect(cluster.revision()).toBe(1);
    expect(cluster.put('/configmaps', object('y')).metadata.resourceVersion).toBe('2');
    second.close();
  });

  it('takes what comes after its end from whoever was still at work, and keeps none of it', async () => {
    const first = openStore({ path });
    const cluster = first.cluster('a');
    first.close();
    cluster.put('/configmaps', object('late'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(openStore({ path }).cluster('a').get('/configmaps', 'shop', 'late')).toBeUndefined();
  });

  it('never gives a revision twice, also when the last change was a deletion', () => {
    const first = openStore({ path });
    first.cluster('a').put('/configmaps', object('x'));
    first.cluster('a').remove('/configmaps', 'shop', 'x');
    first.close();
    const second = openStore({ path });
    expect(second.cluster('a').list('/configmaps')).toEqual([]);
    expect(second.cluster('a').revision()).toBe(2);
    second.close();
  });

  it('has on disk what an awaited writer was told of, when the process is killed', async () => {
    const script = `
      import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'store.ts'))};
      const store = openStore({ path: ${JSON.stringify(path)} });
      store.cluster('a').put('/configmaps', ${JSON.stringify(object('x'))});
      await null;
      process.stdout.write('written');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
    const store = openStore({ path });
    expect(store.cluster('a').get('/configmaps', 'shop', 'x')?.metadata.resourceVersion).toBe('1');
    store.close();
  });

  it('refuses a file that is no database, naming it and the next step', () => {
    const file = join(folder, 'broken.sqlite');
    writeFileSync(file, 'this is not a database, however long one looks at it. '.repeat(100));
    const { reason, message } = refusal(() => openStore({ path: file }));
    expect(reason).toBe('CorruptState');
    expect(message).toContain(file);
    expect(message).toContain('Move that file');
  });

  it("refuses another program's database rather than writing into it", () => {
    const file = join(folder, 'foreign.sqlite');
    const foreign = new DatabaseSync(file);
    foreign.exec('CREATE TABLE theirs (x)');
    foreign.close();
    expect(refusal(() => openStore({ path: file })).reason).toBe('CorruptState');
  });

  it('refuses a state file whose objects are not readable, naming the object', () => {
    openStore({ path }).close();
    const database = new DatabaseSync(path);
    database.exec(`INSERT INTO objects VALUES ('a', '/configmaps', 'shop', 'half', '{"metadata":')`);
    database.close();
    const store = openStore({ path });
    const { reason, message } = refusal(() => store.cluster('a'));
    expect(reason).toBe('CorruptState');
    expect(message).toContain('half');
    store.close();
  });

  it('is held by one process at a time', () => {
    const store = openStore({ path });
    store.cluster('a').put('/configmaps', object('x'));
    store.flush();
    expect(refusal(() => openStore({ path })).reason).toBe('StateInUse');
    store.close();
  });

  it('keeps settings', () => {
    const first = openStore({ path });
    first.keepSetting('token', 'abc');
    first.close();
    const second = openStore({ path });
    expect(second.setting('token')).toBe('abc');
    second.close();
  });

  it('lists in the order of keys: namespace, then name', () => {
    const store = openStore({ path: ':memory:' });
    const cluster = store.cluster('a');
    for (const [namespace, name] of [['b', 'a'], ['a', 'z'], ['a-b', 'm'], ['a', 'b']] as const) cluster.put('/configmaps', object(name, namespace));
    expect(cluster.list('/configmaps').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(['a-b/m', 'a/b', 'a/z', 'b/a']);
    store.close();
  });

  it('forgets old changes, and says so instead of leaving a hole', () => {
    const store = openStore({ path: ':memory:', history: 4 });
    const cluster = store.cluster('a');
    for (let index = 0; index < 20; index += 1) cluster.put('/configmaps', object('x'));
    expect(cluster.since('/configmaps', 1)).toBeUndefined();
    expect(cluster.since('/configmaps', 18)?.map(({ revision }) => revision)).toEqual([19, 20]);
    store.close();
  });
});
