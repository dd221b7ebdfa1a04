import { messageOf, seconds, type Clock, type Instant } from '@fleetmend/kernel';
import type { Scenario } from '../world/scenario.ts';

const AFTER = seconds(5);
const LOOK_EVERY = seconds(0.5);

export interface OpenPullRequest {
  readonly number: number;
  readonly branch: string;
  readonly openedAt: Instant;
}

/** What a reviewer does on the forge's own pages. */
export interface ReviewDesk {
  open(): Promise<readonly OpenPullRequest[]>;
  merge(pullRequest: OpenPullRequest): Promise<void>;
  close(pullRequest: OpenPullRequest): Promise<void>;
  /** A commit of their own on the branch. */
  addRemark(pullRequest: OpenPullRequest): Promise<void>;
}

export interface ReviewerOptions {
  readonly habit: Scenario['reviewer'];
  readonly desk: ReviewDesk;
  /** The tier that the machine gave the plan behind a branch; undefined: nobody knows, and it counts as the most careful one. */
  readonly tierOf: (branch: string) => string | undefined;
  readonly clock: Clock;
  readonly trouble: (message: string) => void;
}

/** The human of a scenario: each call is one look at every open pull request that is at least five seconds old. */
export function createReviewer({ habit, desk, tierOf, clock }: Omit<ReviewerOptions, 'trouble'>): () => Promise<void> {
  const edited = new Set<number>();
  const decide = async (pullRequest: OpenPullRequest): Promise<void> => {
    if (habit === 'closes') return desk.close(pullRequest);
    if (habit === 'edits' && !edited.has(pullRequest.number)) {
      edited.add(pullRequest.number);
      return desk.addRemark(pullRequest);
    }
    const tier = tierOf(pullRequest.branch) ?? 'T3';
    const mayMerge = habit === 'approves' ? tier !== 'T3' : tier === 'T0' || tier === 'T1';
    if (mayMerge) await desk.merge(pullRequest);
  };
  return async () => {
    if (habit === 'ignores') return;
    for (const pullRequest of await desk.open()) if (clock.now() - pullRequest.openedAt >= AFTER) await decide(pullRequest);
  };
}

/** Lets that human look again and again. */
export function startReviewer(options: ReviewerOptions): { stop(): Promise<void> } {
  const ending = new AbortController();
  const look = createReviewer(options);
  const review = async () => {
    while (!ending.signal.aborted) {
      await look().catch((error: unknown) => options.trouble(`the reviewer could not act: ${messageOf(error)}`));
      await options.clock.sleep(LOOK_EVERY, ending.signal).catch(() => undefined);
    }
  };
  const reviewing = review();
  return {
    async stop() {
      ending.abort(new Error('the review is over'));
      await reviewing;
    },
  };
}
