import type { FieldChange, FileEdit, IntendedChange } from '@fleetmend/model';
import type { EditInput, SourceLayout } from '@fleetmend/plugin-api';
import { ANYWHERE, type LayoutCase, treeOf } from '@fleetmend/plugin-api/conformance';
import { kustomize } from '../kustomize.ts';
import { SEARCH_PATH } from './layouts.ts';

export const layout = kustomize.create({}, { searchPath: SEARCH_PATH } as never) as SourceLayout;

export const CONTAINER = ['spec', 'template', 'spec', 'containers', '[name=app]'] as const;
export const MEMORY = [...CONTAINER, 'resources', 'limits', 'memory'];

export async function locate({ files, target, application, editablePaths }: LayoutCase) {
  return layout.locate({ cluster: 'prod-1', target, application, binding: { selects: {}, forgeRef: 'f', repository: 'acme/fleet', branch: 'main', editablePaths: [...editablePaths] }, tree: treeOf(files) });
}

/** The changed files of an edit, by path. */
export async function editOf(one: LayoutCase, fields: readonly FieldChange[], more: Partial<EditInput> = {}, object: IntendedChange['object'] = one.target, everywhere = false): Promise<Readonly<Record<string, string>>> {
  const origin = await locate({ ...one, target: object });
  if (!origin) throw new Error('the layout does not know this case');
  const edits = await layout.edit({ origin, change: { object, fields, everywhere }, tree: treeOf(one.files), ...ANYWHERE, ...more });
  return Object.fromEntries(edits.map(({ path, after }: FileEdit) => [path, after]));
}
