import { seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { createApiServer } from './api/api-server.ts';
import { at, isObject, type Json, listAt } from './api/json.ts';
import { createTranslation, type Exchange, readRecordings, stable } from './api/spec-support/recordings.ts';
import { type Physics, startPhysics } from './physics/physics.ts';
import { SHORT_PROFILE } from './physics/runtime/profile.ts';
import { openStore } from './store/store.ts';

/** Long enough for anything that a command of the list waits for. */
const A_WHILE = 12_000;
/** Between one command and the next. */
const A_MOMENT = 2_000;

function startCluster() {
  const clock = new VirtualClock();
  const late: { physics?: Physics } = {};
  const server = createApiServer({
    name: 'sandbox', store: openStore({ path: ':memory:' }), clock, random: seededRandom(3),
    logs: (request) => {
      if (!late.physics) throw new Error('the node is not up yet');
      return late.physics.podLogs(request);
    },
  });
  server.objects.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels: { 'kubernetes.io/hostname': 'node-1' } } }, { manager: 'lab' });
  const physics = startPhysics({ objects: server.objects, clock, random: seededRandom(7), profile: SHORT_PROFILE, failed: ({ error }) => { throw error; } });
  late.physics = physics;
  return { clock, server, stop: () => { physics.stop(); server.close(); } };
}

function requestOf({ method, path, accept, contentType, body }: Exchange, translate: (text: string) => string): Request {
  const bytes = isObject(body) && typeof body['base64'] === 'string' ? Buffer.from(body['base64'], 'base64') : body === undefined ? undefined : typeof body === 'string' ? body : translate(JSON.stringify(body));
  const headers = { 'user-agent': 'kubectl/v1.34.4', ...(accept ? { accept } : {}), ...(contentType ? { 'content-type': contentType } : {}) };
  const url = translate(path.replace(/([?&])resourceVersion=\d+/g, '$1resourceVersion='));
  return new Request(`https://sandbox${url}`, { method, headers, ...(bytes === undefined || method === 'GET' ? {} : { body: bytes }) });
}

/** What of an answer must be as it was recorded. */
function essence(answer: unknown): unknown {
  if (!isObject(answer)) return undefined;
  if (answer['kind'] === 'Status') return { reason: answer['reason'], message: stable(answer['message']), status: answer['status'] };
  if (answer['kind'] === 'Table') return { columns: listAt(answer, 'columnDefinitions').map(({ name, type, priority }) => ({ name, type, priority })) };
  return { kind: answer['kind'], apiVersion: answer['apiVersion'], keys: Object.keys(answer).sort(), spec: answer['kind'] === 'Pod' ? undefined : stable(answer['spec']), data: stable(at(answer, 'data')) };
}

describe('kubectl, as it was recorded', () => {
  it('finds in the sandbox what it found then, request by request', async () => {
    const { clock, server, stop } = startCluster();
    const { learn, translate } = createTranslation();
    const differences: string[] = [];
    let replayed = 0;
    for (const { command, exchanges } of readRecordings()) {
      for (const exchange of exchanges) {
        let response = await server.fetch(requestOf(exchange, translate));
        if (response.status !== exchange.status && exchange.method === 'GET') {
          // kubectl had waited longer here than this run has.
          await clock.run(A_WHILE);
          response = await server.fetch(requestOf(exchange, translate));
        }
        const isWatch = /[?&]watch=(true|1)/.test(exchange.path) || /[?&]follow=true/.test(exchange.path);
        const text = isWatch ? '' : await response.text();
        if (isWatch) await response.body?.cancel();
        replayed += 1;
        if (response.status !== exchange.status) {
          differences.push(`${command}: ${exchange.method} ${exchange.path}: ${response.status} instead of ${exchange.status} ${text.slice(0, 200)}`);
          continue;
        }
        if (isWatch) await clock.run(A_WHILE);
        if (isWatch || !isObject(exchange.response)) continue;
        const answer = JSON.parse(text) as Json;
        learn(exchange.response, answer);
        const [now, then] = [essence(answer), essence(exchange.response)].map((value) => JSON.stringify(value));
        if (now !== then) differences.push(`${command}: ${exchange.method} ${exchange.path}:\n  now  ${now ?? ''}\n  then ${then ?? ''}`);
      }
      await clock.run(A_MOMENT);
    }
    stop();
    expect(differences).toEqual([]);
    expect(replayed).toBeGreaterThan(200);
  }, 60_000);
});
