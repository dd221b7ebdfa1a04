import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import { Refusal, StandInCollection } from './collection.ts';
import { CreateCollection, CreateFieldIndex, PointIdsList, PointRequest, PointsList, QueryGroupsRequest, ScrollRequest } from './shapes.ts';

export interface QdrantStandIn {
  readonly url: string;
  readonly collections: ReadonlyMap<string, StandInCollection>;
  /** Every body that was taken in, as text. */
  readonly bodies: readonly string[];
  clear(): void;
  close(): Promise<void>;
}

interface Options {
  readonly version?: string;
  readonly apiKey?: string;
  /** A path in front of everything, as behind an ingress. */
  readonly prefix?: string;
}

/**
 * A stand-in for a Qdrant server: real HTTP on loopback, a small part of its API, held to the client's own types. Paths and methods
 * are those of `generated_client_type.d.ts`; answers are wrapped as `{result, status, time}` like every operation there.
 */
export async function startQdrantStandIn({ version = '1.19.0', apiKey, prefix = '' }: Options = {}): Promise<QdrantStandIn> {
  const collections = new Map<string, StandInCollection>();
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    read(request).then((text) => {
      const url = new URL(request.url ?? '/', 'http://stand-in');
      const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : undefined;
      if (path === undefined) return answer(404, {});
      // The root is open to all, everything else needs the key; source: Qdrant's security guide, "Authentication".
      if (path === '/' || path === '') return answer(200, { title: 'qdrant - vector search engine', version });
      if (apiKey !== undefined && request.headers['api-key'] !== apiKey) return answer(401, 'Must provide an API key or an Authorization bearer token');
      bodies.push(text);
      return answer(200, { result: route(collections, { method: request.method ?? '', path, query: url.searchParams, text }), status: 'ok', time: 0 });
    }).catch((error: unknown) => answer(error instanceof Refusal ? error.status : 500, { status: { error: String(error) }, time: 0 }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    collections,
    bodies,
    clear: () => collections.clear(),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly text: string;
}

function route(collections: Map<string, StandInCollection>, { method, path, query, text }: Call): unknown {
  const [, top, rawName = '', ...rest] = path.split('/');
  const [name, operation] = [decodeURIComponent(rawName), `${method} ${rest.join('/')}`];
  if (top !== 'collections') throw new Refusal(404, `no such page ${path}`);
  if (name === '') return { collections: [...collections.keys()].map((one) => ({ name: one })) };
  if (operation === 'GET exists') return { exists: collections.has(name) };
  if (operation === 'PUT ') {
    if (collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
    collections.set(name, new StandInCollection(bodyOf(CreateCollection, text)));
    return true;
  }
  const collection = collections.get(name);
  if (collection === undefined) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
  // Without wait=true the real server answers before the change can be seen.
  if (['PUT index', 'PUT points', 'POST points/delete'].includes(operation) && query.get('wait') !== 'true') throw new Refusal(400, 'the stand-in wants wait=true');
  const done = { operation_id: 1, status: 'completed' };
  switch (operation) {
    case 'GET ':
      return { status: 'green', optimizer_status: 'ok', segments_count: 1, points_count: collection.points.size, config: { params: collection.params }, payload_schema: {} };
    case 'PUT index':
      collection.index(bodyOf(CreateFieldIndex, text));
      return done;
    case 'PUT points':
      collection.upsert(bodyOf(PointsList, text).points);
      return done;
    case 'POST points':
      return bodyOf(PointRequest, text).ids.flatMap((id) => collection.points.get(id) ?? []).map(({ id, payload }) => ({ id, payload }));
    case 'POST points/delete':
      for (const id of bodyOf(PointIdsList, text).points) collection.points.delete(id);
      return done;
    case 'POST points/scroll':
      return collection.scroll(bodyOf(ScrollRequest, text));
    case 'POST points/query/groups':
      return collection.groups(bodyOf(QueryGroupsRequest, text));
    default:
      throw new Refusal(404, `the stand-in has no ${operation}`);
  }
}

function bodyOf<T>(schema: z.ZodType<T>, text: string): T {
  const read = schema.safeParse(JSON.parse(text));
  if (!read.success) throw new Refusal(400, `Format error in JSON body: ${read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
  return read.data;
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
