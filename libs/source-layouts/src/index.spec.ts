import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@fleetmend/kernel';
import { type LayoutFixtures, pluginFolderConformance, sourceLayoutConformance } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { sourceLayouts } from './index.ts';
import { FIXTURES } from './raw/fixtures.fixture.ts';

const ALL_FIXTURES: Readonly<Record<string, LayoutFixtures>> = { raw: FIXTURES };
const deps = { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } };

describe('source layouts', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: sourceLayouts });

  for (const plugin of sourceLayouts) {
    const fixtures = ALL_FIXTURES[plugin.kind];
    it(`${plugin.kind} has fixtures, so that the suite runs for it`, () => expect(fixtures).toBeDefined());
    const layout = plugin.create(parse(plugin.config, {}, 'config'), deps);
    if (fixtures && 'locate' in layout) describe(plugin.kind, () => sourceLayoutConformance({ kind: plugin.kind, layout, fixtures }));
  }
});
