import type { Application, SourceLayout } from '@fleetmend/plugin-api';
import type { Tree } from '@fleetmend/ports';
import { helmRenderer } from '@fleetmend/render';
import { z } from 'zod';
import { partsLayout, partsOf, type Part } from '../argo-parts.ts';
import { fieldEdit, refuseWrite } from '../helm-layers.ts';
import type { Release } from '../helm-release.ts';
import type { LayoutDefinition } from '../layout-definition.ts';
import type { ParameterFile } from './generators.ts';
import type { Look } from '../remote-chart.ts';
import { rebuild, type Rebuilt } from './rebuild.ts';

const Config = z.strictObject({ path: z.string().min(1).optional().describe("Folders that hold the program helm, as in the variable PATH; absent: the hub's own PATH.") });

/** Charts of an Argo CD Application that an ApplicationSet makes: what one cluster alone says may be edited, the template may not. */
export const argocdApplicationset: LayoutDefinition<z.infer<typeof Config>> = {
  kind: 'argocd-applicationset',
  config: Config,
  create: ({ path }, { searchPath }): SourceLayout => partsLayout({ kind: 'argocd-applicationset', renderer: helmRenderer({ path: path ?? searchPath }), open }),
};

async function open(tree: Tree, application: Application, look?: Look): Promise<readonly Part[] | undefined> {
  const rebuilt = await rebuild(tree, application);
  if (!rebuilt) return undefined;
  const parts = await partsOf(tree, rebuilt.app, look);
  return parts.some((part) => 'release' in part) ? parts.map((part) => ('release' in part ? { release: withParameters(part.release, rebuilt, tree) } : part)) : undefined;
}

function withParameters(release: Release, { files, madeFrom }: Rebuilt, tree: Tree): Release {
  const [own] = files;
  const hasFile = release.layers.some(({ kind }) => kind === 'File');
  return {
    ...release,
    file: hasFile || !own ? release.file : own.path,
    includes: [...new Set([...release.includes, ...madeFrom])],
    filledFrom: files.map((file) => ({ what: `parameters of ${file.path}`, values: file.values, write: writer(file, tree) })),
  };
}

function writer({ path: file, within }: ParameterFile, tree: Tree): NonNullable<Release['filledFrom']>[number]['write'] {
  return async (path, value) => {
    if (value === undefined) return refuseWrite(`${file} would lose a parameter that the template asks for`)();
    return fieldEdit({ file, text: (await tree.read(file)) ?? '', document: 0, path: [...within, ...path], value });
  };
}
