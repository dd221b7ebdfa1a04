import type { BareRepository } from '@fleetmend/git';
import { seconds, type Clock } from '@fleetmend/kernel';

const EVERY = seconds(0.5);

/** Calls `moved` soon after a branch moved, as a forge's webhook would. */
export function followBranch({ repository, branch, clock, moved }: { readonly repository: Pick<BareRepository, 'findHead'>; readonly branch: string; readonly clock: Clock; readonly moved: () => void }): { stop(): Promise<void> } {
  const ending = new AbortController();
  const follow = async () => {
    let last: string | undefined;
    while (!ending.signal.aborted) {
      // A look that fails is repaired by the next one; the applying controller looks by itself now and then, too.
      const head = await repository.findHead(branch).catch(() => last);
      if (head !== last) moved();
      last = head;
      await clock.sleep(EVERY, ending.signal).catch(() => undefined);
    }
  };
  const following = follow();
  return {
    async stop() {
      ending.abort(new Error('the fleet is stopping'));
      await following;
    },
  };
}
