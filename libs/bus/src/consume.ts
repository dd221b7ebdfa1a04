import { seconds, type Clock } from '@fleetmend/kernel';
import type { FailureEvent } from '@fleetmend/model';
import type { HubBus } from './bus.ts';

const STILL_WORKING = seconds(10);

/**
 * Hands each failure to `take` and acknowledges it only after that has resolved: then, and not before, its news is durable.
 * While `take` is busy the courier is told so every ten seconds; when it throws, the event comes again later.
 */
export async function consumeDurably(hub: HubBus, options: { readonly clock: Clock; readonly take: (event: FailureEvent) => Promise<unknown>; readonly onTrouble?: (error: unknown, event: FailureEvent) => void }): Promise<void> {
  const { clock, take, onTrouble } = options;
  await hub.consumeFailures((delivery) => {
    const over = new AbortController();
    const sayBusy = async () => {
      for (;;) {
        await clock.sleep(STILL_WORKING, over.signal);
        delivery.working();
      }
    };
    sayBusy().catch(() => undefined);
    take(delivery.event)
      .then(
        () => delivery.ack(),
        (error) => {
          onTrouble?.(error, delivery.event);
          delivery.nak();
        },
      )
      // The courier may be closed by now: then the event comes again, to whoever takes next.
      .catch((error: unknown) => onTrouble?.(error, delivery.event))
      .finally(() => over.abort(new Error('taken')));
  });
}
