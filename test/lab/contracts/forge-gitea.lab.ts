import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitea as giteaForge } from '@fleetmend/forges';
import { forgeConformance } from '@fleetmend/plugin-api/conformance';
import { systemClock } from '@fleetmend/telemetry';
import { inject } from 'vitest';
import { giteaHarness } from './gitea-harness.ts';

const { gitea } = inject('lab');

forgeConformance({
  kind: 'gitea',
  async create() {
    if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');
    const log = { info: () => undefined, warn: () => undefined };
    const config = { url: gitea.url, token: gitea.bot.token, mergeMethod: 'squash' as const, bots: [] };
    const forge = await giteaForge.create(config, { clock: systemClock, fetch, stateDir: mkdtempSync(join(tmpdir(), 'forge-')), log });
    return giteaHarness(gitea, forge);
  },
});
