import type { Plan } from '@fleetmend/model';
import type { Repository } from '@fleetmend/ports';
import { HIDDEN, shownValue } from '../propose/shown-value.ts';
import type { Source } from '../propose/source.ts';
import { isPlace, placesBetween, valueAtPlace } from './file-places.ts';
import { placeName, type SourceRestoreAction } from './prove-restore.ts';

/** The value of the place in one state of the repository, as a plan shows it; undefined: nothing stands there. */
export async function shownPlace(repository: Pick<Repository, 'tree'>, revision: string, { source: { file, document }, path }: SourceRestoreAction): Promise<string | undefined> {
  const text = await (await repository.tree(revision)).read(file);
  const value = text === undefined ? undefined : valueAtPlace(text, { document, path });
  return value === undefined ? undefined : shownValue(placeName({ document, path }), value);
}

/** What comes back stood there in an earlier commit of this branch. A value that nobody should read equals none. */
export async function restoresPlace({ repository }: Pick<Source, 'repository'>, { base, changes }: Plan, action: SourceRestoreAction): Promise<boolean> {
  const { source: { file, document }, path, commit } = action;
  if (commit === base || !(await repository.isAncestor(commit, base))) return false;
  const [was, is] = [await (await repository.tree(commit)).read(file), await (await repository.tree(base)).read(file)];
  // An item of a list may have stood in another place then.
  const place = was === undefined || is === undefined ? undefined : placesBetween(was, is).places.find((one) => isPlace(one, { document }, path));
  const earlier = place && shownValue(placeName(place), place.before);
  return earlier !== undefined && earlier !== HIDDEN && changes.every(({ after }) => after === earlier);
}
