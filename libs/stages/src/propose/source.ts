import { PermanentError } from '@fleetmend/kernel';
import { listed, matchesLabels } from '@fleetmend/lifecycle';
import { isEditable } from '@fleetmend/manifest';
import { SYSTEM_NAMESPACE, groupOf, refOf, renderRef, sameRef, type KubeObject, type RemediationRequest, type RepoBindingSpec, type Target } from '@fleetmend/model';
import type { Application, EngineContext, Forge, SourceLayout, SourceOrigin } from '@fleetmend/plugin-api';
import { folderOfSource, isElsewhere, type FleetCluster, type Repository, type Setting, type Tree } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { engineObjects } from './engine-objects.ts';
import { openWithOthers, repositoryPath } from './other-repositories.ts';

export type Binding = Setting<RepoBindingSpec>;

/** Where the target's truth lives, found afresh: nothing here is remembered from an earlier look. */
export interface Source {
  readonly cluster: string;
  readonly target: KubeObject;
  readonly binding: Binding;
  readonly forge: Forge;
  readonly repository: Repository;
  readonly head: string;
  readonly application: Application | undefined;
  readonly layout: SourceLayout;
  readonly origin: SourceOrigin;
  /** The agent may not read the object: `target` is what Git renders, and live cannot be compared with it. */
  readonly unseen?: boolean;
}

export function targetOf(request: RemediationRequest): Target {
  const { target } = request.spec;
  if (target === undefined) throw new PermanentError('NoTarget', `request ${request.metadata.name} has scope ${request.spec.scope}: it has no target in Git, a human has to look`);
  return target;
}

/** The cluster that speaks for a request; the others share its file. */
export function leadCluster(request: RemediationRequest): string {
  const [first] = request.spec.clusters;
  if (first === undefined) throw new PermanentError('NoCluster', `request ${request.metadata.name} names no cluster`);
  return first;
}

/** The live target; undefined when it does not exist. */
export async function readTarget(deps: Pick<StageDeps, 'clusters'>, cluster: string, target: Target): Promise<KubeObject | undefined> {
  const { apiVersion, kind, namespace, name } = target;
  const ref = namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
  const answer = await deps.clusters.ask(cluster, { question: 'object', ref, limit: 1 });
  return answer.objects.find((object) => object.metadata.name === name);
}

/**
 * The most specific binding that matches (cluster, namespace, kind) in the request's tenant.
 * @throws PermanentError `NoBinding`, `AmbiguousBinding` naming the candidates.
 */
export function chooseBinding(bindings: readonly Binding[], cluster: { readonly labels: Readonly<Record<string, string>> }, target: Target): Binding {
  const matching = bindings.filter(
    ({ spec }) => matchesLabels(spec.selects.clusters?.matchLabels, cluster.labels) && listed(spec.selects.namespaces, target.namespace ?? '') && listed(spec.selects.kinds, target.kind),
  );
  const best = Math.max(...matching.map((binding) => specificity(binding.spec)));
  const chosen = matching.filter((binding) => specificity(binding.spec) === best);
  const [binding, ...rivals] = chosen;
  if (binding === undefined) throw new PermanentError('NoBinding', `no RepoBinding selects ${renderRef(target)}: create one that says which repository holds it`);
  if (rivals.length > 0) {
    const names = chosen.map((one) => `${one.namespace}/${one.name}`).join(', ');
    throw new PermanentError('AmbiguousBinding', `${names} select ${renderRef(target)} equally: make one of them more specific`);
  }
  return binding;
}

/** A tenant's request uses its own bindings only. One that fell to the system namespace sees all, so that a tie can be named. */
export function inTenant(bindings: readonly Binding[], request: RemediationRequest): readonly Binding[] {
  const { namespace } = request.metadata;
  return namespace === SYSTEM_NAMESPACE ? bindings : bindings.filter((binding) => binding.namespace === namespace);
}

/** Which files a binding lets machines edit: none of another repository. */
export function editableBy({ spec }: Binding): (path: string) => boolean {
  return (path) => !isElsewhere(path) && isEditable(path, spec.editablePaths);
}

/** Named namespaces and kinds weigh more than labels, and anything more than a wildcard. */
function specificity({ selects }: RepoBindingSpec): number {
  const named = (list: readonly string[] | undefined) => (list !== undefined && !list.includes('*') ? 1 : 0);
  return named(selects.namespaces) * 100 + named(selects.kinds) * 10 + Object.keys(selects.clusters?.matchLabels ?? {}).length;
}

/** How engine plugins read this cluster's GitOps objects: from its own agent, or from where `spec.gitops.readFrom` says. */
export function engineContext(deps: Pick<StageDeps, 'clusters'>, cluster: FleetCluster | undefined, name: string): EngineContext {
  const from = cluster?.spec.gitops?.readFrom ?? 'agent';
  const reader = from === 'agent' ? name : from;
  return {
    cluster: name,
    readFrom: reader,
    destination: cluster?.spec.gitops?.argoDestination,
    read: engineObjects(deps.clusters, reader),
  };
}

/** The engine object that applies the target, by the first engine that owns it; the one that its `FleetCluster` names is asked first. */
export async function findApplication(deps: Pick<StageDeps, 'clusters' | 'engines' | 'settings'>, cluster: string, target: KubeObject): Promise<{ application: Application; context: EngineContext } | undefined> {
  const fleet = await deps.settings.clusters();
  const context = engineContext(deps, fleet.find((one) => one.name === cluster), cluster);
  const preferred = fleet.find((one) => one.name === cluster)?.spec.gitops?.engine;
  const engines = [...deps.engines].sort((a, b) => Number(b.kind === preferred) - Number(a.kind === preferred));
  for (const engine of engines) {
    const application = await engine.findApplication(target, context);
    if (application !== undefined) return { application, context };
  }
  return undefined;
}

/** From the live object of a cluster to the place in Git, at the head of the bound branch. Undefined: the target does not exist there any more. */
export async function findSource(deps: StageDeps, request: RemediationRequest, cluster: string = leadCluster(request)): Promise<Source | undefined> {
  const target = targetOf(request);
  const live = await readTarget(deps, cluster, target);
  if (live === undefined) return undefined;
  const fleet = await deps.settings.clusters();
  const labels = fleet.find((one) => one.name === cluster)?.labels ?? {};
  const bindings = inTenant(await deps.settings.bindings(), request);
  const binding = chooseBinding(bindings, { labels }, target);
  const { forge, repository } = await openRepository(deps, binding.spec);
  const head = await repository.head(binding.spec.branch);
  const tree = await repository.tree(head);
  const found = (await findApplication(deps, cluster, live))?.application;
  const own = found && (await ownSources(found, tree));
  if (found && own) demandFollowed({ ...found, sources: own }, binding.spec);
  if (found) demandRepository(found, binding, bindings);
  // Of several sources only those of the bound repository say which of its commits was applied.
  const application = found && { ...found, applied: own?.find(({ applied }) => applied !== undefined)?.applied ?? found.applied };
  const located = await locate(deps.layouts, { cluster, live, binding: binding.spec, tree, application });
  return { cluster, target: live, binding, forge, repository, head, application, ...located };
}

/** An application's sources in the bound repository; where none is known to be, it goes by another address there, and all are taken for it. */
export async function ownSources({ sources }: Application, tree: Tree): Promise<Application['sources']> {
  const folders = await Promise.all(sources.map(({ repoURL: url, revision, applied }) => folderOfSource(tree, { url, revision: applied ?? revision })));
  return folders.includes('') ? sources.filter((_, index) => folders[index] === '') : sources;
}

/** @throws PermanentError `BranchNotFollowed` when a commit on the bound branch would never be applied. */
export function demandFollowed({ ref, sources }: Application, { branch }: Pick<RepoBindingSpec, 'branch'>): void {
  const followed = ['', 'HEAD', branch, `refs/heads/${branch}`];
  if (sources.length === 0 || sources.some(({ revision }) => followed.includes(revision))) return;
  throw new PermanentError('BranchNotFollowed', `${renderRef(ref)} follows ${[...new Set(sources.map(({ revision }) => revision))].join(', ')}, and the RepoBinding edits ${branch}: no commit there would be applied; change what it follows, or bind that branch`);
}

/**
 * Of the repositories that are bound, the application takes its files from the chosen one, or from none whose address tells.
 * @throws PermanentError `RepositoryDiffers` when another binding names it: a file of the same path may stand in both.
 */
export function demandRepository({ ref, sources }: Application, binding: Binding, bindings: readonly Binding[]): void {
  const named = new Set(sources.map(({ repoURL }) => repositoryPath(repoURL).toLowerCase()));
  const isNamed = ({ spec }: Binding) => named.has(spec.repository.toLowerCase());
  const other = isNamed(binding) ? undefined : bindings.find(isNamed);
  if (other) throw new PermanentError('RepositoryDiffers', `${renderRef(ref)} takes its files from ${other.spec.repository}, which RepoBinding ${other.namespace}/${other.name} binds, and ${binding.namespace}/${binding.name}, which selects the object, binds ${binding.spec.repository}: make them select by namespace`);
}

export async function openRepository(deps: Pick<StageDeps, 'forge' | 'repositories' | 'charts'>, { forgeRef, repository }: Pick<RepoBindingSpec, 'forgeRef' | 'repository'>): Promise<{ forge: Forge; repository: Repository }> {
  const forge = deps.forge(forgeRef);
  return { forge, repository: await openWithOthers(deps, { forge, forgeRef, name: repository, remote: await forge.remote(repository) }) };
}

interface LocateAll {
  readonly cluster: string;
  readonly live: KubeObject;
  readonly binding: RepoBindingSpec;
  readonly tree: Tree;
  readonly application: Application | undefined;
}

export async function locate(layouts: readonly SourceLayout[], { live, ...input }: LocateAll): Promise<Pick<Source, 'layout' | 'origin'>> {
  const hinted = [...layouts].sort((a, b) => Number(b.kind === input.binding.layoutHint) - Number(a.kind === input.binding.layoutHint));
  for (const layout of hinted) {
    const origin = await layout.locate({ ...input, target: refOf(live) });
    if (origin !== undefined) return { layout, origin };
  }
  const { renderedBy } = input.application ?? {};
  if (renderedBy) throw new PermanentError('NotEditable', `${renderRef(refOf(live))} is rendered from ${renderRef(renderedBy)}, and no layout here edits that: change its values in Git`);
  throw new PermanentError('SourceNotFound', `no file in ${input.binding.repository}@${input.tree.revision.slice(0, 8)} that we can read holds ${renderRef(refOf(live))}: check its RepoBinding`);
}

/** The one object of a render that is the target; the version may differ, the group may not. */
export function objectIn(objects: readonly KubeObject[], target: KubeObject): KubeObject | undefined {
  const wanted = refOf(target);
  return objects.find((object) => sameRef({ ...refOf(object), namespace: object.metadata.namespace ?? wanted.namespace }, wanted) && groupOf(object.apiVersion) === groupOf(wanted.apiVersion));
}
