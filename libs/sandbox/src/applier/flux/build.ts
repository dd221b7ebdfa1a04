import { digestOf, isPermanent, messageOf, PermanentError } from '@fleetmend/kernel';
import { readDocuments } from '@fleetmend/manifest';
import { stringify } from 'yaml';
import type { KubeObject } from '../../objects.ts';
import type { ApplierContext } from '../context.ts';
import { manifestReader } from '../manifests.ts';
import { builtFolderOf, filesBelow, normalise, treeOver } from '../repository.ts';
import type { RepositoryReader } from '../repository.ts';
import { generateKustomization } from './generate.ts';
import type { Kustomization } from './shapes.ts';
import { substituteVariables } from './substitute.ts';

export interface BuildSource {
  readonly repository: RepositoryReader;
  readonly commit: string;
}

/**
 * What a Kustomization's folder holds at a commit, built, and with its variables put in.
 * @throws PermanentError `ArtifactFailed` where the folder is not there, `BuildFailed` with the words of kustomize-controller
 */
export async function buildKustomization(context: ApplierContext, kustomization: Kustomization, { repository, commit }: BuildSource): Promise<readonly KubeObject[]> {
  const { spec } = kustomization;
  const folder = normalise(spec.path ?? '');
  const files = filesBelow(await repository.files(commit, folder), folder);
  // kustomize-controller unpacks the artifact into a folder of a random name, which its messages name.
  const unpacked = `/tmp/kustomization-${Number.parseInt(digestOf([commit, folder]).slice(7, 15), 16)}`;
  if (files.size === 0) throw new PermanentError('ArtifactFailed', `kustomization path not found: stat ${unpacked}/${folder}: no such file or directory`);
  const isBuilt = [...files.keys()].some((file) => builtFolderOf(file) !== undefined);
  const changes = [spec.namePrefix, spec.nameSuffix, spec.patches, spec.images, spec.components].some((one) => one !== undefined) || (spec.targetNamespace !== undefined && context.renderers.kustomize !== undefined);
  const objects = isBuilt || changes ? await built(context, kustomization, { folder, unpacked, files: await repository.files(commit, '') }) : plain(context, files, unpacked);
  return substituted(context, kustomization, objects);
}

interface Unpacked {
  readonly folder: string;
  readonly unpacked: string;
  readonly files: ReadonlyMap<string, string>;
}

async function built({ renderers, manifests }: ApplierContext, { spec }: Kustomization, { folder, unpacked, files }: Unpacked): Promise<readonly KubeObject[]> {
  if (!renderers.kustomize) throw new PermanentError('BuildFailed', `${folder || '/'} has to be built, and no kustomize binary was found to build it: put kustomize on the PATH`);
  const own = [...files.keys()].some((file) => builtFolderOf(file) === folder);
  if (!own) plainOf(filesBelow(files, folder)).forEach(([file, text]) => decode(manifests, file, { text, unpacked }));
  const { file, text } = generateKustomization(files, folder, spec);
  try {
    const tree = treeOver(new Map([...files, [file, text]]), '');
    return (await renderers.kustomize.render({ tree, path: folder, options: { loadRestrictor: 'none' } })) as readonly KubeObject[];
  } catch (error) {
    if (!isPermanent(error)) throw error;
    throw new PermanentError('BuildFailed', `kustomize build failed: ${wordsOf(error).replace(/\/\S*\/fleetmend-render-\w+\/files/g, unpacked)}`);
  }
}

/** What the program itself said, where it was the program. */
export function wordsOf(error: Error): string {
  return error.cause instanceof Error ? messageOf(error.cause).replace(/^Error: /, '') : error.message;
}

/** The manifests of a folder in which nothing has to be built. */
function plain({ manifests }: ApplierContext, files: ReadonlyMap<string, string>, unpacked: string): readonly KubeObject[] {
  const seen = new Set<string>();
  return plainOf(files).flatMap(([file, text]) =>
    decode(manifests, file, { text, unpacked }).map((object) => {
      const id = [object.apiVersion, object.kind, object.metadata.namespace ?? '', object.metadata.name].join('/');
      if (seen.has(id)) throw new PermanentError('BuildFailed', `kustomize build failed: accumulating resources: accumulation err='merging resources from './${file}': may not add resource with an already registered id: ${object.kind}.${object.apiVersion}/${object.metadata.name}.${object.metadata.namespace ?? '[noNs]'}'`);
      seen.add(id);
      return object;
    }),
  );
}

function plainOf(files: ReadonlyMap<string, string>): readonly (readonly [file: string, text: string])[] {
  const built = [...files.keys()].flatMap((file) => builtFolderOf(file) ?? []);
  return [...files].filter(([file]) => /\.ya?ml$/.test(file) && !built.some((folder) => file.startsWith(`${folder}/`))).sort(([a], [b]) => (a < b ? -1 : 1));
}

function decode(manifests: ReturnType<typeof manifestReader>, file: string, { text, unpacked }: { readonly text: string; readonly unpacked: string }): readonly KubeObject[] {
  try {
    return manifests.read(file, text);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    throw new PermanentError('BuildFailed', `failed to decode Kubernetes YAML from ${unpacked}/${file}: ${error.message}`);
  }
}

const DISABLED = 'kustomize.toolkit.fluxcd.io/substitute';

function substituted(context: ApplierContext, kustomization: Kustomization, objects: readonly KubeObject[]): readonly KubeObject[] {
  const { postBuild } = kustomization.spec;
  if (!postBuild) return objects;
  return objects.map((object) => {
    const { labels, annotations } = object.metadata;
    if (labels?.[DISABLED] === 'disabled' || annotations?.[DISABLED] === 'disabled') return object;
    try {
      const variables = variablesOf(context, kustomization);
      if (variables.size === 0 && postBuild.substituteStrategy !== 'Always') return object;
      return substituteIn(object, variables);
    } catch (error) {
      const slash = object.apiVersion.indexOf('/');
      const group = slash < 0 ? '[noGrp]' : object.apiVersion.slice(0, slash);
      throw new PermanentError('BuildFailed', `post build failed for '${object.kind}.${object.apiVersion.slice(slash + 1)}.${group}/${object.metadata.name}': ${messageOf(error)}`);
    }
  });
}

/** Those of `substituteFrom` in order, then those of `substitute`: later ones win. Line ends are taken out. */
function variablesOf({ objects }: ApplierContext, { metadata, spec }: Kustomization): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const put = (values: Readonly<Record<string, string>> | undefined, decode: (value: string) => string) => {
    for (const [name, value] of Object.entries(values ?? {})) variables.set(name, decode(value).replaceAll('\n', ''));
  };
  for (const { kind, name, optional = false } of spec.postBuild?.substituteFrom ?? []) {
    const found = objects.get('v1', kind, metadata.namespace, name) as (KubeObject & { readonly data?: Readonly<Record<string, string>> }) | undefined;
    if (!found && !optional) throw new Error(`substitute from '${kind}/${name}' error: ${kind} "${name}" not found`);
    put(found?.data, kind === 'Secret' ? (value) => Buffer.from(value, 'base64').toString() : (value) => value);
  }
  put(spec.postBuild?.substitute, (value) => value);
  const wrong = [...variables.keys()].find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (wrong !== undefined) throw new Error(`envsubst error: '${wrong}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`);
  return variables;
}

/** In the object's YAML text, so that a number put in where a variable stood alone is a number. */
function substituteIn(object: KubeObject, variables: ReadonlyMap<string, string>): KubeObject {
  let text: string;
  try {
    text = substituteVariables(stringify(object, { version: '1.1', lineWidth: 0 }), variables);
  } catch (error) {
    throw new Error(`envsubst error: variable substitution failed: ${messageOf(error)}`, { cause: error });
  }
  const [read] = readDocuments(text, 'the text after substitution');
  if (!read) throw new Error('YAMLToJSON: what is left is no Kubernetes object');
  return read.object as unknown as KubeObject;
}
