import { seconds } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import { findLive, renderRef } from '../apply-objects.ts';
import type { ObjectRef } from '../apply-objects.ts';
import type { ApplierContext } from '../context.ts';
import { kstatusOf } from '../kstatus.ts';

export interface WaitOptions {
  readonly refs: readonly ObjectRef[];
  readonly timeout: Duration;
  /** Why nobody needs to wait any longer, where that is so. */
  readonly cancelled: () => string | undefined;
  readonly every?: Duration;
}

export type Waited = { readonly after: Duration } | { readonly after: Duration; readonly failed: string } | { readonly after: Duration; readonly cancelled: string };

/**
 * Until every object is current, or what is not has failed, or time is over.
 * Source: fluxcd/pkg/ssa 0.76, manager_wait.go: polled every 5 s, here every second.
 */
export async function waitForSet({ objects, clock, signal }: ApplierContext, { refs, timeout, cancelled, every = seconds(1) }: WaitOptions): Promise<Waited> {
  const start = clock.now();
  for (;;) {
    const states = refs.map((ref) => ({ ref, ...kstatusOf(findLive(objects, ref)) }));
    const after = clock.now() - start;
    const isOver = states.every(({ status }) => status === 'Current' || status === 'Failed');
    const isLate = after >= timeout;
    if (isOver || isLate) {
      const left = states.filter(({ status }) => status === 'Failed' || (isLate && status !== 'Current'));
      if (left.length === 0) return { after };
      return { after, failed: `${isLate ? 'timeout waiting for' : 'failed early due to stalled resources'}: [${left.map(({ ref, status }) => `${renderRef(ref)} status: '${status}'`).join(', ')}]` };
    }
    const reason = cancelled();
    if (reason !== undefined) return { after, cancelled: reason };
    await clock.sleep(Math.min(every, timeout - after), signal);
  }
}
