import { isPermanent, messageOf } from '@fleetmend/kernel';
import picomatch from 'picomatch';
import { parse as parseYaml } from 'yaml';
import type { KubeObject } from '../../objects.ts';
import { mergePatch } from '../../api/patch/merge-patch.ts';
import type { ApplierContext } from '../context.ts';
import { isRecord } from '../manifests.ts';
import { builtFolderOf, filesBelow, normalise } from '../repository.ts';
import { buildHelm } from './build-helm.ts';
import { buildKustomize } from './build-kustomize.ts';
import { refusedBy } from './build-input.ts';
import type { BuildInput, FetchedSource } from './build-input.ts';
import type { ApplicationSource, SourceType } from './shapes.ts';

/**
 * The manifests of one source: Helm where there is a chart, kustomize where there is a kustomization, else the files themselves.
 * Source: argo-cd 3.1, reposerver/repository/repository.go.
 *
 * @throws PermanentError `ComparisonError` in the words of the repo-server
 */
export async function buildSource(context: ApplierContext, input: BuildInput): Promise<{ readonly type: SourceType; readonly objects: readonly KubeObject[] }> {
  const { application, fetched, folder } = input;
  const below = filesBelow(fetched.files, folder);
  if (below.size === 0) throw refusedBy('Unknown', `${fetched.source.path ?? ''}: app path does not exist`);
  const source = withOverrides(fetched, folder, application.metadata.name);
  const type = typeOf(source, below, folder);
  const merged: BuildInput = { ...input, fetched: { ...fetched, source } };
  if (type === 'Helm') return { type, objects: await buildHelm(context, merged) };
  if (type === 'Kustomize') return { type, objects: await buildKustomize(context, merged) };
  return { type, objects: directory(context, source, below, folder) };
}

/** `.argocd-source.yaml` and `.argocd-source-<app>.yaml` are merged over the source, but for where it comes from. */
function withOverrides({ source, files }: FetchedSource, folder: string, name: string): ApplicationSource {
  let merged: ApplicationSource = source;
  for (const file of ['.argocd-source.yaml', `.argocd-source-${name}.yaml`]) {
    const path = folder === '' ? file : `${folder}/${file}`;
    const text = files.get(path);
    if (text === undefined) continue;
    let patch: unknown;
    try {
      patch = parseYaml(text);
    } catch (error) {
      throw refusedBy('Unknown', `error getting app source type: error while parsing source parameters: ${path}: error converting YAML to JSON: ${messageOf(error)}`);
    }
    if (isRecord(patch)) merged = mergePatch(merged, patch) as unknown as ApplicationSource;
  }
  const { repoURL, path, targetRevision, chart } = source;
  return { ...merged, repoURL, ...(path === undefined ? {} : { path }), ...(targetRevision === undefined ? {} : { targetRevision }), ...(chart === undefined ? {} : { chart }) };
}

function typeOf(source: ApplicationSource, below: ReadonlyMap<string, string>, folder: string): SourceType {
  const explicit = (['Kustomize', 'Helm', 'Directory'] as const).filter((type) => source[type === 'Kustomize' ? 'kustomize' : type === 'Helm' ? 'helm' : 'directory'] !== undefined);
  if (explicit.length > 1) throw refusedBy('Unknown', `error getting app source type: multiple application sources defined: ${explicit.join(',')}`);
  if (explicit[0]) return explicit[0];
  if (below.has(folder === '' ? 'Chart.yaml' : `${folder}/Chart.yaml`)) return 'Helm';
  return [...below.keys()].some((file) => builtFolderOf(file) === folder) ? 'Kustomize' : 'Directory';
}

function directory({ manifests }: ApplierContext, { directory: options = {} }: ApplicationSource, below: ReadonlyMap<string, string>, folder: string): readonly KubeObject[] {
  const relative = (file: string) => (folder === '' ? file : file.slice(folder.length + 1));
  const matches = (pattern: string | undefined, file: string) => pattern !== undefined && pattern !== '' && picomatch(pattern.startsWith('{') ? pattern : pattern, { dot: true })(file);
  const chosen = [...below].filter(([file, text]) => {
    const path = relative(file);
    if (!/\.(ya?ml|json)$/.test(path) || (!options.recurse && path.includes('/'))) return false;
    if (matches(options.exclude, path) || (options.include && !matches(options.include, path))) return false;
    return !text.includes('+argocd:skip-file-rendering') && (path.endsWith('.json') || looksLikeManifest(text));
  });
  return chosen.sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([file, text]) => {
    try {
      return manifests.read(file, text);
    } catch (error) {
      if (!isPermanent(error)) throw error;
      throw refusedBy('FailedPrecondition', `Failed to unmarshal "${relative(file).split('/').at(-1) ?? ''}": failed to unmarshal manifest: ${error.message}`);
    }
  });
}

/** What has none of these words is some other YAML, and left alone. */
function looksLikeManifest(text: string): boolean {
  return text.includes('apiVersion:') || text.includes('kind:') || text.includes('metadata:') || text.includes('"apiVersion"');
}

/** Paths of a source lie in its repository, whatever they say. */
export function folderOf({ path = '' }: ApplicationSource): string {
  return normalise(path);
}
