import { renderTime } from '@fleetmend/kernel';
import { marker } from '../deliver/names.ts';
import type { Stage, StageDeps } from '../stage.ts';

/** The failure is gone: says so on the ticket, if there is one, and closes it. */
export function closeTicket(deps: StageDeps): Stage {
  return async ({ request, now }) => {
    const tickets = request.status.aftermath?.escalated === undefined ? [] : deps.notifiers;
    for (const notifier of tickets) await notifier.closeTicket({ request, marker: marker(request) }, 'The failure has gone away in every cluster.');
    return { fact: { aftermath: { ...request.status.aftermath, ticketClosed: renderTime(now) } } };
  };
}
