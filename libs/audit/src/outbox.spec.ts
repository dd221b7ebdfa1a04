import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openFileAudit } from './file-audit.ts';
import { startOutbox, type Outbox } from './outbox.ts';
import { elasticsearchSink, lokiSink, type Sink } from './sinks.ts';

interface Asked { readonly url: string; readonly type: string | undefined; readonly body: string }
let dir: string;
let server: Server;
let asked: Asked[];
let answer: (asked: Asked) => { status: number; body?: unknown };
let clock: VirtualClock;
const stored = new Set<string>();

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-outbox-'));
  asked = [];
  stored.clear();
  clock = new VirtualClock();
  answer = () => ({ status: 204 });
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const one = { url: request.url ?? '', type: request.headers['content-type'], body };
      asked.push(one);
      const { status, body: said } = answer(one);
      response.writeHead(status, { 'content-type': 'application/json' }).end(said === undefined ? '' : JSON.stringify(said));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
  rmSync(dir, { recursive: true });
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const start = (sink: Sink): Outbox => startOutbox({ file: join(dir, 'audit.jsonl'), cursorFile: join(dir, 'cursor'), sink, clock, random: seededRandom(1), warn: () => {} });
const loki = () => lokiSink({ url: url(), fetch });
const elasticsearch = () => elasticsearchSink({ url: url(), index: 'fleetmend-audit', fetch });
const write = async (...steps: readonly string[]) => {
  const trail = await openFileAudit({ file: join(dir, 'audit.jsonl'), clock, writer: 'hub' });
  for (const step of steps) await trail.record({ step, actor: 'hub', request: { namespace: 'a', name: 'rr', uid: 'u', attempt: 1 }, data: {} });
  await trail.close();
};
const settled = (outbox: Outbox) => vi.waitFor(() => expect(outbox.behind()).toBeUndefined());

/*
 * No real server is asked here: the stand-ins do what these pages say. A real Loki is asked by the lab's spec audit-loki.
 * Loki (grafana.com/docs/loki): "Loki HTTP API", section "Ingest logs", for the path, the form of a push and 204; "Troubleshoot log ingestion
 * (WRITE)" for 429 beyond a rate limit; "Enforce rate limits and push request validation" for pushes that are refused.
 * Elasticsearch (elastic.co/guide): "Bulk API" for the newline-delimited body, its content type, one result for each action in their order,
 * and that `create` fails where the id exists; "Creating a New Document" for 201 and 409.
 */
/** The bulk API: an action line and a document in turn; an id that exists is 409. */
const bulk = (refuse: (id: string) => number | undefined) => ({ body }: Asked) => {
  const rows = body.trimEnd().split('\n').map((row) => JSON.parse(row) as { create: { _id: string } });
  const items = rows.filter((_, at) => at % 2 === 0).map(({ create: { _id } }) => {
    const status = stored.has(_id) ? 409 : (refuse(_id) ?? 201);
    if (status === 201) stored.add(_id);
    return { create: { _id, status } };
  });
  return { status: 200, body: { errors: items.some(({ create }) => create.status > 299), items } };
};

it('pushes to Loki with few labels and nanoseconds as strings', async () => {
  await write('diagnose', 'propose');
  const outbox = start(loki());
  await settled(outbox);
  await outbox.stop();
  expect(asked.map((one) => [one.url, one.type])).toEqual([['/loki/api/v1/push', 'application/json']]);
  const { streams } = JSON.parse(asked[0]?.body ?? '') as { streams: { stream: object; values: [string, string][] }[] };
  expect(streams.map(({ stream }) => stream)).toEqual([{ app: 'fleetmend', kind: 'audit', step: 'diagnose' }, { app: 'fleetmend', kind: 'audit', step: 'propose' }]);
  expect(streams[0]?.values[0]).toEqual([expect.stringMatching(/^\d{19}$/), expect.stringContaining('dev.fleetmend.audit.diagnose')]);
});

it('goes on after a restart where it stood', async () => {
  await write('diagnose');
  const first = start(loki());
  await settled(first);
  await first.stop();
  await write('propose');
  const second = start(loki());
  await settled(second);
  await second.stop();
  expect(asked).toHaveLength(2);
  expect(asked[1]?.body).not.toContain('audit.diagnose');
});

it.each([429, 500, 400])('says that it is behind while the sink answers %i, and sends again', async (status) => {
  await write('diagnose');
  answer = () => ({ status });
  const outbox = start(loki());
  await vi.waitFor(() => expect(outbox.behind()).toContain(String(status)));
  answer = () => ({ status: 204 });
  await clock.run(2_000);
  await settled(outbox);
  await outbox.stop();
  expect(asked.length).toBeGreaterThan(1);
});

it('stores the rest of a bulk that Elasticsearch took in part, each record once', async () => {
  await write('diagnose', 'propose', 'evaluate');
  let seen = 0;
  answer = bulk(() => ((seen += 1) === 2 ? 429 : undefined));
  const outbox = start(elasticsearch());
  await vi.waitFor(() => expect(outbox.behind()).toContain('stored 2 of 3'));
  answer = bulk(() => undefined);
  await clock.run(2_000);
  await settled(outbox);
  await outbox.stop();
  expect(stored.size).toBe(3);
  expect(asked[0]).toMatchObject({ url: '/fleetmend-audit/_bulk', type: 'application/x-ndjson' });
});

it('takes a batch that was stored before a crash for stored', async () => {
  await write('diagnose');
  answer = bulk(() => undefined);
  const first = start(elasticsearch());
  await settled(first);
  await first.stop();
  rmSync(join(dir, 'cursor'));
  const second = start(elasticsearch());
  await settled(second);
  await second.stop();
  expect(asked).toHaveLength(2);
  expect(stored.size).toBe(1);
});
