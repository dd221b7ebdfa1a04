import type { Answer, DryRunAnswer, DryRunQuestion, Question } from '@fleetmend/model';

/** The cluster did not answer in time, or its agent is not connected. Transient. */
export class ClusterSilentError extends Error {
  override readonly name = 'ClusterSilentError';
}

/** Asks the agent of a cluster one of a closed list of questions. */
export interface Clusters {
  /** Throws {@link ClusterSilentError} after the time limit. */
  ask<Q extends Question>(cluster: string, question: Q): Promise<Extract<Answer, { answer: Q['question'] }>>;
}

/** Asks the optional dry-run process of a cluster. Undefined: none is there. */
export type DryRun = (cluster: string, question: DryRunQuestion) => Promise<DryRunAnswer | undefined>;
