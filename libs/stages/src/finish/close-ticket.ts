import { renderTime } from '@fleetmend/kernel';
import { marker } from '../deliver/names.ts';
import type { Stage, StageDeps } from '../stage.ts';

/** The failure is gone: says so on the ticket and closes it. */
export function closeTicket(deps: StageDeps): Stage {
  return async ({ request, now }) => {
    for (const notifier of deps.notifiers) await notifier.closeTicket({ request, marker: marker(request) }, 'The failure has gone away in every cluster.');
    return { fact: { aftermath: { ...request.status.aftermath, ticketClosed: renderTime(now) } } };
  };
}
