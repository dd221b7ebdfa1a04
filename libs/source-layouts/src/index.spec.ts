import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@fleetmend/kernel';
import type { SourceLayout } from '@fleetmend/plugin-api';
import { type LayoutFixtures, pluginFolderConformance, sourceLayoutConformance } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { argocdApplicationset, argocdMultisource, fluxHelmrelease, helm, kustomize, raw, sourceLayouts } from './index.ts';
import { FIXTURES as applicationsetFixtures } from './argocd-applicationset/spec-support/layouts.ts';
import { FIXTURES as multisourceFixtures } from './argocd-multisource/spec-support/layouts.ts';
import { FIXTURES as fluxFixtures } from './flux-helmrelease/spec-support/layouts.ts';
import { FIXTURES as helmFixtures } from './helm/spec-support/layouts.ts';
import { MISSING_HELM } from './spec-chart.fixture.ts';
import { MISSING, SEARCH_PATH, FIXTURES as kustomizeFixtures } from './kustomize/spec-support/layouts.ts';
import { FIXTURES as rawFixtures } from './raw/spec-support/layouts.ts';

const deps = { clock: new VirtualClock(), fetch, stateDir: '', searchPath: SEARCH_PATH, log: { info: () => undefined, warn: () => undefined } };
interface Member {
  readonly layout: SourceLayout;
  readonly fixtures: LayoutFixtures;
  /** Why its suite cannot run here. */
  readonly missing?: string | undefined;
}

const MEMBERS: Readonly<Record<string, Member>> = {
  raw: { layout: await raw.create(parse(raw.config, {}, 'config'), deps), fixtures: rawFixtures },
  kustomize: { layout: await kustomize.create(parse(kustomize.config, {}, 'config'), deps), fixtures: kustomizeFixtures, missing: MISSING },
  helm: { layout: await helm.create(parse(helm.config, {}, 'config'), deps), fixtures: helmFixtures, missing: MISSING_HELM },
  'argocd-multisource': { layout: await argocdMultisource.create(parse(argocdMultisource.config, {}, 'config'), deps), fixtures: multisourceFixtures, missing: MISSING_HELM },
  'argocd-applicationset': { layout: await argocdApplicationset.create(parse(argocdApplicationset.config, {}, 'config'), deps), fixtures: applicationsetFixtures, missing: MISSING_HELM },
  'flux-helmrelease': { layout: await fluxHelmrelease.create(parse(fluxHelmrelease.config, {}, 'config'), deps), fixtures: fluxFixtures, missing: MISSING_HELM },
};

describe('source layouts', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: sourceLayouts });

  it.each(sourceLayouts)('$kind has fixtures, so that the suite runs for it', ({ kind }) => expect(MEMBERS[kind]).toBeDefined());

  const members = Object.entries(MEMBERS).map(([kind, member]) => ({ kind, ...member }));
  describe.each(members.filter(({ missing }) => missing === undefined))('$kind', sourceLayoutConformance);

  it.for(members.filter(({ missing }) => missing !== undefined))('the suite for $kind is skipped: $missing', ({ missing }, context) => context.skip(missing));
});
