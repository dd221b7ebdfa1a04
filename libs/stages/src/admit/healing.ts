import { isPermanent, type Instant } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { handEditsOf, renderRef } from '@fleetmend/model';
import { handDrift } from '../diagnose/hand-drift.ts';
import { findSource, leadCluster, readTarget, targetOf } from '../propose/source.ts';
import type { StageDeps } from '../stage.ts';

/** The target was changed by hand, and the engine puts that back by itself: until when to leave it alone. */
export async function healingOf(deps: StageDeps, { request, now }: View): Promise<{ readonly reason: string; readonly until: Instant } | undefined> {
  if (request.spec.target === undefined) return undefined;
  const live = await readTarget(deps, leadCluster(request), targetOf(request));
  if (live === undefined || handEditsOf(live).length === 0) return undefined;
  try {
    const source = await findSource(deps, request);
    const within = source?.application?.healsWithin;
    if (source?.application === undefined || within === undefined) return undefined;
    const drift = await handDrift(source);
    if (drift?.at === undefined || now >= drift.at + within) return undefined;
    return { reason: `${renderRef(source.application.ref)} puts back what was changed by hand (${drift.manager})`.slice(0, 256), until: drift.at + within };
  } catch (error) {
    // Without a place in Git nobody can tell; proposing says why there is none.
    if (isPermanent(error)) return undefined;
    throw error;
  }
}
