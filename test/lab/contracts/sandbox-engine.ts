import { seconds, seededRandom } from '@fleetmend/kernel';
import { installedRenderers } from '@fleetmend/render';
import { createWorld, type ClusterObjects, type RepositoryReader } from '@fleetmend/sandbox';
import { emptyGit, VirtualClock } from '@fleetmend/testing';
import { outside } from '../../scorecard/outside.ts';

/** The same objects and commits in the sandbox, on a virtual clock. */
export interface SandboxEngine {
  readonly objects: ClusterObjects;
  /** Commits on `main`, and lets that many seconds pass. */
  play(files: Readonly<Record<string, string>>, after?: number): Promise<void>;
  wait(forSeconds: number): Promise<void>;
  close(): void;
}

export const sandboxEngine = (url: string): SandboxEngine => {
  const clock = new VirtualClock(undefined, { outside });
  const git = emptyGit(clock);
  const all = new Map<string, string | undefined>();
  const reader: RepositoryReader = {
    head: (branch) => git.repository.head(branch),
    files: async (revision, path) => new Map([...(git.find(revision)?.files ?? [])].filter(([file]) => path === '' || file.startsWith(`${path}/`))),
  };
  const world = createWorld({ clusters: ['lab'], clock, random: seededRandom(1), state: ':memory:', repositories: (asked) => (asked === url ? reader : undefined), renderers: installedRenderers(process.env), argoInterval: seconds(5) });
  return {
    objects: world.cluster('lab').objects,
    async play(files, after = 10) {
      for (const [path, text] of Object.entries(files)) all.set(path, text);
      git.commit({ branch: 'main', author: 'somebody', message: 'change', files: all });
      world.nudge();
      await clock.run(seconds(after));
    },
    wait: (span) => clock.run(seconds(span)),
    close: () => world.close(),
  };
};
