import { randomUUID } from 'node:crypto';
import { backoff, messageOf, minutes, seconds, type Duration } from '@fleetmend/kernel';
import { ClusterSilentError } from '@fleetmend/ports';
import { jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { PermissionViolationError, type Msg } from '@nats-io/transport-node';
import type { FailureDelivery, HubBus } from '../bus.ts';
import { countDrops, encode, readAnswer, readCount, readDryRunReply, readFailure, readHeartbeat } from '../messages.ts';
import { inboxPrefix, subjects } from '../subjects.ts';
import { keepConnected, type NatsOptions } from './connection.ts';
import { FAILURE_STREAM, INTAKE_CONSUMER } from './set-up.ts';

const RETRY = { initial: seconds(1), max: minutes(1) } as const;
const NO_RESPONDERS = 503;
/** JetStream gives again at once what is refused without a delay, which would be a hot loop. */
const NAK_DELAY = seconds(30);

/** The hub's end. Of JetStream it needs `MSG.NEXT` and `INFO` of its one consumer, and the right to acknowledge. */
export function natsHub(options: NatsOptions): HubBus {
  const { clock, random } = options;
  const connection = keepConnected(options, { name: 'fleetmend-hub', inboxPrefix: inboxPrefix('hub') });
  const drops = countDrops();
  const over = new AbortController();
  const taking: Promise<void>[] = [];
  let messages: ConsumerMessages | undefined;

  /** Takes until closed; a stream that is missing or was made anew is waited for. */
  async function take(handler: (delivery: FailureDelivery) => void, begun: () => void): Promise<void> {
    for (let failures = 0; !over.signal.aborted; ) {
      try {
        const consumer = await jetstream(await connection.ready()).consumers.get(FAILURE_STREAM, INTAKE_CONSUMER);
        messages = await consumer.consume({ max_messages: 1000, abort_on_missing_resource: true });
        begun();
        for await (const message of messages) {
          failures = 0;
          deliver(message, handler);
        }
      } catch (cause) {
        if (!over.signal.aborted) options.onTrouble?.(new Error(`cannot take failures from consumer ${INTAKE_CONSUMER} of stream ${FAILURE_STREAM}: ${messageOf(cause)}; has the stream been set up?`, { cause }));
      }
      failures += 1;
      if (!over.signal.aborted) await clock.sleep(backoff(failures, random, RETRY), over.signal).catch(() => undefined);
    }
  }

  function deliver(message: JsMsg, handler: (delivery: FailureDelivery) => void): void {
    const taken = readFailure(message.subject, message.data);
    if (!taken.ok) {
      drops.count(taken.reason);
      return message.term(taken.reason);
    }
    handler({ cluster: taken.cluster, event: taken.value, ack: () => message.ack(), working: () => message.working(), nak: (delay = NAK_DELAY) => message.nak(delay) });
  }

  /** One question, one reply subject under the cluster's own name: nobody but whom it is for may publish there. Undefined: nobody hears it. */
  async function request(cluster: string, { who, subject, reply }: { readonly who: string; readonly subject: string; readonly reply: string }, data: Uint8Array, timeout: Duration): Promise<Uint8Array | undefined> {
    const waited = new AbortController();
    const late = clock.sleep(timeout, AbortSignal.any([waited.signal, over.signal])).then(() => {
      throw new ClusterSilentError(`the ${who} of cluster ${cluster} did not answer within ${timeout} ms`);
    });
    late.catch(() => undefined);
    const answered = Promise.withResolvers<Msg>();
    answered.promise.catch(() => undefined);
    const client = await Promise.race([connection.ready(), late]);
    const subscription = client.subscribe(reply, { max: 1, callback: (error, message) => (error ? answered.reject(error) : answered.resolve(message)) });
    try {
      client.publish(subject, data, { reply });
      const message = await Promise.race([answered.promise, late]);
      return message.headers?.code === NO_RESPONDERS ? undefined : message.data;
    } finally {
      waited.abort(new Error('answered'));
      subscription.unsubscribe();
    }
  }

  /** @throws ClusterSilentError also where no agent hears it. */
  async function ask(cluster: string, question: Parameters<typeof subjects.ask>[1], data: Uint8Array, timeout: Duration): Promise<Uint8Array> {
    const answer = await request(cluster, { who: 'agent', subject: subjects.ask(cluster, question), reply: subjects.answer(cluster, randomUUID()) }, data, timeout);
    if (answer === undefined) throw new ClusterSilentError(`no agent of cluster ${cluster} is connected: check that it runs and that its credentials are valid`);
    return answer;
  }

  /** An identity from before there were dry-run processes is one whose fleet has none. */
  function mayNotAsk(error: unknown): undefined {
    if (!(error instanceof PermissionViolationError)) throw error;
    options.onTrouble?.(new Error(`the hub's bus identity may not ask dry-run processes, so none is asked: give it the rights of docs/guides/bus.md if there are any (${messageOf(error)})`, { cause: error }));
    return undefined;
  }

  return {
    async consumeFailures(handler) {
      const begun = Promise.withResolvers<void>();
      taking.push(take(handler, begun.resolve).finally(begun.resolve));
      await begun.promise;
    },
    async onHeartbeat(handler) {
      const client = await connection.ready();
      client.subscribe(subjects.allDigests, {
        callback: (error, message) => {
          if (error) return options.onTrouble?.(error);
          const taken = readHeartbeat(message.subject, message.data);
          if (taken.ok) handler(taken.value);
          else drops.count(taken.reason);
        },
      });
      await client.flush();
    },
    async ask(cluster, question, timeout) {
      const answer = readAnswer(question, await ask(cluster, question.question, encode(question), timeout));
      if (!answer) throw new Error(`the agent of ${cluster} gave an answer that does not fit "${question.question}"; agent and hub may be of different versions`);
      return answer;
    },
    async askDryRun(cluster, question, timeout) {
      const data = await request(cluster, { who: 'dry-run process', subject: subjects.askDryRun(cluster), reply: subjects.answerDryRun(cluster, randomUUID()) }, encode(question), timeout).catch(mayNotAsk);
      const reply = data && readDryRunReply(data);
      if (data !== undefined && reply === undefined) throw new Error(`the dry-run process of ${cluster} gave an answer that is none; it and the hub may be of different versions`);
      return reply;
    },
    async resync(cluster, timeout) {
      return readCount(await ask(cluster, 'resync', encode({}), timeout)) ?? 0;
    },
    dropped: () => drops.read(),
    async close() {
      over.abort(new Error('the bus is closed'));
      await messages?.close();
      await connection.close();
      await Promise.all(taking);
    },
  };
}
