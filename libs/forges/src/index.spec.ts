import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ForgeHarness, forgeConformance, pluginFolderConformance } from '@fleetmend/plugin-api/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { giteaHarness } from './gitea/spec-support/gitea-harness.ts';
import { githubHarness } from './github/spec-support/github-harness.ts';
import { gitlabHarness } from './gitlab/spec-support/gitlab-harness.ts';
import { forges } from './index.ts';
import { localHarness } from './local/spec-support/local-harness.ts';

const HARNESSES: Readonly<Record<string, () => Promise<ForgeHarness & { remove(): void }>>> = { local: localHarness, gitea: giteaHarness, github: githubHarness, gitlab: gitlabHarness };

describe('forges', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: forges });

  it.each(forges)('$kind has a harness, so that the suite runs for it', ({ kind }) => {
    expect(HARNESSES[kind]).toBeDefined();
  });

  describe.each(Object.entries(HARNESSES))('%s', (kind, create) => {
    const made: { remove(): void }[] = [];
    afterAll(() => made.forEach((harness) => harness.remove()));
    forgeConformance({
      kind,
      create: async () => {
        const harness = await create();
        made.push(harness);
        return harness;
      },
    });
  });
});
