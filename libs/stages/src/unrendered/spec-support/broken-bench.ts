import { PermanentError } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { readValues } from '@fleetmend/manifest';
import type { KubeObject, RemediationRequest } from '@fleetmend/model';
import type { Application, GitOpsEngine, SourceLayout } from '@fleetmend/plugin-api';
import type { Tree } from '@fleetmend/ports';
import { memoryGit, type MemoryGit } from '@fleetmend/testing';
import type { StageDeps } from '../../stage.ts';

export type Files = Readonly<Record<string, string | undefined>>;

const URL = 'http://git.fleet.local/acme/fleet.git';
const KUSTOMIZATION = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };

/** An application of one folder: `list.yaml` names the files that are rendered, all of which have to be there. */
export function applicationAt(name: string, path: string, rest: Partial<Application> = {}): Application {
  return { engine: 'flux', ref: { ...KUSTOMIZATION, namespace: 'flux-system', name }, sources: [{ repoURL: URL, path, revision: 'main' }], namespace: { name: 'shop', override: false }, applied: undefined, refused: undefined, evidence: [], ...rest };
}

/** As small as a layout that can fail may be. */
const layout: SourceLayout = {
  kind: 'list',
  rootOf: async ({ application: { sources: [source] } }) => (source === undefined ? undefined : { layout: 'list', root: source.path, includes: [source.path, 'shared'] }),
  async locate({ application, tree }) {
    const root = application?.sources[0]?.path ?? '';
    return (await rendered(root, tree)).length === 0 ? undefined : { layout: 'list', root, includes: [root, 'shared'], path: `${root}/list.yaml`, document: 0, evidence: [] };
  },
  render: async ({ origin: { root }, tree }) => rendered(root, tree),
  edit: async () => [],
};

async function rendered(root: string, tree: Tree): Promise<readonly KubeObject[]> {
  const [list] = (readValues((await tree.read(`${root}/list.yaml`)) ?? '') ?? []) as readonly { readonly files?: readonly string[] }[];
  if (list?.files === undefined) throw new PermanentError('RenderFailed', `${root}/list.yaml cannot be read`);
  const found = await Promise.all(list.files.map(async (file) => ({ file, text: await tree.read(file.startsWith('shared/') ? file : `${root}/${file}`) })));
  const missing = found.find(({ text }) => text === undefined);
  if (missing !== undefined) throw new PermanentError('RenderFailed', `open ${missing.file}: no such file`);
  return found.flatMap(({ file, text }) => {
    const values = readValues(text ?? '');
    if (values === undefined) throw new PermanentError('RenderFailed', `${file} is no YAML`);
    return values as readonly KubeObject[];
  });
}

export interface Bench {
  readonly git: MemoryGit;
  readonly deps: StageDeps;
  readonly view: View;
  /** Commits of `history`, oldest first. */
  readonly commits: readonly string[];
}

/** Cluster prod-1 applies `own` and perhaps others; the first of the commits is what was applied last, unless something else is said. */
export function brokenBench(history: readonly Files[], { own = {}, others = [], editablePaths = ['app', 'shared'] }: { readonly own?: Partial<Application>; readonly others?: readonly Application[]; readonly editablePaths?: readonly string[] } = {}): Bench {
  let at = 0;
  const git = memoryGit({ now: () => (at += 1_000) }, new Map());
  const commits = history.map((files, index) => git.commit({ branch: 'main', files: new Map(Object.entries(files)), author: 'a', message: `step ${index}` }).sha);
  const application = applicationAt('app', 'app', { applied: commits[0], refused: 'BuildFailed', ...own });
  const live = { ...KUSTOMIZATION, metadata: { name: 'app', namespace: 'flux-system' }, spec: { path: application.sources[0]?.path } };
  const engine: GitOpsEngine = { kind: 'flux', findApplication: async () => undefined, listApplications: async () => [application, ...others], readRollout: async () => ({ state: 'Unknown', revision: undefined, message: '' }) };
  const binding = { namespace: 'fleetmend-system', name: 'all', labels: {}, spec: { selects: {}, forgeRef: 'forge', repository: 'acme/fleet', branch: 'main', editablePaths: editablePaths.map((path) => `${path}/**`) } };
  const deps = {
    engines: [engine],
    layouts: [layout],
    clusters: { ask: async () => ({ answer: 'object', objects: [live] }) },
    settings: { clusters: async () => [{ name: 'prod-1', labels: {}, spec: {} }], bindings: async () => [binding] },
    forge: () => ({ remote: async () => ({ url: URL }) }),
    repositories: { open: async () => git.repository },
  } as unknown as StageDeps;
  const request = { metadata: { namespace: 'fleetmend-system', name: 'rr' }, spec: { clusters: ['prod-1'], target: { ...KUSTOMIZATION, namespace: 'flux-system', name: 'app' } }, status: {} } as unknown as RemediationRequest;
  return { git, deps, view: { request } as View, commits };
}

/** A Deployment with one container and a limit. */
export function deployment(name: string, memory = '64Mi'): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [{name: app, resources: {limits: {memory: ${memory}}}}]}}}\n`;
}
