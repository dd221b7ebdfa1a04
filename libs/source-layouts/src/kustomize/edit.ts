import { PermanentError } from '@fleetmend/kernel';
import { isExactly, structuralDiff, valueAt } from '@fleetmend/manifest';
import { type FieldChange, type FileEdit, type IntendedChange, type KubeObject, refOf, renderRef } from '@fleetmend/model';
import type { EditInput } from '@fleetmend/plugin-api';
import { type Tree, withEdits } from '@fleetmend/ports';
import { folderOf } from '../manifest-folder.ts';
import { attempt, editOneByOne, falseAt, saysSame } from '../one-by-one.ts';
import { openBuild, type KustomizeBuilds, type Rendered } from './build.ts';
import type { Candidate } from './candidate.ts';
import type { Wanted } from './field.ts';
import { findDocument, findTarget, refuseOrigin } from './find-target.ts';
import { generatorEntries } from './generators.ts';
import { inFile } from './candidate.ts';
import { listOf } from './layers.ts';
import { listsThatWere } from './lists-that-were.ts';
import { enginePatches, overlayPatches } from './new-patch.ts';
import { patchesThatSay } from './patches.ts';
import { replacementSources } from './replacements.ts';
import { imageEntries, replicaEntries } from './transformers.ts';
import { variableEntries } from './variable-entries.ts';

/** Field by field: each on top of the edits for the ones before. */
export async function editKustomize(builds: KustomizeBuilds, input: EditInput): Promise<readonly FileEdit[]> {
  return editOneByOne(input, (field, tree) => editField(builds, input, { tree, field }));
}

interface OneField {
  readonly tree: Tree;
  readonly field: FieldChange;
}

async function editField(builds: KustomizeBuilds, { origin, change, isEditable, staysInside, earlier }: EditInput, { tree, field }: OneField): Promise<readonly FileEdit[]> {
  const { application } = origin;
  const where = `kustomize build ${origin.root || '/'}`;
  const build = await openBuild(tree, origin.root, application);
  const rendered = build ? await builds.renderWithOrigins(build, application) : [];
  const found = findTarget(rendered, change.object, { application, where });
  const closed = build && found && refuseOrigin(found, build);
  if (closed !== undefined) throw new PermanentError('NotEditable', closed);
  if (!build || !found) throw new PermanentError('SourceNotFound', `${where} of ${tree.revision.slice(0, 8)} does not render ${renderRef(change.object)}`);
  const now = valueAt(found.object, field.path);
  if (saysSame(now, field.value)) return [];
  if (build.added?.variables && typeof now === 'string' && now.includes('${')) throw new PermanentError('NotEditable', `${field.path.join('/')} of ${renderRef(change.object)}: its value is a \${variable}: change it where the variable is set`);
  // Without asking for origins: the proof renders the very same, and what was rendered once is not rendered again.
  const before = await builds.render(build, application);
  const intended: IntendedChange = { object: refOf(found.object), fields: [field], ...(change.everywhere === undefined ? {} : { everywhere: change.everywhere }) };
  const wanted: Wanted = { tree, build, object: found.object, from: found.from, resource: await resourceOf(tree, found), ...(earlier === undefined ? {} : { earlier }), ...field };

  const tried: string[] = [];
  let wider: readonly FileEdit[] | undefined;
  const plain = build.added?.variables && findTarget((await builds.renderPlain(build, application)).map((object) => ({ object, from: undefined })), change.object, { application, where })?.object;
  for (const candidate of [...(await variableEntries(wanted, plain)), ...(await candidatesFor(wanted))]) {
    const edits = await attempt(candidate.what, candidate.make, tried);
    if (edits.length === 0) continue;
    const shut = edits.find(({ path }) => !isEditable(path));
    if (shut) tried.push(`${candidate.what}: the RepoBinding does not allow ${shut.path}`);
    else if (!(await falseAt('RenderFailed', showsExactly(edits)))) tried.push(`${candidate.what}: it does not show, or shows more than that`);
    else if (await falseAt('WouldNotRender', staysInside(edits))) return edits;
    else wider ??= edits;
  }
  if (wider) return wider;
  throw new PermanentError('NotEditable', refusal(wanted, { where, tried }));

  async function showsExactly(edits: readonly FileEdit[]): Promise<boolean> {
    const edited = await openBuild(withEdits(tree, edits), origin.root, application);
    if (!edited) return false;
    return isExactly(structuralDiff(before, await builds.render(edited, application)), intended);
  }
}

/** From where the field has been said already, the last word first, to where nobody has said it yet. */
async function candidatesFor(wanted: Wanted): Promise<readonly Candidate[]> {
  const said = [...(await patchesThatSay(wanted)), ...(await replacementSources(wanted)), ...imageEntries(wanted), ...replicaEntries(wanted), ...(await generatorEntries(wanted))];
  const [own, overlay] = [resourceFile(wanted), await overlayPatches(wanted)];
  const were = await listsThatWere(wanted);
  return [...said, ...were, ...((await wasAbove(wanted)) ? [...overlay, ...own] : [...own, ...overlay]), ...enginePatches(wanted)];
}

/** The field comes back, and it was never the object's own file that said it: it belongs above it. */
async function wasAbove({ resource, path, value, build, earlier, object }: Wanted): Promise<boolean> {
  const folder = build.layers.find(({ engine }) => engine === undefined)?.folder;
  if (!resource || value === undefined || build.madeUp || folder === undefined || folderOf(resource.file) === folder || valueAt(resource.object, path) !== undefined) return false;
  const before = (await earlier?.()) ?? [];
  for (const tree of before) {
    const text = (await tree.read(resource.file)) ?? '';
    const was = findDocument(text, { object, from: { file: resource.file } });
    if (valueAt(was?.object, path) !== undefined) return false;
  }
  return before.length > 0;
}

function resourceFile({ resource, path, value }: Wanted): readonly Candidate[] {
  if (!resource) return [];
  const { file, text, document, within } = resource;
  return [inFile(file, { file, text, document, path: [...within, ...path], value })];
}

async function resourceOf(tree: Tree, found: Rendered): Promise<Wanted['resource']> {
  if (!found.from || 'generator' in found.from) return undefined;
  const { file } = found.from;
  const text = (await tree.read(file)) ?? '';
  const one = findDocument(text, found);
  return one && { file, text, document: one.document, within: one.within, object: one.object };
}

function refusal({ object, path, build }: Wanted, { where, tried }: { readonly where: string; readonly tried: readonly string[] }): string {
  const replacing = build.layers.filter(({ value }) => listOf(value['replacements']).length > 0 || listOf(value['vars']).length > 0).map(({ file }) => file);
  const hint = replacing.length > 0 ? `; replacements or vars in ${replacing.join(', ')} may set it` : '';
  return `no file of ${where} can safely say ${path.join('/')} of ${renderRef(refOf(object as KubeObject))}${hint}${tried.length > 0 ? ` (${tried.join('; ')})` : ''}: change it by hand`;
}
