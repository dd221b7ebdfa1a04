import { PermanentError } from '@fleetmend/kernel';
import { parse as parseYaml } from 'yaml';
import { isRecord } from '../manifests.ts';
import { builtFolderOf, normalise } from '../repository.ts';
import type { Kustomization } from './shapes.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The kustomization file that kustomize-controller builds: the folder's own, or one that lists everything below it, with what the
 * Kustomization object adds. Source: fluxcd/pkg/kustomize 1.35, kustomize_generator.go.
 */
export function generateKustomization(files: ReadonlyMap<string, string>, folder: string, spec: Kustomization['spec']): { readonly file: string; readonly text: string } {
  const own = [...files.keys()].find((file) => builtFolderOf(file) === folder);
  const file = own ?? (folder === '' ? 'kustomization.yaml' : `${folder}/kustomization.yaml`);
  const base = own === undefined ? listed(files, folder) : parseOwn(own, files.get(own) ?? '');
  const listOf = (key: string): readonly unknown[] => (Array.isArray(base[key]) ? base[key] : []);
  const isEmpty = own !== undefined && listOf('resources').length === 0;
  const next: Json = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...base,
    ...(isEmpty ? { buildMetadata: ['originAnnotations'] } : {}),
    ...(spec.targetNamespace === undefined ? {} : { namespace: spec.targetNamespace }),
    ...(spec.namePrefix === undefined ? {} : { namePrefix: spec.namePrefix }),
    ...(spec.nameSuffix === undefined ? {} : { nameSuffix: spec.nameSuffix }),
    ...(spec.patches ? { patches: [...listOf('patches'), ...spec.patches] } : {}),
    ...(spec.images ? { images: withImages(listOf('images'), spec.images) } : {}),
    ...(spec.components ? { components: [...listOf('components'), ...componentsOf(files, folder, spec)] } : {}),
  };
  return { file, text: JSON.stringify(next) };
}

function parseOwn(file: string, text: string): Json {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch {
    value = undefined;
  }
  if (value === null) return {};
  if (isRecord(value)) return value;
  throw new PermanentError('BuildFailed', `error converting YAML to JSON: ${file} is no YAML mapping`);
}

/** Every manifest below, and a folder with a kustomization of its own as one. */
function listed(files: ReadonlyMap<string, string>, folder: string): Json {
  const prefix = folder === '' ? '' : `${folder}/`;
  const below = [...files.keys()].filter((file) => file.startsWith(prefix));
  const built = below.flatMap((file) => builtFolderOf(file) ?? []);
  const inside = (file: string) => built.some((one) => file.startsWith(`${one}/`));
  const outermost = [...new Set(built)].filter((one) => !inside(one));
  const manifests = below.filter((file) => /\.ya?ml$/.test(file) && !inside(file));
  const resources = [...manifests, ...outermost].sort().map((path) => `./${path.slice(prefix.length)}`);
  return resources.length > 0 ? { resources } : { namespace: '_placeholder' };
}

/** The object's say over name, and over tag and digest as one. */
function withImages(base: readonly unknown[], images: NonNullable<Kustomization['spec']['images']>): readonly unknown[] {
  const next: Json[] = base.filter(isRecord).map((image) => ({ ...image }));
  for (const { name, newName, newTag, digest } of images) {
    const at = next.findIndex((image) => image['name'] === name);
    const version = newTag !== undefined || digest !== undefined ? { newTag, digest } : {};
    const change = { ...(newName === undefined ? {} : { newName }), ...version };
    if (at < 0) next.push({ name, ...change });
    else next[at] = { ...next[at], ...change };
  }
  return next;
}

function componentsOf(files: ReadonlyMap<string, string>, folder: string, { components = [], ignoreMissingComponents = false }: Kustomization['spec']): readonly string[] {
  return components.filter((component) => {
    if (component.startsWith('/') || component.includes('://')) throw new PermanentError('BuildFailed', `component path '${component}' must be local and relative`);
    const at = normalise(`${folder}/${component}`);
    return !ignoreMissingComponents || [...files.keys()].some((file) => file.startsWith(`${at}/`));
  });
}
