import { minutes, seconds, type Clock, type Duration, type Instant } from '@fleetmend/kernel';
import { Label, type Answer, type DryRunQuestion, type DryRunReply, type FailureEvent, type Heartbeat, type Question } from '@fleetmend/model';
import { ClusterSilentError } from '@fleetmend/ports';
import type { AgentBus, Bus, DropReason, DryRunBus, FailureDelivery, HubBus } from '../bus.ts';
import { answerDryRunTo, answerTo, countDrops, encode, messageIdOf, readAnswer, readCount, readDryRunReply, readFailure, readHeartbeat } from '../messages.ts';
import { subjects } from '../subjects.ts';

export interface InProcessBusOptions {
  readonly clock: Clock;
  /** How long an event may stay unacknowledged before it is given again. */
  readonly redeliverAfter?: Duration;
}

export interface InProcessBus extends Bus {
  /** Puts bytes under a subject of that cluster, as a compromised agent could. For tests. */
  inject(subject: string, data: Uint8Array): void;
}

/** What is remembered of one subject: its last value, as a stream with one message per subject does. */
interface Stored {
  readonly subject: string;
  readonly data: Uint8Array;
  state: 'new' | 'given' | 'done';
  /** Grows with each giving and each `working()`, so that an old timer knows that it is late. */
  turn: number;
}

/** As the stream's `duplicate_window`. */
const DUPLICATES: Duration = minutes(2);

/** The courier within one process, with the delivery rules of the real one. Everything passes through bytes, so nothing is shared by accident. */
export function createInProcessBus({ clock, redeliverAfter = seconds(30) }: InProcessBusOptions): InProcessBus {
  const stream = new Map<string, Stored>();
  const ids = new Map<string, Instant>();
  const consumers: { readonly take: (stored: Stored) => void }[] = [];
  const listeners = new Set<(subject: string, data: Uint8Array) => void>();
  const agents = new Map<string, { question?: (question: Question) => Promise<Answer>; resync?: () => Promise<number> }>();
  const dryRuns = new Map<string, (question: DryRunQuestion) => Promise<DryRunReply>>();
  const over = new AbortController();
  let next = 0;

  function store(subject: string, data: Uint8Array): void {
    const stored: Stored = { subject, data, state: 'new', turn: 0 };
    // A new value takes the last place: the order of the stream is the order of last values.
    stream.delete(subject);
    stream.set(subject, stored);
    give(stored);
  }

  /** Gives it to one of the consumers, in turn, unless a newer value has taken its place. */
  function give(stored: Stored): void {
    const consumer = consumers[next++ % Math.max(1, consumers.length)];
    if (!consumer || stream.get(stored.subject) !== stored || stored.state === 'done') return;
    stored.state = 'given';
    giveAgain(stored, redeliverAfter);
    queueMicrotask(() => consumer.take(stored));
  }

  function giveAgain(stored: Stored, delay: Duration): void {
    const turn = ++stored.turn;
    clock.sleep(delay, over.signal).then(
      () => {
        if (stored.turn === turn) give(stored);
      },
      () => undefined,
    );
  }

  function isDuplicate(id: string): boolean {
    const now = clock.now();
    for (const [known, at] of ids) {
      if (now - at < DUPLICATES) break;
      ids.delete(known);
    }
    if (ids.has(id)) return true;
    ids.set(id, now);
    return false;
  }

  function agent(cluster: string): AgentBus {
    Label.parse(cluster);
    const own: { question?: (question: Question) => Promise<Answer>; resync?: () => Promise<number> } = {};
    return {
      async publishFailure(event: FailureEvent) {
        if (!isDuplicate(messageIdOf(event))) store(subjects.failure(cluster, event.fingerprint), encode(event));
      },
      async publishHeartbeat(heartbeat: Heartbeat) {
        for (const listener of listeners) listener(subjects.digest(cluster), encode(heartbeat));
      },
      onQuestion(handler) {
        own.question = handler;
        agents.set(cluster, own);
      },
      onResync(handler) {
        own.resync = handler;
        agents.set(cluster, own);
      },
      async close() {
        if (agents.get(cluster) === own) agents.delete(cluster);
      },
    };
  }

  function dryRun(cluster: string): DryRunBus {
    Label.parse(cluster);
    let own: ((question: DryRunQuestion) => Promise<DryRunReply>) | undefined;
    return {
      onQuestion(handler) {
        own = handler;
        dryRuns.set(cluster, handler);
      },
      async close() {
        if (dryRuns.get(cluster) === own) dryRuns.delete(cluster);
      },
    };
  }

  function hub(): HubBus {
    const drops = countDrops();
    let closed = false;
    const mine: { readonly take: (stored: Stored) => void }[] = [];
    const heard = new Set<(subject: string, data: Uint8Array) => void>();
    return {
      async consumeFailures(handler) {
        const consumer = { take: (stored: Stored) => deliver(stored, { handler, isClosed: () => closed, dropped: (reason) => drops.count(reason) }) };
        consumers.push(consumer);
        mine.push(consumer);
        for (const stored of stream.values()) if (stored.state === 'new') give(stored);
      },
      async onHeartbeat(handler) {
        const listener = (subject: string, data: Uint8Array) => {
          const taken = readHeartbeat(subject, data);
          if (taken.ok) handler(taken.value);
          else drops.count(taken.reason);
        };
        listeners.add(listener);
        heard.add(listener);
      },
      async ask(cluster, question, timeout) {
        const handler = agents.get(cluster);
        if (!handler) throw new ClusterSilentError(`no agent of cluster ${cluster} is connected: check that it runs`);
        const data = await within(answerTo(encode(question), handler.question), timeout, cluster);
        const answer = readAnswer(question, data);
        if (!answer) throw new Error(`the agent of ${cluster} gave an answer that does not fit "${question.question}"`);
        return answer;
      },
      async askDryRun(cluster, question, timeout) {
        const handler = dryRuns.get(cluster);
        return handler && readDryRunReply(await within(answerDryRunTo(encode(question), handler), timeout, cluster));
      },
      async resync(cluster, timeout) {
        const handler = agents.get(cluster)?.resync;
        if (!handler) throw new ClusterSilentError(`no agent of cluster ${cluster} is connected: check that it runs`);
        return readCount(encode({ published: await within(handler(), timeout, cluster) })) ?? 0;
      },
      dropped: () => drops.read(),
      async close() {
        closed = true;
        for (const consumer of mine) consumers.splice(consumers.indexOf(consumer), 1);
        mine.length = 0;
        for (const listener of heard) listeners.delete(listener);
      },
    };
  }

  function deliver(stored: Stored, { handler, isClosed, dropped }: { readonly handler: (delivery: FailureDelivery) => void; readonly isClosed: () => boolean; readonly dropped: (reason: DropReason) => void }): void {
    const taken = readFailure(stored.subject, stored.data);
    const done = () => {
      stored.state = 'done';
      stored.turn += 1;
    };
    if (!taken.ok) {
      dropped(taken.reason);
      return done();
    }
    // Whoever has gone away has no say any more, as on a connection that is closed.
    const again = (delay: Duration) => !isClosed() && stored.state === 'given' && giveAgain(stored, delay);
    handler({
      cluster: taken.cluster,
      event: taken.value,
      ack: () => !isClosed() && done(),
      working: () => again(redeliverAfter),
      nak: (delay = redeliverAfter) => again(delay),
    });
  }

  async function within<T>(answer: Promise<T>, timeout: Duration, cluster: string): Promise<T> {
    const waited = new AbortController();
    const late = clock.sleep(timeout, AbortSignal.any([waited.signal, over.signal])).then(() => {
      throw new ClusterSilentError(`the agent of cluster ${cluster} did not answer within ${timeout} ms`);
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([answer, late]);
    } finally {
      waited.abort(new Error('answered'));
    }
  }

  return {
    agent,
    dryRun,
    hub,
    inject(subject, data) {
      if (subject.startsWith('fail.')) store(subject, data);
      else for (const listener of listeners) listener(subject, data);
    },
    async close() {
      over.abort(new Error('the bus is closed'));
      consumers.length = 0;
      listeners.clear();
      agents.clear();
      dryRuns.clear();
    },
  };
}
