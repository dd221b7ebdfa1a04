import { PermanentError } from '@fleetmend/kernel';
import { isEditable } from '@fleetmend/manifest';
import { type ObjectRef, renderRef } from '@fleetmend/model';
import type { Application, LocateInput, SourceOrigin, SourceRoot } from '@fleetmend/plugin-api';
import type { Tree } from '@fleetmend/ports';
import { changesFiles, engineOptions } from '../engine-options.ts';
import { type FolderContent, type FoundObject, folderOf, hasBuiltFolder, isBuilt, isNamed, listManifests, normalisePath, readFiles } from '../manifest-folder.ts';

/**
 * The one document that holds the target: below the folder that the application applies, or, where no engine says, in any
 * file that the binding allows.
 */
export async function locateRaw(input: LocateInput): Promise<SourceOrigin | undefined> {
  return input.application ? locateInApplication(input, input.application) : locateInBinding(input);
}

/** The folder of an application that applies one as it is. */
export async function rootOfRaw({ application, tree }: { readonly application: Application; readonly tree: Tree }): Promise<SourceRoot | undefined> {
  if (application.renderedBy) return undefined;
  const [source, ...more] = application.sources;
  if (!source || more.length > 0) return undefined;
  const root = normalisePath(source.path);
  // A folder in which kustomize builds some folder is rendered by kustomize; Argo CD alone leaves those out.
  if (application.engine !== 'argocd' && (await hasBuiltFolder(tree, root))) return undefined;
  return (await isBuilt(tree, root)) || (await isChanged(application, tree)) ? undefined : { layout: 'raw', root, includes: [root] };
}

/** The engine's object changes what the files say, for which Flux has kustomize build the folder. */
async function isChanged(application: Application, tree: Tree): Promise<boolean> {
  const added = application.engine === 'argocd' ? undefined : await engineOptions(tree, application);
  return added !== undefined && changesFiles(added);
}

async function locateInApplication({ target, binding, tree }: LocateInput, application: Application): Promise<SourceOrigin | undefined> {
  const [source, ...more] = application.sources;
  if (application.renderedBy || !source || more.length > 0) return undefined;
  const root = normalisePath(source.path);
  if ((await isBuilt(tree, root)) || (await isChanged(application, tree))) return undefined;
  const at = `${binding.repository}@${tree.revision.slice(0, 8)}`;
  const owner = `${application.ref.kind} ${application.ref.namespace ?? ''}/${application.ref.name}`;
  const content = await readFiles(tree, await listManifests(tree, root));
  const found = choose(content, target, { application, at });
  if (!found && (await hasBuiltFolder(tree, root))) return undefined; // it may come out of one of those
  if (!found) throw notFound({ target, content, where: `${at}, folder ${root || '/'} (applied by ${owner})` });
  if (!isEditable(found.path, binding.editablePaths)) {
    throw new PermanentError('NotEditable', `${found.path} holds ${renderRef(target)}, but the RepoBinding allows only ${binding.editablePaths.join(', ')}: widen it if machines may edit this file`);
  }
  return originOf(found, root, [...application.evidence, `${owner} applies ${root || '/'} of ${binding.repository}`]);
}

async function locateInBinding({ target, binding, tree }: LocateInput): Promise<SourceOrigin | undefined> {
  if (await isBuilt(tree, '')) return undefined;
  const allowed = (await listManifests(tree, '')).filter((path) => isEditable(path, binding.editablePaths));
  const content = await readFiles(tree, allowed);
  const found = choose(content, target, { application: undefined, at: `${binding.repository}@${tree.revision.slice(0, 8)}` });
  return found && originOf(found, folderOf(found.path), [`no GitOps engine claims ${renderRef(target)}`, `the RepoBinding maps it to ${binding.repository}`]);
}

function choose({ objects }: FolderContent, target: ObjectRef, { application, at }: { readonly application: Application | undefined; readonly at: string }): FoundObject | undefined {
  const named = objects.filter(({ object }) => isNamed(object, target));
  const explicit = named.filter(({ object }) => object.metadata.namespace === target.namespace);
  const placed = application?.namespace;
  const open = target.namespace === undefined ? [] : named.filter(({ object }) => object.metadata.namespace === undefined);
  const candidates = placed?.name === target.namespace && placed?.override ? named : placed?.name === target.namespace ? [...explicit, ...open] : explicit.length > 0 || placed ? explicit : open;
  if (candidates.length < 2) return candidates[0];
  const places = candidates.map(({ path, document }) => `${path} (document ${document})`).join(', ');
  throw new PermanentError('SourceAmbiguous', `${at} holds ${renderRef(target)} more than once: ${places}; remove the copies, or narrow the RepoBinding to the one that is applied`);
}

function notFound({ target, content, where }: { readonly target: ObjectRef; readonly content: FolderContent; readonly where: string }): PermanentError {
  const [unreadable] = content.unreadable;
  if (unreadable) return new PermanentError('NotEditable', `no readable file of ${where} holds ${renderRef(target)}, and ${unreadable.cause}`);
  return new PermanentError('SourceNotFound', `no file of ${where} holds ${renderRef(target)}: it may have been removed from Git`);
}

function originOf({ path, document }: FoundObject, root: string, evidence: readonly string[]): SourceOrigin {
  if (path.endsWith('.json')) throw new PermanentError('NotEditable', `${path} is JSON: only YAML files are edited`);
  return { layout: 'raw', path, document, root, includes: [root], evidence: [...evidence, `${path} (document ${document}) holds it`] };
}
