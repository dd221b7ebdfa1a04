import { PermanentError } from '@fleetmend/kernel';
import type { SourceLayout } from '@fleetmend/plugin-api';
import { kustomizeRenderer } from '@fleetmend/render';
import { z } from 'zod';
import type { LayoutDefinition } from '../layout-definition.ts';
import { kustomizeBuilds, kustomizeRoot, openBuild } from './build.ts';
import { editKustomize } from './edit.ts';
import { locateKustomize } from './locate.ts';

const Config = z.strictObject({ path: z.string().min(1).optional().describe("Folders that hold the program kustomize, as in the variable PATH; absent: the hub's own PATH.") });

/** Bases, overlays and components that kustomize builds. */
export const kustomize: LayoutDefinition<z.infer<typeof Config>> = {
  kind: 'kustomize',
  config: Config,
  create({ path }, { searchPath }): SourceLayout {
    const builds = kustomizeBuilds(kustomizeRenderer({ path: path ?? searchPath }));
    return {
      kind: 'kustomize',
      rootOf: kustomizeRoot,
      locate: (input) => locateKustomize(builds, input),
      edit: (input) => editKustomize(builds, input),
      async render({ origin: { root, application }, tree }) {
        const build = await openBuild(tree, root, application);
        if (!build) throw new PermanentError('RenderFailed', `${root || '/'} of ${tree.revision.slice(0, 8)} has nothing for kustomize to build`);
        return builds.render(build, application);
      },
    };
  },
};
