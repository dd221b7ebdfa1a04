import { isPermanent } from '@fleetmend/kernel';
import { valueAt, withValue } from '@fleetmend/manifest';
import type { KubeObject } from '@fleetmend/model';
import type { BrokenBuild } from '@fleetmend/plugin-api';
import { against } from './restored.ts';
import { editableBy, findApplication, locate, objectIn } from '../propose/source.ts';
import { readVersions } from '../propose/versions.ts';
import type { StageDeps } from '../stage.ts';
import { stateAt, type Build } from './build.ts';
import { isBroken } from './last-good.ts';

/** Where an engine's object says which folder it applies. */
const PATHS: Readonly<Record<string, readonly string[]>> = { Kustomization: ['spec', 'path'], Application: ['spec', 'source', 'path'] };

/**
 * The path that the object named before, where its folder is there and renders exactly what was applied last: then nothing moves but the path.
 * A folder that holds anything else is another matter, and one that is gone no path brings back.
 */
export async function pathThatWas(deps: StageDeps, build: Build): Promise<BrokenBuild['path']> {
  const path = PATHS[build.target.kind];
  if (path === undefined) return undefined;
  const { versions, file } = await versionsOf(deps, build);
  const pathIn = ({ object }: (typeof versions)[number]) => valueAt(object, path);
  const [newest] = versions;
  const earlier = newest && versions.find((version) => pathIn(version) !== pathIn(newest));
  const [before, after] = [earlier && pathIn(earlier), newest && pathIn(newest)];
  if (earlier === undefined || typeof before !== 'string' || typeof after !== 'string') return undefined;
  if (!(await rendersAsBefore(deps, build, { path, before, commit: earlier.commit }))) return undefined;
  return { path: [...path], commit: earlier.commit, before, after, ...(editableBy(build.binding)(file) ? {} : { closed: `the RepoBinding does not allow ${file}` }) };
}

/** The object as Git had it, newest first, and the file that says it: also one that nobody opened, for a person would want to know. */
async function versionsOf(deps: StageDeps, { cluster, target, binding, repository, head }: Build): Promise<{ readonly versions: readonly { readonly commit: string; readonly object: KubeObject }[]; readonly file: string }> {
  try {
    const application = (await findApplication(deps, cluster, target))?.application;
    const located = await locate(deps.layouts, { cluster, live: target, binding: { ...binding.spec, editablePaths: ['**'] }, tree: await repository.tree(head), application });
    const versions = await readVersions({ repository, head, ...located });
    const all = versions.flatMap(({ commit, objects }) => {
      const object = objectIn(objects, target);
      return object === undefined ? [] : [{ commit, object }];
    });
    return { versions: all, file: located.origin.path };
  } catch (error) {
    // Nothing applies the object itself: then no file says its path.
    if (isPermanent(error)) return { versions: [], file: '' };
    throw error;
  }
}

async function rendersAsBefore({ layouts }: StageDeps, { application, target, repository, head }: Build, { path, before, commit }: { readonly path: readonly string[]; readonly before: string; readonly commit: string }): Promise<boolean> {
  const [source] = application.sources;
  if (source === undefined) return false;
  const back = { ...application, sources: [{ ...source, path: before }], object: withValue(application.object ?? target, path, before) as KubeObject };
  const good = await stateAt(layouts, back, await repository.tree(application.applied ?? commit));
  const now = await stateAt(layouts, back, await repository.tree(head));
  return !isBroken(good) && !isBroken(now) && good.objects.length > 0 && against(good, now, application).diffs.length === 0;
}
