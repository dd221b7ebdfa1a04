import type { RemediationRequest } from '@fleetmend/model';
import type { Forge, PullRequestState } from '@fleetmend/plugin-api';
import { marker } from './names.ts';

/** The pull request of one of our branches, if it is this request's own. Another's may stand there: it is read by nobody here, and touched by nobody. */
export async function findOurPullRequest(forge: Pick<Forge, 'readPullRequest'>, request: RemediationRequest, reference: Parameters<Forge['readPullRequest']>[0]): Promise<PullRequestState | undefined> {
  const seen = await forge.readPullRequest(reference);
  return seen?.body.includes(marker(request)) === true ? seen : undefined;
}
