import { PermanentError } from '@fleetmend/kernel';
import { refOf, renderRef } from '@fleetmend/model';
import type { Application, SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import type { Tree } from '@fleetmend/ports';
import { helmRenderer } from '@fleetmend/render';
import { z } from 'zod';
import { hasSeveral, openApplication, placeOfSource, sourcesOf } from '../argo-application.ts';
import { argoRelease } from '../argo-helm.ts';
import { editHelm, findRendered, unlessBroken } from '../helm-edit.ts';
import { renderHelm, type Release } from '../helm-release.ts';
import type { LayoutDefinition } from '../layout-definition.ts';

const Config = z.strictObject({ path: z.string().min(1).optional().describe("Folders that hold the program helm, as in the variable PATH; absent: the hub's own PATH.") });

/** A chart in the repository that one source of an Argo CD Application installs. */
export const helm: LayoutDefinition<z.infer<typeof Config>> = {
  kind: 'helm',
  config: Config,
  create({ path }, { searchPath }): SourceLayout {
    const renderer = helmRenderer({ path: path ?? searchPath });
    const rootOf = async ({ application, tree }: { readonly application: Application; readonly tree: Tree }): Promise<SourceRoot | undefined> => {
      const release = await unlessBroken(openRelease(tree, application));
      return release && { layout: 'helm', root: release.chart, includes: release.includes, application };
    };
    return {
      kind: 'helm',
      rootOf,
      async locate({ target, application, binding, tree }) {
        await refuseForeignChart(tree, application);
        const release = application && (await openRelease(tree, application));
        const rooted = application && (await rootOf({ application, tree }));
        if (!release || !rooted) return undefined;
        const rendered = findRendered(await renderHelm(renderer, release, tree), target);
        if (!rendered) throw new PermanentError('SourceNotFound', `the chart ${release.chart || '/'} of ${binding.repository}@${tree.revision.slice(0, 8)} does not render ${renderRef(target)}: it may have been removed from Git`);
        return {
          ...rooted,
          path: release.file,
          document: 0,
          carriers: release.carriers,
          evidence: [...application.evidence, `${renderRef(application.ref)} installs the chart ${release.chart || '/'} of ${binding.repository}`, `helm renders ${renderRef(target)}, with values from ${release.layers.map(({ what }) => what).join(', ') || 'nowhere'}`],
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

/** @throws PermanentError `NotEditable` for a chart that lies elsewhere: nobody here can render it. */
async function refuseForeignChart(tree: Tree, application: Application | undefined): Promise<void> {
  const app = application && (await openApplication(tree, application));
  const [source, ...more] = app ? sourcesOf(app) : [];
  if (source?.chart === undefined || more.length > 0) return;
  throw new PermanentError('NotEditable', `${renderRef(refOf(app?.object ?? { apiVersion: '', kind: 'Application', metadata: { name: '' } }))} installs the chart ${source.chart} of ${source.repoURL ?? 'another place'}, which is not in the repository and cannot be rendered here: change its values by hand`);
}

async function openRelease(tree: Tree, application: Application): Promise<Release | undefined> {
  const app = await openApplication(tree, application);
  const [source, ...more] = app ? sourcesOf(app) : [];
  if (!app || !source || more.length > 0 || hasSeveral(app) || app.madeBy !== undefined) return undefined;
  return argoRelease({ app, source, at: placeOfSource(app), tree });
}
