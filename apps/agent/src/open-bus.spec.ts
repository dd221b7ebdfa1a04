import { seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { openBus } from './open-bus.ts';

const rest = { env: {}, clock: new VirtualClock(), random: seededRandom(1) };

it('an agent that runs alone needs a courier that leaves the process', () => {
  expect(() => openBus({ kind: 'in-process' }, rest)).toThrow(/set it to nats/);
});

it('a secret that is not there is named, not its value', () => {
  expect(() => openBus({ kind: 'nats', servers: ['nats://127.0.0.1:4222'], credentials: { env: 'NATS_CREDS' } }, rest)).toThrow(/NATS_CREDS/);
});
