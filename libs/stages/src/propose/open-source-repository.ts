import type { View } from '@fleetmend/lifecycle';
import type { Forge } from '@fleetmend/plugin-api';
import type { Repository } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { chooseBinding, inTenant, leadCluster, openRepository, targetOf } from './source.ts';

/** The repository of the plan; while a human's own fix is followed there is no plan, and the binding says which it is. */
export async function openSourceRepository(deps: StageDeps, { request }: View): Promise<{ readonly forge: Forge; readonly repository: Repository; readonly name: string; readonly branch: string }> {
  const { plan } = request.status;
  if (plan !== undefined) {
    const { forge, repository: name, branch } = plan.source;
    return { ...(await openRepository(deps, { forgeRef: forge, repository: name })), name, branch };
  }
  const fleet = await deps.settings.clusters();
  const labels = fleet.find((one) => one.name === leadCluster(request))?.labels ?? {};
  const { spec } = chooseBinding(inTenant(await deps.settings.bindings(), request), { labels }, targetOf(request));
  return { ...(await openRepository(deps, spec)), name: spec.repository, branch: spec.branch };
}
