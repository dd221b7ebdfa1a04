import { isPermanent, minutes, parseTime, type Duration, type Instant } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import type { Application } from '@fleetmend/plugin-api';
import type { Repository } from '@fleetmend/ports';
import { findSource } from '../propose/source.ts';
import { isOurs } from '../propose/versions.ts';
import type { StageDeps } from '../stage.ts';

/** An engine looks at its source every few minutes. What it has not taken up by then it will not, or somebody stopped it. */
const TAKEN_UP_WITHIN: Duration = minutes(5);
/** So long the pods of what was applied may take to show whether they fail as well. */
const SHOWN_WITHIN: Duration = minutes(2);
/** Of clocks of people who commit. */
const SKEW: Duration = minutes(1);

/**
 * A commit of somebody's that touches the target's application and is not applied yet, or came since the failure was seen first, and of
 * which nothing can be known yet: it may be the repair of whoever broke it, and what fails says nothing of it. Undefined: there is none,
 * it had its time, it is ours, or the engine says that it cannot take it up.
 */
export async function commitOnItsWay(deps: StageDeps, { request, now }: View): Promise<string | undefined> {
  try {
    const source = await findSource(deps, request);
    return source === undefined ? undefined : await unfelt(source, { now, failsSince: parseTime(request.status.occurrences?.firstSeen) });
  } catch (error) {
    if (isPermanent(error)) return undefined;
    throw error;
  }
}

interface Place {
  readonly repository: Pick<Repository, 'log' | 'isAncestor'>;
  readonly head: string;
  readonly origin: { readonly includes: readonly string[] };
  readonly application: Pick<Application, 'applied' | 'refused'> | undefined;
}

export async function unfelt({ repository, head, origin: { includes }, application }: Place, { now, failsSince }: { readonly now: Instant; readonly failsSince: Instant | undefined }): Promise<string | undefined> {
  if (application?.applied === undefined || application.refused !== undefined) return undefined;
  const [last] = await repository.log(head, includes.includes('') ? '' : includes, 1);
  if (last === undefined || last.at > now + SKEW || now - last.at >= TAKEN_UP_WITHIN || (await isOurs(repository, last))) return undefined;
  const isApplied = await repository.isAncestor(last.sha, application.applied);
  const isShown = failsSince === undefined || last.at <= failsSince || now - last.at >= SHOWN_WITHIN;
  return isApplied && isShown ? undefined : last.sha;
}
