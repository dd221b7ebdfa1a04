import { seconds, type Clock } from '@fleetmend/kernel';
import type { Key, Requeue } from '@fleetmend/reconcile';

const MOST_LOOKS = 300;
const SPAN = seconds(1);

type Look = (key: Key, signal: AbortSignal) => Promise<Requeue>;

/**
 * A reconciler that asks to look again at once, again and again, would never let a virtual clock move on: it is told of, and has to wait.
 */
export function unhurried(look: Look, { clock, trouble }: { readonly clock: Clock; readonly trouble: (message: string) => void }): Look {
  const looks = new Map<string, { since: number; count: number }>();
  return async (key, signal) => {
    // A turn of the event loop: what comes from outside is heard between two looks.
    await new Promise((resolve) => setImmediate(resolve));
    const wait = await look(key, signal);
    const name = `${key.namespace}/${key.name}`;
    const known = looks.get(name);
    if (known === undefined || clock.now() - known.since >= SPAN) {
      looks.set(name, { since: clock.now(), count: 1 });
      return wait;
    }
    known.count += 1;
    if (known.count === MOST_LOOKS) trouble(`${key.name} was looked at ${MOST_LOOKS} times within a second: a stage brings no fact and does not say when to come again`);
    return known.count < MOST_LOOKS ? wait : Math.max(SPAN, wait ?? SPAN);
  };
}
