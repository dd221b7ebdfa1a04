import { minutes, type Duration, type Instant } from '@fleetmend/kernel';
import type { Source } from './source.ts';

/** So long a change of Git may take to be applied, and what failed to be tried again: back-offs are capped at five minutes. */
export const TRIED_WITHIN: Duration = minutes(6);

type Place = { readonly repository: Pick<Source['repository'], 'log'>; readonly head: string; readonly origin: Pick<Source['origin'], 'path'>; readonly application: { readonly sources: readonly { readonly path: string }[] } | undefined };

/**
 * Where Git says what it should: the commit that changed the target's file or its application last, if that was just now. It may be
 * another request's repair, or a person's, that the target has yet to feel.
 */
export async function saidLately({ repository, head, origin, application }: Place, now: Instant): Promise<string | undefined> {
  const [last] = await repository.log(head, [origin.path, ...(application?.sources ?? []).map(({ path }) => path)], 1);
  return last !== undefined && now - last.at < TRIED_WITHIN ? last.sha : undefined;
}
