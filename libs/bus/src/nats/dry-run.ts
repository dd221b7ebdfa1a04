import { Label, type DryRunQuestion, type DryRunReply } from '@fleetmend/model';
import type { Msg } from '@nats-io/transport-node';
import type { DryRunBus } from '../bus.ts';
import { answerDryRunTo } from '../messages.ts';
import { inboxPrefix, readSubject, subjects } from '../subjects.ts';
import { keepConnected, type NatsOptions } from './connection.ts';

/** The dry-run process's end: one question, and its answers. It is subscribed once it can answer, so that a hub finds nobody before. */
export function natsDryRun(options: NatsOptions, cluster: string): DryRunBus {
  Label.parse(cluster);
  const connection = keepConnected(options, { name: `fleetmend-dry-run-${cluster}`, inboxPrefix: inboxPrefix(`${cluster}-dry-run`) });
  let listening: Promise<void> | undefined;

  async function listen(handler: (question: DryRunQuestion) => Promise<DryRunReply>): Promise<void> {
    const client = await connection.ready();
    client.subscribe(subjects.askDryRun(cluster), {
      callback: (error, message) => {
        if (error) options.onTrouble?.(error);
        else void reply(message, handler).catch((cause: unknown) => options.onTrouble?.(cause));
      },
    });
  }

  /** Answers only where answers of this process belong. */
  async function reply(message: Msg, handler: (question: DryRunQuestion) => Promise<DryRunReply>): Promise<void> {
    const to = readSubject(message.reply ?? '');
    if (to?.kind === 'dryans' && to.cluster === cluster) message.respond(await answerDryRunTo(message.data, handler));
  }

  return {
    onQuestion(handler) {
      listening = listen(handler).catch(() => undefined);
    },
    async close() {
      await connection.close();
      await listening;
    },
  };
}
