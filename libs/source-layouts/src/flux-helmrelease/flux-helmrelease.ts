import { PermanentError } from '@fleetmend/kernel';
import { refOf, renderRef } from '@fleetmend/model';
import type { Application, EditInput, SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import { renderPlace, type Tree } from '@fleetmend/ports';
import { helmRenderer, kustomizeRenderer } from '@fleetmend/render';
import { z } from 'zod';
import { editHelm, findRendered, unlessBroken } from '../helm-edit.ts';
import { renderHelm } from '../helm-release.ts';
import type { LayoutDefinition } from '../layout-definition.ts';
import { chartsOf, toldOf } from '../remote-chart.ts';
import { holders } from '../holders.ts';
import { openFluxRelease } from './flux-release.ts';
import { postRendererWays } from './post-renderers.ts';

const Config = z.strictObject({ path: z.string().min(1).optional().describe("Folders that hold the programs helm and kustomize, as in the variable PATH; absent: the hub's own PATH.") });

/** A chart, in the repository or of a chart repository, that a Flux HelmRelease installs. */
export const fluxHelmrelease: LayoutDefinition<z.infer<typeof Config>> = {
  kind: 'flux-helmrelease',
  config: Config,
  async create({ path }, deps): Promise<SourceLayout> {
    const limits = { path: path ?? deps.searchPath };
    const renderer = helmRenderer(limits);
    const opening = { inner: await holders(deps, limits.path), kustomize: kustomizeRenderer(limits) };
    const rootOf = async ({ application, tree }: { readonly application: Application; readonly tree: Tree }): Promise<SourceRoot | undefined> => {
      const opened = await unlessBroken(openFluxRelease(opening, tree, { application, look: 'Roots' }));
      return opened && { layout: 'flux-helmrelease', root: opened.release.chart, includes: opened.release.includes, application };
    };
    return {
      kind: 'flux-helmrelease',
      rootOf,
      async locate({ target, application, binding, tree }) {
        const opened = application && (await openFluxRelease(opening, tree, { application }));
        const rooted = application && (await rootOf({ application, tree }));
        if (!opened || !rooted) return undefined;
        const { release, object } = opened;
        if (!findRendered(await renderHelm(renderer, release, tree), target)) throw new PermanentError('SourceNotFound', `the chart ${renderPlace(release.chart)}, with what ${binding.repository}@${tree.revision.slice(0, 8)} says, does not render ${renderRef(target)}: it may have been removed from Git`);
        return {
          ...rooted,
          root: release.chart,
          path: release.file,
          document: 0,
          carriers: release.carriers,
          ...chartsOf(release),
          evidence: [...application.evidence, `${renderRef(refOf(object))} installs the ${release.fetched ? toldOf(release.fetched) : `chart ${release.chart} of ${binding.repository}`}`, `helm renders ${renderRef(target)}, with values from ${release.layers.map(({ what }) => what).join(', ')}`],
        };
      },
      edit: (input) =>
        editHelm(
          {
            renderer,
            open: async (tree) => (await openFor(input, tree))?.release,
            async waysOver(tree, field) {
              const opened = await openFor(input, tree);
              return opened ? postRendererWays(opened, tree, field) : { said: [], fresh: [] };
            },
          },
          input,
        ),
      async render({ origin: { application, root }, tree }) {
        const opened = application && (await openFluxRelease(opening, tree, { application }));
        if (!opened) throw new PermanentError('RenderFailed', `${root || '/'} of ${tree.revision.slice(0, 8)} holds no HelmRelease`);
        return renderHelm(renderer, opened.release, tree);
      },
    };

    async function openFor({ origin, isEditable, staysInside }: EditInput, tree: Tree) {
      return origin.application && openFluxRelease(opening, tree, { application: origin.application, bounds: { isEditable, staysInside } });
    }
  },
};
