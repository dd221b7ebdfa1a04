import { canonicalJson, isPermanent, messageOf, minutes, parseTime, renderTime } from '@fleetmend/kernel';
import { stringify } from 'yaml';
import type { ClusterObjects } from '../../objects.ts';
import type { ApplierContext } from '../context.ts';
import type { RepositoryReader } from '../repository.ts';
import { normalise } from '../repository.ts';
import { refusedBy } from './build-input.ts';
import { buildSource, folderOf } from './build-source.ts';
import { fetchSource } from './fetch-source.ts';
import type { Application, ApplicationSource, HydrateOperation, SourceHydrator } from './shapes.ts';

type Hydration = NonNullable<NonNullable<Application['status']>['sourceHydrator']>;

const BOT = { name: 'Argo CD', email: 'argo-cd@example.com' } as const;
/** How long a failure rests before the same commit is tried again. */
const RETRY = minutes(2);

/**
 * Renders the dry source of an Application into the branch that is synced, when that is due. Answers what its status then says; undefined:
 * nothing has changed. Source: argo-cd 3.1, controller/hydrator/hydrator.go, commitserver/commit.
 */
export async function hydrate(context: ApplierContext, application: Application, { hydrator, target }: { readonly hydrator: SourceHydrator; readonly target: ClusterObjects }): Promise<Hydration | undefined> {
  const startedAt = renderTime(context.clock.now());
  const before = application.status?.sourceHydrator;
  const source: ApplicationSource = hydrator.drySource;
  let drySHA: string | undefined;
  try {
    const fetched = await fetchSource(context, source);
    drySHA = fetched.revision;
    if (!isDue(before, hydrator, { drySHA, now: context.clock.now() })) return undefined;
    const { objects } = await buildSource(context, { application, fetched, folder: folderOf(source), target, refs: new Map() });
    const manifest = objects.map((object) => stringify(object, { version: '1.1', lineWidth: 0 })).join('---\n');
    const hydratedSHA = await push(context, hydrator, { drySHA, manifest });
    const done = { drySHA, hydratedSHA, sourceHydrator: hydrator };
    return { currentOperation: { ...done, phase: 'Hydrated', startedAt, finishedAt: renderTime(context.clock.now()) }, lastSuccessfulOperation: done };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    const failed: HydrateOperation = { phase: 'Failed', startedAt, finishedAt: renderTime(context.clock.now()), message: `Failed to hydrate revision ${JSON.stringify(drySHA ?? '')}: ${messageOf(error)}`, ...(drySHA === undefined ? {} : { drySHA }), sourceHydrator: hydrator };
    return { ...before, currentOperation: failed };
  }
}

function isDue(before: Hydration | undefined, hydrator: SourceHydrator, { drySHA, now }: { readonly drySHA: string; readonly now: number }): boolean {
  const last = before?.currentOperation;
  if (!last || canonicalJson(last.sourceHydrator) !== canonicalJson(hydrator) || last.drySHA !== drySHA) return true;
  return last.phase === 'Failed' && now - (parseTime(last.finishedAt) ?? now) >= RETRY;
}

/** One commit on the branch that is hydrated to; a branch that is synced from is made where there is none. */
async function push({ repositories }: ApplierContext, { drySource, syncSource, hydrateTo }: SourceHydrator, { drySHA, manifest }: { readonly drySHA: string; readonly manifest: string }): Promise<string> {
  const repository = repositories(drySource.repoURL);
  const commit = repository?.commit;
  if (!repository || !commit) throw refusedBy('Unknown', 'failed to commit hydrated manifests: the repository cannot be written to');
  const metadata = `${JSON.stringify({ repoURL: drySource.repoURL, drySha: drySHA }, undefined, 2)}\n`;
  const folder = normalise(syncSource.path);
  const inside = (file: string) => (folder === '' ? file : `${folder}/${file}`);
  const files = new Map([['hydrator.metadata', metadata], [inside('manifest.yaml'), manifest], [inside('hydrator.metadata'), metadata], [inside('README.md'), '# Manifest Hydration\n\nThese manifests were hydrated by Argo CD.\n']]);
  const branch = hydrateTo?.targetBranch ?? syncSource.targetBranch;
  if (branch !== syncSource.targetBranch && !(await exists(repository, syncSource.targetBranch))) await commit({ branch: syncSource.targetBranch, files: new Map([['README.md', '# Manifest Hydration\n']]), message: 'initial commit', author: BOT });
  return commit({ branch, files, message: `[Argo CD Bot] hydrate ${drySHA}`, author: BOT });
}

async function exists(repository: RepositoryReader, branch: string): Promise<boolean> {
  try {
    await repository.head(branch);
    return true;
  } catch (error) {
    if (isPermanent(error)) return false;
    throw error;
  }
}
