import { isPermanent, messageOf, renderTime, sha256 } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import type { ApplierContext } from '../context.ts';
import type { RepositoryReader } from '../repository.ts';
import { FLUX_FINALIZER, interval } from './shapes.ts';
import type { Artifact, GitRepository } from './shapes.ts';
import { changeStatus, ready, setFinalizer } from './status.ts';

export const SOURCE_CONTROLLER = { manager: 'source-controller' } as const;

/**
 * Looks what a GitRepository's reference points at and keeps it as its artifact.
 * Conditions and messages are those of source-controller 1.9, internal/controller/gitrepository_controller.go.
 */
export async function reconcileGitRepository(context: ApplierContext, found: GitRepository): Promise<Duration | undefined> {
  if (found.metadata.deletionTimestamp) {
    setFinalizer(context.objects, found, SOURCE_CONTROLLER, { finalizer: FLUX_FINALIZER, wanted: false });
    return undefined;
  }
  const source = setFinalizer(context.objects, found, SOURCE_CONTROLLER, { finalizer: FLUX_FINALIZER, wanted: true });
  if (source.spec.suspend) return undefined;
  const fetched = await resolveRef(context.repositories(source.spec.url), source);
  if ('problem' in fetched) {
    const message = `failed to checkout and determine revision: ${fetched.problem}`;
    changeStatus<GitRepository>(context, source, SOURCE_CONTROLLER, {
      marks: [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: 'reconciliation in progress' }, ready('False', 'GitOperationFailed', message), { type: 'FetchFailed', status: 'True', reason: 'GitOperationFailed', message }],
      observed: true,
      handled: true,
    });
    return interval(source.spec.interval);
  }
  const { revision, commit } = fetched;
  const message = `stored artifact for revision '${revision}'`;
  changeStatus<GitRepository>(context, source, SOURCE_CONTROLLER, {
    marks: [{ without: 'Reconciling' }, { without: 'Stalled' }, { without: 'FetchFailed' }, ready('True', 'Succeeded', message), { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message }],
    status: ({ artifact }) => ({ artifact: artifact?.revision === revision ? artifact : artifactOf(source, { revision, name: `${commit}.tar.gz`, at: renderTime(context.clock.now()) }) }),
    observed: true,
    handled: true,
  });
  return interval(source.spec.interval);
}

export function artifactOf({ kind, metadata }: { readonly kind: string; readonly metadata: GitRepository['metadata'] }, { revision, name, at }: { readonly revision: string; readonly name: string; readonly at: string }): Artifact {
  const path = `${kind.toLowerCase()}/${metadata.namespace ?? ''}/${metadata.name}/${name}`;
  return { digest: sha256(`${path} ${revision}`), lastUpdateTime: at, path, revision, url: `http://source-controller.flux-system.svc.cluster.local./${path}` };
}

type Fetched = { readonly commit: string; readonly revision: string } | { readonly problem: string };

/** Source: fluxcd.io/flux/components/source/gitrepositories, "Reference": commit, name, semver, tag, branch, in this order. */
async function resolveRef(repository: RepositoryReader | undefined, { spec }: GitRepository): Promise<Fetched> {
  const { url, ref = {} } = spec;
  if (!repository) return { problem: `unable to clone '${url}': repository not found: Repository not found` };
  if (ref.semver !== undefined) return { problem: `the sandbox follows no spec.ref.semver (${ref.semver}): name a branch, a tag or a commit` };
  if (ref.commit !== undefined) {
    const exists = await isCommit(repository, ref.commit);
    return exists ? { commit: ref.commit, revision: `${ref.branch === undefined ? '' : `${ref.branch}@`}sha1:${ref.commit}` } : { problem: `unable to resolve commit object for '${ref.commit}': object not found` };
  }
  const named = ref.name === undefined ? undefined : /^refs\/(heads|tags)\/(.+)$/.exec(ref.name);
  if (ref.name !== undefined && !named) return { problem: `unable to resolve ref '${ref.name}' to a specific commit` };
  const tag = named?.[1] === 'tags' ? named[2] : ref.name === undefined ? ref.tag : undefined;
  if (tag !== undefined) {
    const commit = (await repository.tags?.())?.get(tag);
    return commit === undefined ? { problem: `unable to clone '${url}': couldn't find remote ref "refs/tags/${tag}"` } : { commit, revision: `${ref.name ?? tag}@sha1:${commit}` };
  }
  const branch = named?.[2] ?? ref.branch ?? 'master';
  try {
    const commit = await repository.head(branch);
    return { commit, revision: `${ref.name ?? branch}@sha1:${commit}` };
  } catch (error) {
    const missing = isPermanent(error) && error.reason === 'BranchNotFound';
    return { problem: `unable to clone '${url}': ${missing ? `couldn't find remote ref "refs/heads/${branch}"` : messageOf(error)}` };
  }
}

async function isCommit(repository: RepositoryReader, commit: string): Promise<boolean> {
  try {
    return (await repository.files(commit, '')).size > 0;
  } catch {
    // Whatever else is wrong with the repository shows at the next branch.
    return false;
  }
}
