import { seconds } from '@fleetmend/kernel';
import { effectivePolicy, type View } from '@fleetmend/lifecycle';
import { bundleFor } from '../gate/bundle-for.ts';
import type { StageDeps } from '../stage.ts';

/** Why nothing may be written to a forge right now. */
export class NoLeaveError extends Error {
  override readonly name = 'NoLeaveError';
}

/** What was read longer ago than this is no leave any more. */
const FRESH = seconds(5);

/**
 * The last look before a write to a forge: the request as we know it, no pause, the same bundle, and no freeze where one counts.
 * Whatever cannot be read, forbids. Callers write at once after it.
 *
 * @throws NoLeaveError saying what changed.
 */
export async function needLeave(deps: StageDeps, view: View, options: { readonly frozenCounts: boolean }): Promise<void> {
  const { request } = view;
  const asked = deps.clock.now();
  const [current, policies, fleet] = await Promise.all([deps.requests.get(request.metadata.namespace, request.metadata.name), deps.settings.policies(), deps.settings.clusters()]);
  if (current?.metadata.uid !== request.metadata.uid || current.metadata.resourceVersion !== request.metadata.resourceVersion) throw new NoLeaveError('the request changed meanwhile');
  if (bundleFor(deps, request.spec.clusters).digest !== view.bundle.digest) throw new NoLeaveError('another policy bundle is active now');
  const labelsOf = (cluster: string) => fleet.find((one) => one.name === cluster)?.labels ?? {};
  const policy = effectivePolicy({ request, policies, labelsOf, now: deps.clock.now(), settings: deps.lifecycle });
  if (deps.clock.now() - asked > FRESH) throw new NoLeaveError('what allows it took too long to read');
  if (policy.paused) throw new NoLeaveError('paused');
  if (options.frozenCounts && policy.frozen.length > 0) throw new NoLeaveError(`frozen by ${policy.frozen.map((window) => window.name).join(', ')}`);
}
