import { randomInt, seconds, type Random } from '@fleetmend/kernel';
import type { FailureEvent, Heartbeat } from '@fleetmend/model';
import type { Life, Scheduler } from '../scheduler.ts';
import type { Faults } from './faults.ts';

/** How a hub takes what agents say. */
export interface Receiver {
  readonly life: Life;
  /** Resolves once its news is durable: only then is it acknowledged. */
  readonly take: (event: FailureEvent) => Promise<unknown>;
  readonly heartbeat: (heartbeat: Heartbeat) => void;
}

interface Stored {
  readonly event: FailureEvent;
  done: boolean;
}

/** The stream: the last value of each subject, given to one of the hubs until it is acknowledged; heartbeats go to all. */
export interface Courier {
  publish(event: FailureEvent): void;
  heartbeat(heartbeat: Heartbeat): void;
  subscribe(receiver: Receiver): void;
  /** Loses everything that it stores. */
  wipe(): void;
}

const REDELIVERY = seconds(30);

export function courier({ scheduler, random, faults, disturbed }: { readonly scheduler: Scheduler; readonly random: Random; readonly faults: Faults; readonly disturbed: () => void }): Courier {
  const stream = new Map<string, Stored>();
  let receivers: readonly Receiver[] = [];
  let turn = 0;
  const alive = () => receivers.filter((receiver) => receiver.life.alive);
  const isLast = (stored: Stored) => stream.get(stored.event.fingerprint) === stored;

  const give = (stored: Stored): void => {
    if (stored.done || !isLast(stored)) return;
    const hubs = alive();
    const hub = hubs[turn++ % Math.max(1, hubs.length)];
    const again = scheduler.after(REDELIVERY, () => give(stored));
    if (hub === undefined) return;
    const acknowledge = () => {
      if (!hub.life.alive) return;
      stored.done = true;
      again();
    };
    // A refusal needs no answer: what is not acknowledged comes again.
    hub.take(stored.event).then(acknowledge, () => undefined);
  };

  const giveAfter = (stored: Stored, delay: number) => void scheduler.after(delay, () => give(stored));
  const latency = () => 10 + randomInt(random, 300);

  return {
    publish(event) {
      const stored: Stored = { event, done: false };
      stream.set(event.fingerprint, stored);
      if (faults.strikes('lost event')) {
        disturbed();
        return void stream.delete(event.fingerprint);
      }
      if (faults.strikes('late event')) {
        // It overtakes nothing and is overtaken by everything, also by newer values of its own subject.
        disturbed();
        return void scheduler.after(seconds(45), () => alive().forEach((hub) => hub.take(event).catch(() => undefined)));
      }
      giveAfter(stored, latency());
      if (faults.strikes('doubled event')) scheduler.after(latency(), () => alive().forEach((hub) => hub.take(event).catch(() => undefined)));
    },
    heartbeat(heartbeat) {
      for (const receiver of alive()) scheduler.after(latency(), () => receiver.heartbeat(heartbeat), receiver.life);
    },
    subscribe(receiver) {
      receivers = [...alive(), receiver];
      for (const stored of stream.values()) giveAfter(stored, latency());
    },
    wipe: () => stream.clear(),
  };
}
