import type { Diagnosis } from '@fleetmend/model';

/** Whoever suspended it is at work there, and nothing that is merged would be applied: what was found is told, and not done. */
export function whileSuspended(found: Diagnosis, who: string): Diagnosis {
  const more = found.abstain === undefined ? '' : ` ${found.abstain.lookAt}`;
  return { ...found, candidates: [], abstain: { reason: 'EngineSuspended', lookAt: `${who} is suspended, so that no commit is applied: whoever suspended it is at work there. Resume it, then ask again.${more}`.slice(0, 512) } };
}
