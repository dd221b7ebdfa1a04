import { PermanentError } from '@fleetmend/kernel';
import { renderRef } from '@fleetmend/model';
import type { Application, SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import { renderPlace, type Tree } from '@fleetmend/ports';
import { helmRenderer } from '@fleetmend/render';
import { z } from 'zod';
import { hasSeveral, openApplication, placeOfSource, sourcesOf } from '../argo-application.ts';
import { argoRelease } from '../argo-helm.ts';
import { editHelm, findRendered, unlessBroken } from '../helm-edit.ts';
import { renderHelm, type Release } from '../helm-release.ts';
import type { LayoutDefinition } from '../layout-definition.ts';
import { chartsOf, demandHeld, toldOf, type Look } from '../remote-chart.ts';

const Config = z.strictObject({ path: z.string().min(1).optional().describe("Folders that hold the program helm, as in the variable PATH; absent: the hub's own PATH.") });

/** A chart, in the repository or of a chart repository, that one source of an Argo CD Application installs. */
export const helm: LayoutDefinition<z.infer<typeof Config>> = {
  kind: 'helm',
  config: Config,
  create({ path }, { searchPath }): SourceLayout {
    const renderer = helmRenderer({ path: path ?? searchPath });
    const rootOf = async ({ application, tree }: { readonly application: Application; readonly tree: Tree }): Promise<SourceRoot | undefined> => {
      const release = await unlessBroken(openRelease(tree, application, 'Roots'));
      return release && { layout: 'helm', root: release.chart, includes: release.includes, application };
    };
    return {
      kind: 'helm',
      rootOf,
      async locate({ target, application, binding, tree }) {
        const release = application && (await openRelease(tree, application));
        const rooted = application && (await rootOf({ application, tree }));
        if (!release || !rooted) return undefined;
        demandHeld(application, release);
        const rendered = findRendered(await renderHelm(renderer, release, tree), target);
        if (!rendered) throw new PermanentError('SourceNotFound', `the chart ${renderPlace(release.chart) || '/'}, with what ${binding.repository}@${tree.revision.slice(0, 8)} says, does not render ${renderRef(target)}: it may have been removed from Git`);
        return {
          ...rooted,
          root: release.chart,
          path: release.file,
          document: 0,
          carriers: release.carriers,
          ...chartsOf(release),
          evidence: [...application.evidence, `${renderRef(application.ref)} installs the ${release.fetched ? toldOf(release.fetched) : `chart ${release.chart || '/'} of ${binding.repository}`}`, `helm renders ${renderRef(target)}, with values from ${release.layers.map(({ what }) => what).join(', ') || 'nowhere'}`],
        };
      },
      edit: (input) => editHelm({ renderer, open: (tree) => (input.origin.application ? openRelease(tree, input.origin.application) : Promise.resolve(undefined)) }, input),
      async render({ origin: { application, root }, tree }) {
        const release = application && (await openRelease(tree, application));
        if (!release) throw new PermanentError('RenderFailed', `${root || '/'} of ${tree.revision.slice(0, 8)} holds no chart that an Application installs`);
        return renderHelm(renderer, release, tree);
      },
    };
  },
};

async function openRelease(tree: Tree, application: Application, look: Look = 'Whole'): Promise<Release | undefined> {
  const app = await openApplication(tree, application);
  const [source, ...more] = app ? sourcesOf(app) : [];
  if (!app || !source || more.length > 0 || hasSeveral(app) || app.madeBy !== undefined) return undefined;
  return argoRelease({ app, source, at: placeOfSource(app), tree, look });
}
