import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@fleetmend/kernel';
import type { ForgeHarness } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { local } from '../local.ts';
import { createLocalPullRequests } from '../people.ts';

const ADA = { login: 'ada', name: 'Ada' } as const;

/** The local forge in a temporary folder, with people who use it. */
export async function localHarness(): Promise<ForgeHarness & { readonly stateDir: string; readonly clock: VirtualClock; remove(): void }> {
  const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-local-'));
  const clock = new VirtualClock();
  const forge = await local.create(parse(local.config, {}, 'config'), { clock, fetch, stateDir, log: { info: () => undefined, warn: () => undefined } });
  const people = createLocalPullRequests({ stateDir, clock });
  let count = 0;
  return {
    forge,
    stateDir,
    clock,
    async seedRepository(files) {
      count += 1;
      const name = `acme/fleet-${count}`;
      await (await people.repository(name)).commit({ branch: 'main', files: new Map(Object.entries(files)), message: 'seed' });
      return name;
    },
    async humanCommit({ repository, branch, files, message }) {
      return (await people.repository(repository)).commit({ branch, files: new Map(Object.entries(files)), message, author: { name: 'Ada', email: 'ada@fleet.local' } });
    },
    humanOpen: async (draft) => (await people.open(draft, ADA)).number,
    humanMerge: async ({ number }) => void (await people.merge(number, ADA)),
    humanClose: ({ number }) => people.close(number, ADA),
    approve: ({ number }) => people.review(number, ADA, { state: 'Approved' }),
    requestChanges: ({ number }) => people.review(number, ADA, { state: 'ChangesRequested' }),
    comments: async ({ number }) => (await people.show(number)).comments.map(({ body }) => body),
    head: async ({ repository, branch }) => (await people.repository(repository)).findHead(branch),
    files: async ({ repository, revision }) => (await people.repository(repository)).files(revision, ''),
    message: async ({ repository, revision }) => (await (await people.repository(repository)).log({ from: revision, limit: 1 }))[0]?.message ?? '',
    pause: async () => undefined,
    remove: () => {
      people.dispose();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
