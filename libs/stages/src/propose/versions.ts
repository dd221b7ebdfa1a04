import { PermanentError, isPermanent } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { renderRef, refOf, type KubeObject } from '@fleetmend/model';
import type { GitVersion } from '@fleetmend/plugin-api';
import type { CommitInfo, Repository, Tree } from '@fleetmend/ports';
import { objectIn, type Source } from './source.ts';

/** How far back Git is read. An older value is no candidate: nobody remembers why it was changed. */
const DEPTH = 12;

/** Nobody reads on beyond that. */
const MOST_WORDS = 2_000;

const REQUEST = /^Fleetmend-Request: \S+\/\S+$/m;

type Place = Pick<Source, 'repository' | 'head' | 'origin' | 'layout'>;

/**
 * What the application rendered to after each of the last commits that touched it, newest first. A commit that cannot be
 * rendered is left out: nobody ran what it says.
 */
export async function readVersions(source: Place): Promise<readonly GitVersion[]> {
  const { repository, layout, origin } = source;
  const versions: GitVersion[] = [];
  for (const commit of await commitsOf(source)) {
    const { sha, at, message } = commit;
    try {
      const objects = await layout.render({ origin, tree: await repository.tree(sha) });
      versions.push({ commit: sha, message: titleOf(message), ...bodyOf(message), at, objects: objects.map(withoutSecretData), ...((await isOurs(repository, commit)) ? { ours: true } : {}) });
    } catch (error) {
      if (!isPermanent(error)) throw error;
    }
  }
  return versions;
}

/** By its trailer; a merge says nothing itself, and what it merged does. */
export async function isOurs(repository: Pick<Repository, 'log'>, { message, parents: [, merged] }: CommitInfo): Promise<boolean> {
  const said = [message, ...(merged === undefined ? [] : (await repository.log(merged, '', 1)).map((one) => one.message))];
  return said.some((text) => REQUEST.test(text));
}

/** The first line; of a merge of a forge, what it merged, which stands below. */
function titleOf(message: string): string {
  const [first = '', ...rest] = message.split('\n');
  const merged = /^Merge (pull request|branch|remote-tracking branch) /.test(first) ? rest.find((line) => line.trim() !== '') : undefined;
  return merged?.trim() ?? first;
}

/** What the author had to say beyond the first line. */
function bodyOf(message: string): { readonly body?: string } {
  const body = message.split('\n').slice(1).join('\n').trim().slice(0, MOST_WORDS);
  return body === '' ? {} : { body };
}

/** The states of the repository after each of those commits, newest first. */
export async function earlierTrees(source: Pick<Place, 'repository' | 'head' | 'origin'>): Promise<readonly Tree[]> {
  return Promise.all((await commitsOf(source)).map(({ sha }) => source.repository.tree(sha)));
}

/** The last commits that touched anything that the root is rendered from. */
async function commitsOf({ repository, head, origin }: Pick<Place, 'repository' | 'head' | 'origin'>): Promise<readonly CommitInfo[]> {
  return repository.log(head, origin.includes.includes('') ? '' : origin.includes, DEPTH);
}

/** That there is a Secret, and its keys, may be known; what it holds is nobody's business here. */
function withoutSecretData(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const keysOnly = (value: unknown) => (value !== null && typeof value === 'object' ? Object.fromEntries(Object.keys(value).map((key) => [key, ''])) : value);
  return { ...object, data: keysOnly(object['data']), stringData: keysOnly(object['stringData']) };
}

/**
 * The value of one field in one earlier commit; undefined: the object was there, and the field was not.
 * @throws PermanentError `NotInCommit` when that commit does not render the object at all.
 */
export async function earlierValue(source: Place & Pick<Source, 'target'>, path: readonly string[], commit: string): Promise<unknown> {
  const objects = await source.layout.render({ origin: source.origin, tree: await source.repository.tree(commit) });
  const object = objectIn(objects, source.target);
  if (object === undefined) throw new PermanentError('NotInCommit', `${renderRef(refOf(source.target))} is not in ${commit.slice(0, 8)}: there is no value to put back`);
  return valueAt(object, [...path]);
}
