import { HubConfig } from '@fleetmend/config';
import { seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { startAuditSinks } from './audit-sinks.ts';

const audit = (sinks: readonly unknown[]) => HubConfig.shape.audit.parse({ sinks });
const start = (sinks: readonly unknown[]) => startAuditSinks({ config: { audit: audit(sinks), stateDir: '/nowhere' }, file: '/nowhere/audit.jsonl', clock: new VirtualClock(), random: seededRandom(1), env: {}, fetch, warn: () => {} });

it('is never behind where no sink is configured', () => {
  expect(start([]).behind()).toBeUndefined();
});

it('is behind from the start until a sink holds the trail', async () => {
  const sinks = start([{ kind: 'loki', url: 'http://127.0.0.1:1' }]);
  expect(sinks.behind()).toContain('loki');
  await sinks.stop();
});

it('names a credential that is not there, and takes none in plain text', () => {
  expect(() => start([{ kind: 'elasticsearch', url: 'https://es.test', authorization: { env: 'ES_AUTH' } }])).toThrow(/ES_AUTH/);
  expect(() => audit([{ kind: 'loki', url: 'https://loki.test', authorization: 'Bearer x' }])).toThrow();
  expect(() => audit([{ kind: 'loki', url: 'https://loki.test', labels: {} }])).toThrow();
});
