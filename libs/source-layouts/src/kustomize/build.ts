import { PermanentError } from '@fleetmend/kernel';
import { readValues } from '@fleetmend/manifest';
import type { KubeObject } from '@fleetmend/model';
import type { Application, SourceRoot } from '@fleetmend/plugin-api';
import { type Renderer, type Tree, overlay } from '@fleetmend/ports';
import { kustomizationOf, pathsOf, reachableFrom, resolvePath } from '@fleetmend/render';
import { changesFiles, engineOptions, type EngineOptions } from '../engine-options.ts';
import { folderOf, isNamed, listManifests, normalisePath, readFiles, under } from '../manifest-folder.ts';
import { engineLayers, withEngine } from './engine-kustomization.ts';
import { withoutHashes } from './generated-names.ts';
import { asFields, readLayers, textsOf, type Layer } from './layers.ts';
import { withVariables } from './variables.ts';

/** A root that kustomize builds, as a tree in which it has the kustomization that the engine has built. */
export interface Build {
  readonly tree: Tree;
  readonly root: string;
  /** Those of the engine's object first. */
  readonly layers: readonly Layer[];
  /** The root's kustomization is the one that the engine makes up for a plain folder: nobody can edit it. */
  readonly madeUp: boolean;
  readonly added: EngineOptions | undefined;
}

/** The single folder of an application, when kustomize builds it or something in it. */
export async function kustomizeRoot({ application, tree }: { readonly application: Application; readonly tree: Tree }): Promise<SourceRoot | undefined> {
  const [source, ...more] = application.sources;
  if (application.renderedBy || !source || more.length > 0) return undefined;
  const root = normalisePath(source.path);
  const build = await openBuild(tree, root, application);
  if (!build) return undefined;
  const read = [...(await reachableFrom(build.tree, root)).keys()];
  // A new file in a plain folder is applied too.
  const added = build.added?.includes ?? [];
  return { layout: 'kustomize', root, includes: [...new Set(build.madeUp ? [root, ...read.filter((path) => !isBelow(path, root)), ...added] : [...read, ...added].sort())], application };
}

/** Undefined: nothing there is for kustomize. */
export async function openBuild(tree: Tree, root: string, application: Application | undefined): Promise<Build | undefined> {
  const files = await pathsOf(tree);
  const added = await engineOptions(tree, application);
  const file = kustomizationOf(files, root);
  if (file !== undefined) {
    if (!added) return { tree, root, layers: await readLayers(tree, root), madeUp: false, added };
    const written = { folder: root, file, text: (await tree.read(file)) ?? '', document: 0, at: [] };
    const own = asFields(readValues(written.text)?.[0]);
    const built = overlay(tree, new Map([[file, changesFiles(added) ? JSON.stringify(withEngine(own, added, { files, root })) : written.text]]));
    return { tree: built, root, layers: [...engineLayers(root, added), { ...written, value: own }, ...(await readLayers(built, root)).slice(1)], madeUp: false, added };
  }
  const own = await madeUpKustomization(tree, { files, root, added, engine: application?.engine });
  if (!own) return undefined;
  const withOne = overlay(tree, new Map([[under(root, 'kustomization.yaml'), JSON.stringify(added ? withEngine(own, added, { files, root }) : own)]]));
  return { tree: withOne, root, layers: [...(added ? engineLayers(root, added) : []), ...(await readLayers(withOne, root))], madeUp: true, added };
}

interface PlainFolder {
  readonly files: ReadonlySet<string>;
  readonly root: string;
  readonly added: EngineOptions | undefined;
  readonly engine: string | undefined;
}

/** Argo CD leaves a folder without a kustomization as it is; Flux makes one up, with the folders that have one as resources. */
async function madeUpKustomization(tree: Tree, { files, root, added, engine }: PlainFolder): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (engine === 'argocd') return undefined;
  const below = [...files].filter((path) => isBelow(path, root));
  const built = [...new Set(below.map(folderOf))].filter((folder) => folder !== root && kustomizationOf(files, folder));
  const outermost = built.filter((folder) => !built.some((other) => other !== folder && isBelow(folder, other)));
  const isPlain = outermost.length === 0 && !(added && changesFiles(added));
  if (isPlain || below.some((path) => path.endsWith('/Chart.yaml'))) return undefined;
  const plain = (await listManifests(tree, root)).filter((path) => !outermost.some((folder) => isBelow(path, folder)));
  const relative = (path: string) => (root === '' ? path : path.slice(root.length + 1));
  return { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [...plain, ...outermost].map(relative).sort() };
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

const ORIGIN = 'config.kubernetes.io/origin';

/** One rendered object and where it comes from: a resource file, or a generator of a kustomization. */
export interface Rendered {
  readonly object: KubeObject;
  readonly from: { readonly file: string } | { readonly generator: string; readonly file: string } | undefined;
}

/** Builds kustomizations and puts the objects where the engine puts them. */
export function kustomizeBuilds(renderer: Renderer) {
  const plain = async ({ tree, root, layers }: Build, application: Application | undefined): Promise<readonly KubeObject[]> => {
    const restrictor = application?.engine === 'argocd' ? 'rootOnly' : 'none';
    const objects = await renderer.render({ tree, path: root, options: { loadRestrictor: restrictor } });
    return withoutHashes(objects, layers).map((object) => placed(object, application));
  };
  const build = async (one: Build, application: Application | undefined) => withVariables(await plain(one, application), one.added?.variables);
  return {
    render: build,
    /** As the files say it, with the names of variables where Flux fills them in. */
    renderPlain: plain,
    /** The same with the origin of each object, which kustomize itself tells when it is asked to. */
    async renderWithOrigins(from: Build, application: Application | undefined): Promise<readonly Rendered[]> {
      const own = from.layers.find(({ engine }) => engine === undefined);
      if (!own) throw new PermanentError('RenderFailed', `${from.root || '/'} has no kustomization`);
      const built = asFields(readValues((await from.tree.read(own.file)) ?? '')?.[0]);
      const asking = JSON.stringify({ ...built, buildMetadata: ['originAnnotations'] });
      const objects = await build({ ...from, tree: overlay(from.tree, new Map([[own.file, asking]])) }, application);
      return Promise.all(objects.map(async (object) => ({ object: withoutOrigin(object), from: originIn(object, from.root) ?? (await resourceFileOf(from, object)) })));
    },
  };
}
export type KustomizeBuilds = ReturnType<typeof kustomizeBuilds>;

function originIn(object: KubeObject, root: string): Rendered['from'] {
  const origin = object.metadata.annotations?.[ORIGIN] ?? '';
  const field = (name: string) => new RegExp(`^\\s*${name}: (.+)$`, 'm').exec(origin)?.[1];
  const [path, configuredIn, kind] = [field('path'), field('configuredIn'), field('kind')];
  const file = resolvePath(root, path ?? configuredIn ?? '/');
  // A patch that replaces all annotations takes the origin along, and kustomize then names the patch's own.
  if (file === undefined || kind?.endsWith('Transformer')) return undefined;
  return configuredIn === undefined ? { file } : { generator: kind ?? '', file };
}

/** The one resource file that holds an object of this kind whose name is part of the rendered one. */
async function resourceFileOf({ tree, layers }: Build, { apiVersion, kind, metadata }: KubeObject): Promise<Rendered['from']> {
  const paths = [...new Set(layers.flatMap(({ folder, value }) => textsOf(value['resources']).flatMap((path) => resolvePath(folder, path) ?? [])))];
  const { objects } = await readFiles(tree, await existing(tree, paths));
  const alike = objects.filter(({ object }) => isNamed(object, { apiVersion, kind, name: object.metadata.name }) && metadata.name.includes(object.metadata.name));
  const longest = Math.max(...alike.map(({ object }) => object.metadata.name.length));
  const files = [...new Set(alike.filter(({ object }) => object.metadata.name.length === longest).map(({ path }) => path))];
  return files.length === 1 && files[0] !== undefined ? { file: files[0] } : undefined;
}

async function existing(tree: Tree, paths: readonly string[]): Promise<readonly string[]> {
  const files = await pathsOf(tree);
  return paths.filter((path) => files.has(path));
}

function withoutOrigin(object: KubeObject): KubeObject {
  const { [ORIGIN]: _, ...annotations } = object.metadata.annotations ?? {};
  const { annotations: __, ...metadata } = object.metadata;
  return { ...object, metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata };
}

const CLUSTER_WIDE: ReadonlySet<string> = new Set(['Namespace', 'Node', 'PersistentVolume', 'StorageClass', 'PriorityClass', 'RuntimeClass', 'IngressClass', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'APIService']);

/** Flux's `targetNamespace` wins over what the manifests say. */
function placed(object: KubeObject, application: Application | undefined): KubeObject {
  const { namespace } = application ?? {};
  if (!namespace?.override || CLUSTER_WIDE.has(object.kind)) return object;
  return { ...object, metadata: { ...object.metadata, namespace: namespace.name } };
}
