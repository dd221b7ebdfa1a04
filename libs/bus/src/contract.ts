import { sha256, type Clock, type Duration } from '@fleetmend/kernel';
import type { Answer, DryRunQuestion, FailureEvent, Heartbeat, Question } from '@fleetmend/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, FailureDelivery, HubBus } from './bus.ts';
import { consumeDurably } from './consume.ts';
import { encode } from './messages.ts';
import { subjects } from './subjects.ts';

/** One fresh courier with an empty stream, made for one test. */
export interface BusWorld {
  readonly bus: Bus;
  readonly clock: Clock;
  /** After how long an unacknowledged event comes again. */
  readonly redeliverAfter: Duration;
  /** Lets that much time pass. */
  pass(span: Duration): Promise<void>;
  /** Puts bytes under a subject, as a compromised agent of that cluster could. */
  inject(subject: string, data: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

export interface BusHarness {
  readonly name: string;
  start(): Promise<BusWorld>;
}

export const anEvent = (parts: Partial<FailureEvent> = {}): FailureEvent => ({
  schema: 1, cluster: 'prod-1', fingerprint: sha256('a failure'), state: 'open', version: 1, epoch: 1_000, at: 2_000, firstSeen: 1_500, count: 1,
  finding: { class: 'OOMKilled', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' }, observation: { reason: 'OOMKilled', message: 'killed' } },
  ...parts,
});

const HEALTH: Question = { question: 'health', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' } };
const HEALTHY: Answer = { answer: 'health', at: 1, exists: true, generationCurrent: true, pods: [], desired: 1, ready: 1, findings: [], guards: {} };
const BEAT: Heartbeat = { schema: 1, cluster: 'prod-1', agent: { version: '0.1.0' }, epoch: 1, at: 2, open: 0, xor: '0'.repeat(16), pods: 3 };

/** What every courier must do, whatever carries it. */
export function busContract(harness: BusHarness): void {
  describe(`the courier (${harness.name})`, () => {
    let world: BusWorld;
    beforeEach(async () => {
      world = await harness.start();
    });
    afterEach(() => world.stop());

    const settle = () => world.pass(50);
    async function collect(hub: HubBus, act: (delivery: FailureDelivery) => void): Promise<FailureDelivery[]> {
      const deliveries: FailureDelivery[] = [];
      await hub.consumeFailures((delivery) => {
        deliveries.push(delivery);
        act(delivery);
      });
      return deliveries;
    }
    const ack = (delivery: FailureDelivery) => delivery.ack();
    const hold = () => undefined;

    it('brings an event to the hub as it was, and never again after it was acknowledged', async () => {
      const deliveries = await collect(world.bus.hub(), ack);
      await world.bus.agent('prod-1').publishFailure(anEvent());
      await world.pass(world.redeliverAfter * 2);
      expect(deliveries).toHaveLength(1);
      expect(deliveries[0]).toMatchObject({ cluster: 'prod-1', event: anEvent() });
    });

    it('keeps what was published while no hub was there', async () => {
      await world.bus.agent('prod-1').publishFailure(anEvent());
      await settle();
      const deliveries = await collect(world.bus.hub(), ack);
      await settle();
      expect(deliveries).toHaveLength(1);
    });

    it('brings an event again that nobody acknowledged', async () => {
      const deliveries = await collect(world.bus.hub(), hold);
      await world.bus.agent('prod-1').publishFailure(anEvent());
      await world.pass(world.redeliverAfter * 1.5);
      expect(deliveries).toHaveLength(2);
    });

    it('does not bring an event again while somebody says that he works on it', async () => {
      const deliveries = await collect(world.bus.hub(), hold);
      await world.bus.agent('prod-1').publishFailure(anEvent());
      for (let turn = 0; turn < 5; turn += 1) {
        await world.pass(world.redeliverAfter / 2);
        deliveries[0]?.working();
      }
      expect(deliveries).toHaveLength(1);
      deliveries[0]?.ack();
    });

    it('brings an event again after the delay that a refusal asks for', async () => {
      const deliveries = await collect(world.bus.hub(), (delivery) => (deliveries.length === 1 ? delivery.nak(world.redeliverAfter / 5) : delivery.ack()));
      await world.bus.agent('prod-1').publishFailure(anEvent());
      await world.pass(world.redeliverAfter / 2);
      expect(deliveries).toHaveLength(2);
    });

    it('keeps only the last value of a fingerprint', async () => {
      const agent = world.bus.agent('prod-1');
      for (const version of [1, 2, 3]) await agent.publishFailure(anEvent({ version, count: version * 10 }));
      await agent.publishFailure(anEvent({ fingerprint: sha256('another') }));
      const deliveries = await collect(world.bus.hub(), ack);
      await settle();
      expect(deliveries.map(({ event }) => [event.fingerprint === sha256('another'), event.version])).toEqual([[false, 3], [true, 1]]);
    });

    it('stores the same version once, and a later one of the same state anew', async () => {
      const deliveries = await collect(world.bus.hub(), ack);
      const agent = world.bus.agent('prod-1');
      await agent.publishFailure(anEvent());
      await agent.publishFailure(anEvent());
      await settle();
      expect(deliveries).toHaveLength(1);
      await agent.publishFailure(anEvent({ version: 2 }));
      await agent.publishFailure(anEvent({ epoch: 2_000 }));
      await settle();
      expect(deliveries.map(({ event }) => [event.epoch, event.version])).toEqual([[1_000, 1], [1_000, 2], [2_000, 1]]);
    });

    it('drops and counts what claims to be another cluster, another fingerprint, or is not an event', async () => {
      const hub = world.bus.hub();
      const deliveries = await collect(hub, ack);
      const subject = subjects.failure('evil-1', anEvent().fingerprint);
      await world.inject(subject, encode(anEvent({ cluster: 'prod-1' })));
      await settle();
      await world.inject(subject, encode(anEvent({ cluster: 'evil-1', fingerprint: sha256('another') })));
      await settle();
      await world.inject(subject, encode({ ...anEvent({ cluster: 'evil-1' }), state: 'fixed' }));
      await settle();
      await world.inject(subject, new TextEncoder().encode('{"schema":1,'));
      await world.pass(world.redeliverAfter * 1.5);
      expect(deliveries).toEqual([]);
      expect(hub.dropped()).toEqual({ malformed: 2, 'foreign-cluster': 1, 'foreign-fingerprint': 1, 'unknown-subject': 0 });
    });

    it('gives to the next hub what one that died had not acknowledged', async () => {
      const first = world.bus.hub();
      await collect(first, hold);
      await world.bus.agent('prod-1').publishFailure(anEvent());
      await settle();
      await first.close();
      const deliveries = await collect(world.bus.hub(), ack);
      await world.pass(world.redeliverAfter * 1.5);
      expect(deliveries).toHaveLength(1);
    });

    it('gives each event to one of two hubs', async () => {
      const deliveries = [await collect(world.bus.hub(), ack), await collect(world.bus.hub(), ack)];
      const agent = world.bus.agent('prod-1');
      for (let number = 0; number < 20; number += 1) await agent.publishFailure(anEvent({ fingerprint: sha256(`failure ${number}`) }));
      await world.pass(world.redeliverAfter * 1.5);
      const seen = deliveries.flat().map(({ event }) => event.fingerprint);
      expect(seen).toHaveLength(20);
      expect(new Set(seen).size).toBe(20);
    });

    it('acknowledges only after what takes it has finished, however long that lasts', async () => {
      const taken: number[] = [];
      const { promise: written, resolve: write } = Promise.withResolvers<void>();
      const first = world.bus.hub();
      await consumeDurably(first, { clock: world.clock, take: (event) => (taken.push(event.version), written) });
      await world.bus.agent('prod-1').publishFailure(anEvent());
      await settle();
      await first.close();
      await consumeDurably(world.bus.hub(), { clock: world.clock, take: async (event) => taken.push(event.version) });
      await world.pass(world.redeliverAfter * 2.5);
      write();
      expect(taken).toEqual([1, 1]);
    });

    it('brings heartbeats, and drops those that claim to be another cluster', async () => {
      const hub = world.bus.hub();
      const beats: Heartbeat[] = [];
      await hub.onHeartbeat((beat) => beats.push(beat));
      await world.bus.agent('prod-1').publishHeartbeat(BEAT);
      await world.inject(subjects.digest('evil-1'), encode(BEAT));
      await settle();
      expect(beats).toEqual([BEAT]);
      expect(hub.dropped()['foreign-cluster']).toBe(1);
    });

    it('asks the agent of one cluster and brings its answer', async () => {
      for (const [cluster, desired] of [['prod-1', 1], ['prod-2', 2]] as const) world.bus.agent(cluster).onQuestion(async (question) => ({ ...HEALTHY, desired, exists: question.question === 'health' }));
      await settle();
      const hub = world.bus.hub();
      const answers = await Promise.all([hub.ask('prod-2', HEALTH, 2_000), hub.ask('prod-1', HEALTH, 2_000)]);
      expect(answers).toMatchObject([{ desired: 2, exists: true }, { desired: 1 }]);
    });

    it('brings a refusal that says why when the agent could not answer, or answered too much', async () => {
      const agent = world.bus.agent('prod-1');
      agent.onQuestion(async () => {
        throw new Error('cannot reach the Kubernetes API');
      });
      await settle();
      const hub = world.bus.hub();
      expect(await hub.ask('prod-1', HEALTH, 2_000)).toEqual({ answer: 'refusal', reason: 'Unavailable', message: 'cannot reach the Kubernetes API' });
      agent.onQuestion(async () => ({ answer: 'object', objects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x'.repeat(2 ** 20) } }], truncated: false }));
      const question: Question = { question: 'object', ref: { apiVersion: 'v1', kind: 'Pod' }, limit: 1 };
      expect(await hub.ask('prod-1', question, 2_000)).toMatchObject({ answer: 'refusal', reason: 'TooLarge' });
    });

    it('does not take an answer to another question for one', async () => {
      world.bus.agent('prod-1').onQuestion(async () => ({ answer: 'evidence', items: [], redactions: {} }));
      await settle();
      await expect(world.bus.hub().ask('prod-1', HEALTH, 2_000)).rejects.toThrow(/does not fit "health"/);
    });

    it('says so when a cluster is silent', async () => {
      const hub = world.bus.hub();
      await expect(hub.ask('nowhere', HEALTH, 500)).rejects.toMatchObject({ name: 'ClusterSilentError' });
      world.bus.agent('prod-1').onQuestion(() => new Promise(() => undefined));
      await settle();
      const asked = hub.ask('prod-1', HEALTH, 300);
      const outcome = asked.catch((error: unknown) => error);
      await world.pass(600);
      expect(await outcome).toMatchObject({ name: 'ClusterSilentError' });
    });

    it('asks the dry-run process of one cluster, which no agent hears, and finds nobody where there is none', async () => {
      const question: DryRunQuestion = { question: 'dryrun', manager: 'm', objects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }] };
      const hub = world.bus.hub();
      const agent = world.bus.agent('prod-1');
      agent.onQuestion(async () => HEALTHY);
      const process = world.bus.dryRun('prod-1');
      await settle();
      expect(await hub.askDryRun('prod-1', question, 2_000)).toBeUndefined();
      process.onQuestion(async ({ objects }) => ({ answer: 'dryrun', asked: objects.length, refused: [], notes: [] }));
      await settle();
      expect(await hub.askDryRun('prod-1', question, 2_000)).toEqual({ answer: 'dryrun', asked: 1, refused: [], notes: [] });
      expect(await hub.askDryRun('prod-2', question, 2_000)).toBeUndefined();
      expect(await hub.ask('prod-1', HEALTH, 2_000)).toEqual(HEALTHY);
      await process.close();
      await settle();
      expect(await hub.askDryRun('prod-1', question, 2_000)).toBeUndefined();
    });

    it('brings a refusal when the dry-run process could not ask', async () => {
      world.bus.dryRun('prod-1').onQuestion(async () => {
        throw new Error('cannot reach the Kubernetes API');
      });
      await settle();
      expect(await world.bus.hub().askDryRun('prod-1', { question: 'dryrun', manager: 'm', objects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }] }, 2_000)).toEqual({ answer: 'refusal', reason: 'Unavailable', message: 'cannot reach the Kubernetes API' });
    });

    it('asks an agent to say everything again', async () => {
      const deliveries = await collect(world.bus.hub(), ack);
      const agent = world.bus.agent('prod-1');
      agent.onResync(async () => {
        await agent.publishFailure(anEvent({ version: 7 }));
        return 1;
      });
      await settle();
      expect(await world.bus.hub().resync('prod-1', 2_000)).toBe(1);
      await settle();
      expect(deliveries.map(({ event }) => event.version)).toEqual([7]);
    });
  });
}
