import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@fleetmend/kernel';
import type { SourceLayout } from '@fleetmend/plugin-api';
import { type LayoutFixtures, pluginFolderConformance, sourceLayoutConformance } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { raw, sourceLayouts } from './index.ts';
import { FIXTURES } from './raw/spec-support/layouts.ts';

const deps = { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } };
const MEMBERS: Readonly<Record<string, { readonly layout: SourceLayout; readonly fixtures: LayoutFixtures }>> = {
  raw: { layout: await raw.create(parse(raw.config, {}, 'config'), deps), fixtures: FIXTURES },
};

describe('source layouts', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: sourceLayouts });

  it.each(sourceLayouts)('$kind has fixtures, so that the suite runs for it', ({ kind }) => expect(MEMBERS[kind]).toBeDefined());

  describe.each(Object.entries(MEMBERS))('%s', (kind, member) => sourceLayoutConformance({ kind, ...member }));
});
