import type { Application, SourceLayout } from '@fleetmend/plugin-api';
import type { Tree } from '@fleetmend/ports';
import { helmRenderer } from '@fleetmend/render';
import { z } from 'zod';
import { hasSeveral, openApplication } from '../argo-application.ts';
import { partsLayout, partsOf, type Part } from '../argo-parts.ts';
import type { LayoutDefinition } from '../layout-definition.ts';
import type { Look } from '../remote-chart.ts';

const Config = z.strictObject({ path: z.string().min(1).optional().describe("Folders that hold the program helm, as in the variable PATH; absent: the hub's own PATH.") });

/** An Argo CD Application with several sources: where two of them render the same object, the last one wins. */
export const argocdMultisource: LayoutDefinition<z.infer<typeof Config>> = {
  kind: 'argocd-multisource',
  config: Config,
  create: ({ path }, { searchPath }): SourceLayout => partsLayout({ kind: 'argocd-multisource', renderer: helmRenderer({ path: path ?? searchPath }), open }),
};

async function open(tree: Tree, application: Application, look?: Look): Promise<readonly Part[] | undefined> {
  const app = await openApplication(tree, application);
  return app && hasSeveral(app) && app.madeBy === undefined ? partsOf(tree, app, look) : undefined;
}
