import { isPermanent } from '@fleetmend/kernel';
import { parse as parseYaml } from 'yaml';
import type { KubeObject } from '../../objects.ts';
import type { ApplierContext } from '../context.ts';
import { wordsOf } from '../flux/build.ts';
import { isRecord } from '../manifests.ts';
import { builtFolderOf, normalise, treeOver } from '../repository.ts';
import { refusedBy } from './build-input.ts';
import type { BuildInput } from './build-input.ts';
import type { KustomizeSource } from './shapes.ts';

type Json = Readonly<Record<string, unknown>>;

/** Argo CD edits the kustomization file before it builds. Source: argo-cd 3.1, util/kustomize/kustomize.go. */
export async function buildKustomize({ renderers }: ApplierContext, { fetched, folder }: BuildInput): Promise<readonly KubeObject[]> {
  if (!renderers.kustomize) throw refusedBy('Unknown', `${folder || '/'} has to be built, and no kustomize binary was found to build it: put kustomize on the PATH`);
  const { source, files } = fetched;
  const file = [...files.keys()].find((one) => builtFolderOf(one) === folder);
  const edited = new Map(files);
  if (file !== undefined && source.kustomize) {
    const own: unknown = parseOr(files.get(file) ?? '');
    if (isRecord(own)) edited.set(file, JSON.stringify(edit(own, source.kustomize, { files, folder })));
  }
  try {
    return (await renderers.kustomize.render({ tree: treeOver(edited, ''), path: folder })) as readonly KubeObject[];
  } catch (error) {
    if (!isPermanent(error)) throw error;
    const words = wordsOf(error).replaceAll(/\/\S*\/fleetmend-render-\w+\/files/g, '<path to cached source>');
    throw refusedBy('Unknown', `\`kustomize build <path to cached source>/${folder}\` failed exit status 1: Error: ${words}`);
  }
}

function parseOr(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return undefined; // kustomize says it better
  }
}

function edit(own: Json, options: KustomizeSource, { files, folder }: { readonly files: ReadonlyMap<string, string>; readonly folder: string }): Json {
  const listOf = (key: string): readonly unknown[] => (Array.isArray(own[key]) ? own[key] : []);
  const components = (options.components ?? []).filter((one) => !options.ignoreMissingComponents || [...files.keys()].some((file) => file.startsWith(`${normalise(`${folder}/${one}`)}/`)));
  const labels = options.commonLabels ?? {};
  const asPairs = options.labelWithoutSelector ?? false;
  return {
    ...own,
    ...(options.namePrefix ? { namePrefix: options.namePrefix } : {}),
    ...(options.nameSuffix ? { nameSuffix: options.nameSuffix } : {}),
    ...(options.namespace ? { namespace: options.namespace } : {}),
    ...(options.images ? { images: withImages(listOf('images'), options.images) } : {}),
    ...(options.replicas ? { replicas: withReplicas(listOf('replicas'), options.replicas) } : {}),
    ...(Object.keys(labels).length > 0 && !asPairs ? { commonLabels: { ...(isRecord(own['commonLabels']) ? own['commonLabels'] : {}), ...labels } } : {}),
    ...(Object.keys(labels).length > 0 && asPairs ? { labels: [...listOf('labels'), { pairs: labels, includeTemplates: options.labelIncludeTemplates ?? false }] } : {}),
    ...(options.commonAnnotations ? { commonAnnotations: { ...(isRecord(own['commonAnnotations']) ? own['commonAnnotations'] : {}), ...options.commonAnnotations } } : {}),
    ...(options.patches ? { patches: [...listOf('patches'), ...options.patches] } : {}),
    ...(components.length > 0 ? { components: [...listOf('components'), ...components] } : {}),
  };
}

/** `name`, `name=new`, each with `:tag` or `@digest`, as `kustomize edit set image` takes them. */
function withImages(base: readonly unknown[], images: readonly string[]): readonly unknown[] {
  const next: Json[] = base.filter(isRecord).map((image) => ({ ...image }));
  for (const text of images) {
    const equals = text.indexOf('=');
    const reference = /^(.*?)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]+))?$/.exec(text.slice(equals + 1));
    const [, image = '', newTag, digest] = reference ?? [];
    const name = equals < 0 ? image : text.slice(0, equals);
    const change = { name, ...(equals < 0 || image === '' ? {} : { newName: image }), ...(newTag === undefined ? {} : { newTag }), ...(digest === undefined ? {} : { digest }) };
    const at = next.findIndex((one) => one['name'] === name);
    if (at < 0) next.push(change);
    else next[at] = { ...next[at], ...(newTag !== undefined || digest !== undefined ? { newTag: undefined, digest: undefined } : {}), ...change };
  }
  return next;
}

function withReplicas(base: readonly unknown[], replicas: NonNullable<KustomizeSource['replicas']>): readonly unknown[] {
  const names = new Set(replicas.map(({ name }) => name));
  return [...base.filter((one) => isRecord(one) && !names.has(String(one['name']))), ...replicas.map(({ name, count }) => ({ name, count: Number(count) }))];
}
