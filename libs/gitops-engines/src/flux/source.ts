import { PermanentError, parse } from '@fleetmend/kernel';
import { type KubeObject, type ObjectRef, refOf, renderRef } from '@fleetmend/model';
import type { Application, EngineContext } from '@fleetmend/plugin-api';
import { GIT_REPOSITORY, GitRepository, type Kustomization } from './schema.ts';

/** The GitRepository that a Kustomization takes its files from; undefined when it takes them from elsewhere, or it is gone. */
export async function readGitRepository({ metadata, spec: { sourceRef } }: Kustomization, { read, cluster }: EngineContext): Promise<GitRepository | undefined> {
  if (sourceRef.kind !== GIT_REPOSITORY.kind) return undefined;
  const [found] = await read({ ...GIT_REPOSITORY, namespace: sourceRef.namespace ?? metadata.namespace, name: sourceRef.name });
  return found && parse(GitRepository, found, `GitRepository ${sourceRef.name} of ${cluster}`);
}

/**
 * The folder that a Kustomization applies.
 * @throws PermanentError `SourceUnsupported` naming what stands between the files and the objects.
 */
export async function readSources(owner: KubeObject, kustomization: Kustomization, context: EngineContext): Promise<Application['sources']> {
  const { spec } = kustomization;
  const ref = refOf(owner);
  if (spec.sourceRef.kind !== GIT_REPOSITORY.kind) {
    throw unsupported(ref, `takes its files from ${spec.sourceRef.kind} ${spec.sourceRef.namespace ?? kustomization.metadata.namespace}/${spec.sourceRef.name}, which is not a Git repository: change what is published there`);
  }
  return gitSources(kustomization, context);
}

/** The folder that a Kustomization takes from a Git repository; none when it takes its files from elsewhere. */
export async function gitSources(kustomization: Kustomization, context: EngineContext): Promise<Application['sources']> {
  const repository = await readGitRepository(kustomization, context);
  if (!repository) return [];
  const { branch, tag, semver, name, commit } = repository.spec.ref;
  return [{ repoURL: repository.spec.url, path: kustomization.spec.path, revision: commit ?? name ?? semver ?? tag ?? branch ?? 'master' }];
}

function unsupported(ref: ObjectRef, why: string): PermanentError {
  return new PermanentError('SourceUnsupported', `${renderRef(ref)} ${why}`);
}
