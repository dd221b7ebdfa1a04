import type { LocalPullRequest, LocalPullRequests } from '@fleetmend/forges';
import type { BareRepository } from '@fleetmend/git';
import { messageOf, seconds, type Clock } from '@fleetmend/kernel';
import type { RemediationRequest, Tier } from '@fleetmend/model';
import type { Scenario } from '@fleetmend/sandbox';

const AFTER = seconds(5);
const LOOK_EVERY = seconds(0.5);
const REVIEWER = { login: 'reviewer', name: 'A reviewer' } as const;

export interface ReviewerOptions {
  readonly habit: Scenario['reviewer'];
  readonly pullRequests: LocalPullRequests;
  readonly repository: BareRepository;
  readonly requests: () => readonly RemediationRequest[];
  readonly clock: Clock;
  readonly trouble: (message: string) => void;
}

/** The human of a scenario: each call is one look at every open pull request that is at least five seconds old. */
export function createReviewer(options: Omit<ReviewerOptions, 'trouble'>): () => Promise<void> {
  const edited = new Set<number>();
  return async () => {
    if (options.habit === 'ignores') return;
    for (const pullRequest of await options.pullRequests.list({ state: 'Open' })) {
      if (options.clock.now() - pullRequest.openedAt >= AFTER) await decide(options, pullRequest, edited);
    }
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

async function decide({ habit, pullRequests, repository, requests }: Omit<ReviewerOptions, 'trouble'>, pullRequest: LocalPullRequest, edited: Set<number>): Promise<void> {
  const { number, branch } = pullRequest;
  const tier = tierOf(requests(), branch);
  if (habit === 'closes') return pullRequests.close(number, REVIEWER, 'No, thank you.');
  if (habit === 'edits' && !edited.has(number)) {
    edited.add(number);
    await addRemark(repository, pullRequest);
    return;
  }
  const mayMerge = habit === 'approves' ? tier !== 'T3' : tier === 'T0' || tier === 'T1';
  if (mayMerge) await pullRequests.merge(number, REVIEWER);
}

/** The tier that the machine gave the plan behind a branch; what nobody knows is the most careful one. */
function tierOf(requests: readonly RemediationRequest[], branch: string): Tier {
  const request = requests.find(({ status }) => status.pullRequest?.branch === branch || status.revert?.branch === branch);
  return request?.status.verdict?.tier ?? request?.status.plan?.tier ?? 'T3';
}

/** A human's own commit on the machine's branch: a comment at the end of the file that it changes. */
async function addRemark(repository: BareRepository, { branch, base, commits }: LocalPullRequest): Promise<void> {
  const [first] = commits[0] ? await repository.log({ from: commits[0].sha, limit: 1 }) : [];
  const [head, old] = [await repository.tree(await repository.head(branch)), await repository.tree(first?.parents[0] ?? (await repository.head(base)))];
  for (const path of await head.list('')) {
    const text = await head.read(path);
    if (text === undefined || text === (await old.read(path))) continue;
    await repository.commit({ branch, files: new Map([[path, `${text}# looked at by a reviewer\n`]]), message: `Remark on ${path}`, author: { name: 'A reviewer', email: 'reviewer@fleet.local' } });
    return;
  }
}
