import type { Forge, MergeResult } from '@fleetmend/plugin-api';
import { placeOf } from './place.ts';
import { readPull } from './pull-requests.ts';
import { Merged } from './schema.ts';
import type { GitHubDeps } from './state.ts';

const LOOKS = 10;
const LOOK_EVERY_MS = 1000;

/**
 * Merges at the expected head. GitHub answers 409 when the head is another one, 405 when it cannot be merged, whatever the reason, and
 * 422 for an order it does not understand (docs.github.com, "Merge a pull request"): a 405 is told apart by `mergeable` and by its words.
 */
export async function mergePullRequest(deps: GitHubDeps, { repository, number, expectedHead, message }: Parameters<Forge['mergePullRequest']>[0]): Promise<MergeResult> {
  const { client, clock, mergeMethod } = deps;
  const what = `PUT /repos/${repository}/pulls/${number}/merge`;
  const [title = '', ...rest] = message.split('\n');
  const order = { ...placeOf(repository), pull_number: number, sha: expectedHead, merge_method: mergeMethod, commit_title: title, commit_message: rest.join('\n').trim() };
  for (let look = 0; look < LOOKS; look += 1) {
    const pull = await readPull(deps, repository, number);
    if (pull.merged && pull.merge_commit_sha) return { merged: true, sha: pull.merge_commit_sha };
    if (!pull.merged && pull.state === 'closed') return refused('NotMergeable', `pull request ${number} of ${repository} is closed`);
    if (!pull.merged && pull.head.sha !== expectedHead) return refused('HeadMoved', `the head of pull request ${number} is ${pull.head.sha}, not ${expectedHead}`);
    if (pull.mergeable === false) return refused('NotMergeable', `pull request ${number} of ${repository} conflicts with its base`);
    if (pull.mergeable === true) {
      const answer = await client.call({ what, ask: (kit) => kit.rest.pulls.merge(order), schema: Merged, allow: [405, 409, 422] });
      if (answer.data?.merged) return { merged: true, sha: answer.data.sha };
      if (answer.status === 409) return refused('HeadMoved', answer.message);
      // "Base branch was modified" and a merge by somebody else are settled by another look.
      const isPassing = answer.status === 405 && /base branch was modified|already merged|in progress|pull request is not mergeable/i.test(answer.message);
      if (!isPassing) return refused('NotAllowed', answer.message);
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  return refused('NotMergeable', `GitHub still computes whether pull request ${number} of ${repository} can be merged`);
}

function refused(reason: 'HeadMoved' | 'NotMergeable' | 'NotAllowed', message: string): MergeResult {
  return { merged: false, reason, message };
}
