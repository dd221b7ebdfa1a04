import { isPermanent, messageOf } from '@fleetmend/kernel';
import type { Charts } from '@fleetmend/ports';
import type { ApplierContext } from '../context.ts';
import { refusedBy } from './build-input.ts';
import type { FetchedSource } from './build-input.ts';
import type { ApplicationSource } from './shapes.ts';

/** @throws PermanentError `ComparisonError` in the words of the repo-server */
export async function fetchSource({ repositories, charts }: ApplierContext, source: ApplicationSource): Promise<FetchedSource> {
  if (source.chart !== undefined) return fetchChart(charts, source, source.chart);
  const repository = repositories(source.repoURL);
  if (!repository) throw refusedBy('Unknown', 'failed to list refs: repository not found: Repository not found');
  const wanted = source.targetRevision === undefined || source.targetRevision === '' || source.targetRevision === 'HEAD' ? 'main' : source.targetRevision;
  const revision = /^[0-9a-f]{40}$/.test(wanted) ? wanted : ((await repository.tags?.())?.get(wanted.replace(/^refs\/tags\//, '')) ?? (await headOf(() => repository.head(wanted.replace(/^refs\/heads\//, '')), wanted)));
  return { source, revision, files: await repository.files(revision, '') };
}

/** A registry's address has no scheme here, and lacks the chart. */
async function fetchChart(charts: Charts | undefined, source: ApplicationSource, name: string): Promise<FetchedSource> {
  const { repoURL, targetRevision: version = '' } = source;
  if (!charts) throw refusedBy('Unknown', `error fetching chart: failed to fetch chart: the sandbox has Git repositories only, and ${repoURL} cannot be reached`);
  try {
    const { tree } = await charts.fetch({ repository: /^https?:/.test(repoURL) ? repoURL : `oci://${repoURL}/${name}`, name, version });
    const texts = await Promise.all((await tree.list('')).map(async (path) => [path, (await tree.read(path)) ?? ''] as const));
    return { source, revision: version, files: new Map(texts) };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    throw refusedBy('Unknown', `error fetching chart: failed to fetch chart: ${error.message}`);
  }
}

async function headOf(head: () => Promise<string>, wanted: string): Promise<string> {
  try {
    return await head();
  } catch (error) {
    if (!isPermanent(error)) throw error;
    throw refusedBy('Unknown', error.reason === 'BranchNotFound' ? `unable to resolve '${wanted}' to a commit SHA` : messageOf(error));
  }
}
