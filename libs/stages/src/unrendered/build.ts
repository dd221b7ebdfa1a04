import { isPermanent } from '@fleetmend/kernel';
import { sameRef, type KubeObject, type RemediationRequest } from '@fleetmend/model';
import type { Application, SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import { renderPlace, type Tree } from '@fleetmend/ports';
import { engineContext, chooseBinding, demandFollowed, demandRepository, inTenant, leadCluster, openRepository, ownSources, readTarget, targetOf, type Source } from '../propose/source.ts';
import type { StageDeps } from '../stage.ts';

/** What the target of a request applies, where it is an object of a GitOps engine: its own application, and not the one that applies it. */
export type Build = Pick<Source, 'cluster' | 'target' | 'binding' | 'forge' | 'repository' | 'head'> & { readonly application: Application };

const BUILDERS = ['Application', 'Kustomization', 'HelmRelease'];

/** Undefined: the target is no such object, is gone, or its engine does not say where its files are. */
export async function findBuild(deps: StageDeps, request: RemediationRequest, cluster = leadCluster(request)): Promise<Build | undefined> {
  const target = targetOf(request);
  if (!BUILDERS.includes(target.kind)) return undefined;
  const live = await readTarget(deps, cluster, target);
  const application = live && (await ownApplication(deps, cluster, live));
  if (live === undefined || application === undefined) return undefined;
  const labels = (await deps.settings.clusters()).find(({ name }) => name === cluster)?.labels ?? {};
  const bindings = inTenant(await deps.settings.bindings(), request);
  const binding = chooseBinding(bindings, { labels }, target);
  const { forge, repository } = await openRepository(deps, binding.spec);
  const head = await repository.head(binding.spec.branch);
  demandFollowed({ ...application, sources: await ownSources(application, await repository.tree(head)) }, binding.spec);
  demandRepository(application, binding, bindings);
  return { cluster, target: live, binding, forge, repository, head, application };
}

/** The engine's object as an application of its own, as its engine lists it. */
export async function ownApplication(deps: Pick<StageDeps, 'clusters' | 'engines' | 'settings'>, cluster: string, live: KubeObject): Promise<Application | undefined> {
  const context = engineContext(deps, (await deps.settings.clusters()).find(({ name }) => name === cluster), cluster);
  for (const engine of deps.engines) {
    const { apiVersion, kind, metadata: { namespace, name } } = live;
    const found = (await engine.listApplications(context)).find(({ ref }) => sameRef(ref, { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An application as one state of the repository renders it. */
export interface RenderedState {
  readonly layout: SourceLayout;
  readonly root: SourceRoot;
  readonly objects: readonly KubeObject[];
}

export interface UnrenderedState {
  /** In the words of the renderer, or in ours where nothing is there for one. */
  readonly failed: string;
  /** It is for want of something here, and says nothing about the files. */
  readonly unknown?: true;
  /** The folder that is to be rendered and is not there. */
  readonly missing?: string;
}

/** For want of a program or a chart: the engine may well render it. */
const UNKNOWN: readonly string[] = ['RendererMissing', 'ChartUnavailable'];

/** Renders an application out of a tree. What is named as its folder has to be there: of nothing, plain files render to nothing. */
export async function stateAt(layouts: readonly SourceLayout[], application: Application, tree: Tree, known?: Pick<RenderedState, 'layout' | 'root'>): Promise<RenderedState | UnrenderedState> {
  const missing = await missingFolder(application, tree);
  if (missing !== undefined) return { failed: `${missing} is not in ${tree.revision.slice(0, 8)}`, missing };
  try {
    const found = (await rooted(layouts, application, tree)) ?? known;
    if (found === undefined) return { failed: `nothing in ${tree.revision.slice(0, 8)} is there that could be rendered` };
    return { layout: found.layout, root: found.root, objects: await found.layout.render({ origin: found.root, tree }) };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return { failed: error.message, ...(UNKNOWN.includes(error.reason) ? { unknown: true } : {}) };
  }
}

async function rooted(layouts: readonly SourceLayout[], application: Application, tree: Tree): Promise<Pick<RenderedState, 'layout' | 'root'> | undefined> {
  for (const layout of layouts) {
    const root = await layout.rootOf({ application, tree });
    if (root !== undefined) return { layout, root };
  }
  return undefined;
}

async function missingFolder({ sources, renderedBy }: Application, tree: Tree): Promise<string | undefined> {
  const [source, ...more] = sources;
  if (source === undefined || more.length > 0 || renderedBy !== undefined) return undefined;
  const folder = source.path.split('/').filter((part) => part !== '' && part !== '.').join('/');
  return (await tree.list(folder)).length === 0 ? renderPlace(folder) || '/' : undefined;
}
