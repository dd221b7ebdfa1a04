import type { FieldHistory } from '@fleetmend/plugin-api';
import { refOf } from '@fleetmend/model';
import type { Source } from './source.ts';

/** How far back Git is read. An older value is no candidate: nobody remembers why it was changed. */
const DEPTH = 20;

type Origin = Pick<Source, 'repository' | 'head' | 'origin' | 'layout' | 'target'>;

/** The values of some fields in the file's recent commits, newest first; fields that never were in Git are left out. */
export async function fieldHistory(source: Origin, paths: readonly (readonly string[])[]): Promise<readonly FieldHistory[]> {
  const { repository, layout, origin } = source;
  const commits = await repository.log(source.head, origin.path, DEPTH);
  const all = await Promise.all(
    paths.map(async (path) => ({
      path,
      values: await layout.history({ origin, change: { object: refOf(source.target) }, path, commits, treeAt: (revision) => repository.tree(revision) }),
    })),
  );
  return all.filter((history) => history.values.length > 0);
}

/** The value of one field in one earlier commit. */
export async function earlierValues(source: Origin, path: readonly string[], commit: string): Promise<unknown> {
  const commits = [{ sha: commit, parents: [], author: '', message: '', at: 0 }];
  const [value] = await source.layout.history({ origin: source.origin, change: { object: refOf(source.target) }, path, commits, treeAt: (revision) => source.repository.tree(revision) });
  return value?.value;
}
