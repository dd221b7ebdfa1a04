import type { Duration } from '@fleetmend/kernel';
import { startLoop } from './loop.ts';
import type { Loop, LoopOptions } from './loop.ts';

export type AsyncReconcile = (key: string) => Promise<Duration | undefined>;

/** A {@link startLoop} whose work waits for something outside the cluster. One key never runs twice at a time; asks that come meanwhile are one more run. */
export function startAsyncLoop(options: Omit<LoopOptions, 'reconcile'> & { readonly reconcile: AsyncReconcile }): Loop {
  const { signal, retry, failed, name } = options;
  const running = new Set<string>();
  const askedAgain = new Set<string>();
  const failures = new Map<string, number>();

  const loop = startLoop({
    ...options,
    reconcile(key) {
      if (running.has(key)) {
        askedAgain.add(key);
        return undefined;
      }
      running.add(key);
      void run(key);
      return undefined;
    },
  });

  async function run(key: string): Promise<void> {
    let again: Duration | undefined;
    try {
      again = await options.reconcile(key);
      failures.delete(key);
    } catch (error) {
      if (signal.aborted) return;
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      again = Math.min(retry.max, retry.initial * 2 ** (count - 1));
      failed({ loop: name, key, error, retryIn: again });
    } finally {
      running.delete(key);
    }
    if (askedAgain.delete(key)) loop.enqueue(key);
    if (again !== undefined) loop.enqueue(key, again);
  }

  return loop;
}
