import { renderTime } from '@fleetmend/kernel';
import type { Stage, StageDeps } from '../stage.ts';

/** Writes the whole story to the audit, takes our finalizer off, and deletes the object: its time is up, and its failure is gone. */
export function archive(deps: StageDeps): Stage {
  return async ({ request, now }) => {
    const { namespace, name, uid } = request.metadata;
    await deps.audit.record({ step: 'archive', actor: 'hub', request: { namespace, name, uid, attempt: request.status.attempt }, data: { spec: request.spec, status: request.status } });
    const released = await deps.requests.setFinalizer(request, false);
    await deps.requests.delete(released);
    return { fact: { aftermath: { ...request.status.aftermath, archived: renderTime(now) } } };
  };
}
