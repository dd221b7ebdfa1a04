import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BareRepository } from '@fleetmend/git';
import { seconds, type Clock } from '@fleetmend/kernel';

const EVERY = seconds(0.5);

export interface FollowOptions {
  readonly repository: Pick<BareRepository, 'path'>;
  readonly branch: string;
  readonly clock: Clock;
  readonly moved: () => void;
}

/** Calls `moved` soon after a branch moved, as a forge's webhook would. Looks at Git's files, which costs no process. */
export function followBranch({ repository, branch, clock, moved }: FollowOptions): { stop(): Promise<void> } {
  const ending = new AbortController();
  const follow = async () => {
    let last = await readRef(repository.path, branch);
    while (!ending.signal.aborted) {
      await clock.sleep(EVERY, ending.signal).catch(() => undefined);
      const now = await readRef(repository.path, branch);
      if (now !== last) moved();
      last = now;
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

/** Differs whenever the branch may have moved: its own file, and the time of the file that Git packs such files into. */
async function readRef(path: string, branch: string): Promise<string> {
  const [loose, packed] = await Promise.all([readFile(join(path, 'refs', 'heads', branch), 'utf8').catch(() => ''), stat(join(path, 'packed-refs')).catch(() => undefined)]);
  return `${loose}${packed?.mtimeMs ?? ''}`;
}
