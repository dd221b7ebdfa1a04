import { resolvePath } from '@fleetmend/render';
import { changesFiles, type EngineOptions } from '../engine-options.ts';
import { asFields, listOf, textsOf, type Layer } from './layers.ts';
import { readImageText } from './transformers.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the engine's object adds, as layers over those of the repository. */
export function engineLayers(root: string, { engine, places }: EngineOptions): readonly Layer[] {
  return places.map((place) => ({ ...place, folder: root, engine }));
}

/**
 * The root's kustomization as the engine has it built: with what its own object says over what the file says.
 * Sources: argo-cd 3.1, util/kustomize/kustomize.go; fluxcd/pkg/kustomize 1.35, kustomize_generator.go.
 */
export function withEngine(own: Fields, added: EngineOptions, { files, root }: { readonly files: ReadonlySet<string>; readonly root: string }): Fields {
  if (!changesFiles(added)) return own;
  const { options } = added;
  const { patches, images, replicas, components, ignoreMissingComponents } = options;
  const isThere = (component: string) => [...files].some((file) => file.startsWith(`${resolvePath(root, component) ?? '/'}/`));
  const chosen = textsOf(components).filter((component) => ignoreMissingComponents !== true || isThere(component));
  return {
    ...own,
    ...Object.fromEntries(['namePrefix', 'nameSuffix', 'namespace'].flatMap((field) => (typeof options[field] === 'string' && options[field] !== '' ? [[field, options[field]]] : []))),
    ...(images === undefined ? {} : { images: withImages(listOf(own['images']), listOf(images)) }),
    ...(replicas === undefined ? {} : { replicas: withReplicas(listOf(own['replicas']), listOf(replicas)) }),
    ...(patches === undefined ? {} : { patches: [...listOf(own['patches']), ...listOf(patches)] }),
    ...(chosen.length === 0 ? {} : { components: [...listOf(own['components']), ...chosen] }),
    ...labelled(own, options),
  };
}

/** By name: what the object says of name, tag and digest wins over what the file says. */
function withImages(own: readonly unknown[], said: readonly unknown[]): readonly unknown[] {
  const result: Fields[] = own.map(asFields);
  for (const one of said) {
    const { name, ...rest } = typeof one === 'string' ? readImageText(one) : asFields(one);
    const change = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined && value !== ''));
    const versioned = 'newTag' in change || 'digest' in change ? { newTag: undefined, digest: undefined } : {};
    const at = result.findIndex((image) => image['name'] === name);
    if (at < 0) result.push({ name, ...change });
    else result[at] = { ...result[at], ...versioned, ...change };
  }
  return result;
}

function withReplicas(own: readonly unknown[], said: readonly unknown[]): readonly unknown[] {
  const names = new Set(said.map((one) => asFields(one)['name']));
  return [...own.filter((one) => !names.has(asFields(one)['name'])), ...said.map((one) => ({ ...asFields(one), count: Number(asFields(one)['count']) }))];
}

/** Argo CD's common labels and annotations. */
function labelled(own: Fields, { commonLabels, commonAnnotations, labelWithoutSelector, labelIncludeTemplates }: Fields): Fields {
  const pairs = asFields(commonLabels);
  const isEmpty = Object.keys(pairs).length === 0;
  return {
    ...(isEmpty || labelWithoutSelector === true ? {} : { commonLabels: { ...asFields(own['commonLabels']), ...pairs } }),
    ...(isEmpty || labelWithoutSelector !== true ? {} : { labels: [...listOf(own['labels']), { pairs, includeTemplates: labelIncludeTemplates === true }] }),
    ...(commonAnnotations === undefined ? {} : { commonAnnotations: { ...asFields(own['commonAnnotations']), ...asFields(commonAnnotations) } }),
  };
}
