import { seconds } from '@fleetmend/kernel';
import { Label, type Answer, type Question } from '@fleetmend/model';
import { jetstream } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/transport-node';
import type { AgentBus } from '../bus.ts';
import { answerTo, encode, messageIdOf } from '../messages.ts';
import { inboxPrefix, readSubject, subjects } from '../subjects.ts';
import { keepConnected, type NatsOptions } from './connection.ts';

const PUBLISH_TIMEOUT = seconds(5);

/** An agent's end. It needs the right to publish `fail|hb|ans.v1.<c>.>` and to receive `ask.v1.<c>.>` and its own inbox, no more. */
export function natsAgent(options: NatsOptions, cluster: string): AgentBus {
  Label.parse(cluster);
  const connection = keepConnected(options, { name: `fleetmend-agent-${cluster}`, inboxPrefix: inboxPrefix(cluster) });
  let question: ((question: Question) => Promise<Answer>) | undefined;
  let resync: (() => Promise<number>) | undefined;

  async function listen(): Promise<void> {
    const client = await connection.ready();
    client.subscribe(subjects.allQuestions(cluster), {
      callback: (error, message) => {
        if (error) options.onTrouble?.(error);
        else void reply(message).catch((cause: unknown) => options.onTrouble?.(cause));
      },
    });
  }

  /** Answers only where answers to this cluster belong: whoever asks cannot make us publish elsewhere. */
  async function reply(message: Msg): Promise<void> {
    const to = readSubject(message.reply ?? '');
    if (to?.kind !== 'ans' || to.cluster !== cluster) return;
    const data = readSubject(message.subject)?.last === 'resync' ? await publishAll() : await answerTo(message.data, question);
    message.respond(data);
  }

  async function publishAll(): Promise<Uint8Array> {
    return encode({ published: resync ? await resync() : 0 });
  }

  const listening = listen().catch(() => undefined);
  return {
    async publishFailure(event) {
      const client = await soon(connection.ready(), options);
      await jetstream(client).publish(subjects.failure(cluster, event.fingerprint), encode(event), { msgID: messageIdOf(event), timeout: PUBLISH_TIMEOUT });
    },
    async publishHeartbeat(heartbeat) {
      const client = await soon(connection.ready(), options);
      client.publish(subjects.digest(cluster), encode(heartbeat));
    },
    onQuestion: (handler) => void (question = handler),
    onResync: (handler) => void (resync = handler),
    async close() {
      await connection.close();
      await listening;
    },
  };
}

/** Waits for a connection no longer than for an acknowledgement, so that the caller can decide again. */
async function soon<T>(wanted: Promise<T>, { clock, servers }: NatsOptions): Promise<T> {
  const waited = new AbortController();
  const late = clock.sleep(PUBLISH_TIMEOUT, waited.signal).then(() => {
    throw new Error(`no connection to NATS at ${servers.join(', ')} yet`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([wanted, late]);
  } finally {
    waited.abort(new Error('connected'));
  }
}
