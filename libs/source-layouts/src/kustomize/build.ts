import { PermanentError } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Application, SourceRoot } from '@fleetmend/plugin-api';
import { type Renderer, type Tree, overlay } from '@fleetmend/ports';
import { kustomizationOf, reachableFrom, resolvePath } from '@fleetmend/render';
import { folderOf, isNamed, listManifests, normalisePath, readFiles } from '../manifest-folder.ts';
import { withoutHashes } from './generated-names.ts';
import { readLayers, textsOf, type Layer } from './layers.ts';

/** A root that kustomize builds, as a tree in which it has a kustomization. */
export interface Build {
  readonly tree: Tree;
  readonly root: string;
  readonly layers: readonly Layer[];
  /** The root's kustomization is the one that the engine makes up for a plain folder: nobody can edit it. */
  readonly madeUp: boolean;
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
  return { layout: 'kustomize', root, includes: build.madeUp ? [root, ...read.filter((path) => !isBelow(path, root))] : read.sort(), application };
}

/** Undefined: nothing there is for kustomize. */
export async function openBuild(tree: Tree, root: string, application: Pick<Application, 'engine'> | undefined): Promise<Build | undefined> {
  const files = new Set(await tree.list(''));
  if (kustomizationOf(files, root)) return { tree, root, layers: await readLayers(tree, root), madeUp: false };
  // Argo CD leaves a folder without a kustomization as it is; Flux makes one up, with the folders that have one as resources.
  if (application?.engine === 'argocd') return undefined;
  const below = [...files].filter((path) => isBelow(path, root));
  const built = [...new Set(below.map(folderOf))].filter((folder) => folder !== root && kustomizationOf(files, folder));
  const outermost = built.filter((folder) => !built.some((other) => other !== folder && isBelow(folder, other)));
  if (outermost.length === 0 || below.some((path) => path.endsWith('/Chart.yaml'))) return undefined;
  const plain = (await listManifests(tree, root)).filter((path) => !outermost.some((folder) => isBelow(path, folder)));
  const relative = (path: string) => (root === '' ? path : path.slice(root.length + 1));
  const text = JSON.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [...plain, ...outermost].map(relative).sort() });
  const withOne = overlay(tree, new Map([[root === '' ? 'kustomization.yaml' : `${root}/kustomization.yaml`, text]]));
  return { tree: withOne, root, layers: await readLayers(withOne, root), madeUp: true };
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
  const build = async ({ tree, root, layers }: Build, application: Application | undefined): Promise<readonly KubeObject[]> => {
    const restrictor = application?.engine === 'argocd' ? 'rootOnly' : 'none';
    const objects = await renderer.render({ tree, path: root, options: { loadRestrictor: restrictor } });
    return withoutHashes(objects, layers).map((object) => placed(object, application));
  };
  return {
    render: build,
    /** The same with the origin of each object, which kustomize itself tells when it is asked to. */
    async renderWithOrigins(from: Build, application: Application | undefined): Promise<readonly Rendered[]> {
      const [own] = from.layers;
      if (!own) throw new PermanentError('RenderFailed', `${from.root || '/'} has no kustomization`);
      const asking = JSON.stringify({ ...own.value, buildMetadata: ['originAnnotations'] });
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
  const files = new Set(await tree.list(''));
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
