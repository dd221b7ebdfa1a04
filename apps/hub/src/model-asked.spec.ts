import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrail } from '@fleetmend/audit';
import { createInProcessBus } from '@fleetmend/bus';
import { HubConfig } from '@fleetmend/config';
import { seededRandom, sha256 } from '@fleetmend/kernel';
import { GROUP_VERSION, SYSTEM_NAMESPACE, type Answer, type Question } from '@fleetmend/model';
import { createLogger, systemClock } from '@fleetmend/telemetry';
import { afterEach, expect, it } from 'vitest';
import { modelStandIn } from '../../../libs/reasoners/spec-support/model-stand-in.ts';
import { garbage } from '../../../libs/reasoners/spec-support/plays.ts';
import { aHubCluster } from './kubernetes/hub-cluster.fixture.ts';
import { startHub } from './start-hub.ts';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' };
const checkout = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'shop', name: 'checkout' }, spec: { replicas: 1, template: { spec: { containers: [{ name: 'app', image: 'shop/app:1' }] } } } };

async function answer(question: Question): Promise<Answer> {
  if (question.question === 'evidence') return { answer: 'evidence', items: [{ kind: 'log', title: 'log of app', text: 'token=abc123def456 refused', digest: sha256('log') }], redactions: { secret: 2 } };
  if (question.question === 'object') return { answer: 'object', objects: question.ref.kind === 'Deployment' ? [checkout] : [], truncated: false };
  return { answer: 'refusal', reason: 'Unknown', message: 'not here' };
}

it('a hub with a model asks it, shows on the request why its answer was of no use, and counts what it took', async () => {
  const server = await modelStandIn([garbage]);
  const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-hub-'));
  const cluster = aHubCluster();
  const bus = createInProcessBus({ clock: systemClock });
  const agent = bus.agent('prod-1');
  agent.onQuestion(answer);
  cluster.server.objects.create({ apiVersion: GROUP_VERSION, kind: 'RemediationPolicy', metadata: { name: 'all', namespace: SYSTEM_NAMESPACE }, spec: { selector: {}, mode: 'Propose' } }, { manager: 'test' });
  const config = HubConfig.parse({
    profile: 'sandbox',
    stateDir,
    http: { port: 0 },
    groupingWindow: '10ms',
    policyEngine: { kind: 'opa-wasm', bundle: join(import.meta.dirname, '../../../policies/bundle') },
    reasoners: [{ kind: 'playbook' }, { kind: 'openai-compatible', baseURL: server.baseURL, model: 'm-1', apiKey: { env: 'MODEL_KEY' }, price: { inputPerMillion: 1000, outputPerMillion: 1000 } }],
  });
  const hub = await startHub(config, {
    clock: systemClock,
    random: seededRandom(1),
    log: createLogger({ level: 'silent', service: 'hub' }),
    env: { PATH: process.env['PATH'], MODEL_KEY: 'sk-0123456789abcdef' },
    fetch,
    bus,
    kubernetes: { server: 'https://hub.test', fetch: cluster.fetch, headers: async () => ({}) },
  });
  ends.push(() => rmSync(stateDir, { recursive: true }), () => cluster.close(), () => server.close(), () => hub.stop());

  const finding = { class: 'CrashLoopBackOff', target, observation: { reason: 'CrashLoopBackOff', message: 'it fails' } };
  await agent.publishFailure({ schema: 1, cluster: 'prod-1', fingerprint: sha256('checkout'), state: 'open', version: 1, epoch: 1, at: 1, firstSeen: 1, count: 1, finding });
  const end = async () => (await hub.requests.list()).find(({ status }) => status.phase === 'Escalated');
  for (let tries = 0; tries < 200 && (await end()) === undefined; tries += 1) await systemClock.sleep(25);

  expect((await end())?.status).toMatchObject({ reason: 'NoRecentChange', diagnosis: { abstain: { lookAt: expect.stringContaining('openai-compatible had nothing better (ModelAnswerUnusable)') }, model: { name: 'm-1', inputTokens: 1800, outputTokens: 200, costUSD: 2 } } });
  const diagnosed: unknown[] = [];
  for await (const record of readTrail(join(stateDir, 'audit.jsonl'))) if (record.type.endsWith('.diagnose')) diagnosed.push(record.data);
  expect(diagnosed[0]).toMatchObject({ redactions: { secret: 2 }, models: [{ provider: 'openai-compatible', name: 'm-1', prompt: expect.stringMatching(/^sha256:/), inputTokens: 1800, outputTokens: 200, costUSD: 2 }] });
  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  expect(metrics).toContain('fleetmend_model_tokens_total{provider="openai-compatible",model="m-1",type="input"} 1800');
  expect(metrics).toContain('fleetmend_model_cost_usd_total{provider="openai-compatible",model="m-1"} 2');
  expect(server.requests).toHaveLength(2);
  expect(server.requests[0]?.headers['authorization']).toBe('Bearer sk-0123456789abcdef');
  expect(JSON.stringify(server.requests.map(({ body }) => body))).not.toContain('abc123def456');
});
