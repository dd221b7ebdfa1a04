import { isPermanent } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import type { BrokenBuild, SourceRestore } from '@fleetmend/plugin-api';
import type { CommitInfo, Tree } from '@fleetmend/ports';
import { shownValue } from '../propose/shown-value.ts';
import type { StageDeps } from '../stage.ts';
import { findBuild, stateAt, type Build } from './build.ts';
import { closedFor } from './closed-place.ts';
import { commitThatBroke, isBroken, lastGood, type Good } from './last-good.ts';
import { pathThatWas } from './path-that-was.ts';
import { differencesSince, editFor, restoredBy, type Place } from './restored.ts';

/**
 * Why the head of what an engine applies cannot be rendered, and which single places of its files mend that, each put back by itself to what
 * it was in the last good state. Whether one is chosen is for a rule to say. Undefined: the target is no such object, its head can be
 * rendered, or that cannot be told here.
 */
export async function searchRestores(deps: StageDeps, request: RemediationRequest): Promise<BrokenBuild | undefined> {
  const build = await findBuild(deps, request);
  if (build === undefined) return undefined;
  const head = await build.repository.tree(build.head);
  const state = await stateAt(deps.layouts, build.application, head);
  if (!isBroken(state) || state.unknown) return undefined;
  const nothing = { good: undefined, brokenBy: undefined, restores: [], tried: [] };
  if (state.missing !== undefined) return { ...nothing, error: state.failed, missing: true, brokenBy: await lastOf(build, state.missing), path: await pathThatWas(deps, build) };
  const good = await lastGood(deps, build);
  if (good === undefined) return { ...nothing, error: plain(state.failed) };
  const failure = await stateAt(deps.layouts, build.application, head, good);
  const broke = await commitThatBroke(deps, build, good);
  return {
    error: plain(isBroken(failure) ? failure.failed : state.failed),
    good: good.commit,
    brokenBy: broke && named(broke),
    ...(await tryAll(deps, build, { good, head })),
  };
}

function named({ sha, message }: CommitInfo): NonNullable<BrokenBuild['brokenBy']> {
  return { commit: sha, message: message.split('\n', 1)[0] ?? '' };
}

/** The commit that took a folder away; undefined: it never was there. */
async function lastOf({ repository, head }: Build, folder: string): Promise<BrokenBuild['brokenBy']> {
  const [last] = await repository.log(head, folder, 1);
  return last && named(last);
}

/** In one line, and without the folder that it was rendered in: that one is gone. */
function plain(text: string): string {
  return text.replace(/\S*fleetmend-render-\w+\/(files\/)?/g, '').replace(/\s+/g, ' ');
}

interface States {
  readonly good: Good;
  readonly head: Tree;
}

/** Each place by itself, all others as the head has them. */
async function tryAll(deps: StageDeps, build: Build, states: States): Promise<Pick<BrokenBuild, 'restores' | 'tried'>> {
  const { places, others } = await differencesSince(states.good, states.head);
  const restores: SourceRestore[] = [];
  const tried: string[] = [];
  const idle: string[] = [];
  for (const place of places) {
    const outcome = await tryOne(deps, build, { ...states, place });
    if (typeof outcome === 'object') restores.push(outcome);
    else if (outcome === DOES_NOT_MEND) idle.push(`${place.path.join('/')} of ${place.file}`);
    else tried.push(outcome);
  }
  const vain = idle.length === 0 ? [] : [`put back alone, ${idle.length === 1 ? '' : 'each of '}${idle.slice(0, 3).join(', ')}${idle.length > 3 ? ` and ${idle.length - 3} places more` : ''} does not mend it`];
  return { restores, tried: [...tried, ...others, ...vain] };
}

const DOES_NOT_MEND = 'it does not mend it';

/** The place, or why it is none. */
async function tryOne(deps: StageDeps, build: Build, { good, head, place }: States & { readonly place: Place }): Promise<SourceRestore | string> {
  const { file, document, path } = place;
  const where = `${path.join('/')} of ${file}`;
  try {
    const made = await restoredBy(deps, { application: build.application, good, head, edits: [await editFor(place, head)] });
    if ('failed' in made) return DOES_NOT_MEND;
    if (made.lost.length > 0) return `${where} put back would take away ${made.lost.slice(0, 3).join(', ')}`;
    const closed = await closedFor(place, { binding: build.binding, good: good.tree, head, changes: made.diffs.length });
    const shown = (value: unknown) => (value === undefined ? 'nothing' : shownValue(path.join('/'), value)).slice(0, 120);
    return { file, ...(document === undefined ? {} : { document }), path: [...path], commit: good.commit, before: shown(place.before), after: shown(place.after), ...(closed === undefined ? {} : { closed }) };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return `${where} cannot be put back: ${error.message}`;
  }
}
