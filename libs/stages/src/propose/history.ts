import { valueAt } from '@fleetmend/manifest';
import { refOf } from '@fleetmend/model';
import type { FieldHistory } from '@fleetmend/plugin-api';
import type { Source } from './source.ts';

/** How far back Git is read. An older value is no candidate: nobody remembers why it was changed. */
const DEPTH = 20;

type Origin = Pick<Source, 'repository' | 'head' | 'origin' | 'layout' | 'target'>;

/**
 * The values of some fields in the file's recent commits, newest first. Where a commit does not set a field there is no entry;
 * fields that never were in Git are left out.
 */
export async function fieldHistory(source: Origin, paths: readonly (readonly string[])[]): Promise<readonly FieldHistory[]> {
  const { repository, layout, origin } = source;
  const commits = await repository.log(source.head, origin.path, DEPTH);
  // The whole object once per commit: reading each field apart would parse every file again for every field.
  const objects = await layout.history({ origin, change: { object: refOf(source.target) }, path: [], commits, treeAt: (revision) => repository.tree(revision) });
  const all = paths.map((path) => ({
    path,
    values: objects.map(({ value, commit, at }) => ({ value: valueAt(value, [...path]), commit, at })).filter(({ value }) => value !== undefined),
  }));
  return all.filter((history) => history.values.length > 0);
}

/** The value of one field in one earlier commit. */
export async function earlierValues(source: Origin, path: readonly string[], commit: string): Promise<unknown> {
  const commits = [{ sha: commit, parents: [], author: '', message: '', at: 0 }];
  const [value] = await source.layout.history({ origin: source.origin, change: { object: refOf(source.target) }, path, commits, treeAt: (revision) => source.repository.tree(revision) });
  return value?.value;
}
