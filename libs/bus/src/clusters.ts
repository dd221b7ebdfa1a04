import { PermanentError, seconds, type Duration } from '@fleetmend/kernel';
import type { Answer, Question } from '@fleetmend/model';
import type { Clusters, DryRun } from '@fleetmend/ports';
import type { HubBus } from './bus.ts';

/** The refusal that a second try may turn into an answer; every other one needs somebody to change something. */
const TRANSIENT_REFUSAL = 'Unavailable';

/**
 * Asks agents over the bus.
 * @throws ClusterSilentError; a transient Error for a refusal `Unavailable`; PermanentError with the refusal's own reason otherwise.
 */
export function createClusters(hub: HubBus, { timeout = seconds(10) }: { readonly timeout?: Duration } = {}): Clusters {
  return {
    async ask<Q extends Question>(cluster: string, question: Q) {
      const answer = await hub.ask(cluster, question, timeout);
      if (answer.answer === 'refusal') {
        const message = `the agent of ${cluster} refused "${question.question}": ${answer.message}`;
        throw answer.reason === TRANSIENT_REFUSAL ? new Error(message) : new PermanentError(answer.reason, message);
      }
      // Each implementation checks that the answer fits its question.
      return answer as Extract<Answer, { answer: Q['question'] }>;
    },
  };
}

/** As long as an admission webhook may take (30 s at most), for a few objects. */
const DRY_RUN_TIMEOUT = seconds(60);

/** Asks dry-run processes over the bus, and fails as {@link createClusters} does. */
export function createDryRun(hub: HubBus, { timeout = DRY_RUN_TIMEOUT }: { readonly timeout?: Duration } = {}): DryRun {
  return async (cluster, question) => {
    const reply = await hub.askDryRun(cluster, question, timeout);
    if (reply?.answer !== 'refusal') return reply;
    const message = `the dry-run process of ${cluster} refused to ask: ${reply.message}`;
    throw reply.reason === TRANSIENT_REFUSAL ? new Error(message) : new PermanentError(reply.reason, message);
  };
}
