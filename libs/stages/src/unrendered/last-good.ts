import type { CommitInfo, Tree } from '@fleetmend/ports';
import { stateAt, type Build, type RenderedState, type UnrenderedState } from './build.ts';
import type { StageDeps } from '../stage.ts';

/** How far back a state that could be rendered is looked for, in commits that touched the application. */
const DEPTH = 12;

export interface Good extends RenderedState {
  readonly commit: string;
  readonly tree: Tree;
}

/**
 * The state that an application last was in. What its engine applied last counts, and nothing else if that cannot be rendered here: then
 * we do not see what the engine sees. A HelmRelease, and what was never applied, go by the newest commit that can be rendered.
 */
export async function lastGood({ layouts }: Pick<StageDeps, 'layouts'>, build: Build): Promise<Good | undefined> {
  const { application, repository, head } = build;
  const { applied, renderedBy } = application;
  if (applied !== undefined && renderedBy === undefined) return applied !== head && (await repository.isAncestor(applied, head)) ? goodAt(layouts, build, applied) : undefined;
  const commits = await repository.log(head, await placesOf(layouts, build), DEPTH);
  for (const { sha } of commits) {
    const found = sha === head ? undefined : await goodAt(layouts, build, sha);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function goodAt(layouts: StageDeps['layouts'], { application, repository }: Build, commit: string): Promise<Good | undefined> {
  const tree = await repository.tree(commit);
  const state = await stateAt(layouts, application, tree);
  return 'objects' in state && state.objects.length > 0 ? { ...state, commit, tree } : undefined;
}

/** What the head leads to, as far as that can be read; else everything. */
async function placesOf(layouts: StageDeps['layouts'], { application, repository, head }: Build): Promise<string | readonly string[]> {
  const tree = await repository.tree(head);
  for (const layout of layouts) {
    const root = await layout.rootOf({ application, tree });
    if (root !== undefined) return root.includes.includes('') ? '' : root.includes;
  }
  return '';
}

/** The first commit after the last good one with which it cannot be rendered. */
export async function commitThatBroke({ layouts }: Pick<StageDeps, 'layouts'>, { application, repository, head }: Build, good: Good): Promise<CommitInfo | undefined> {
  const since: CommitInfo[] = [];
  const { includes } = good.root;
  for (const commit of await repository.log(head, includes.includes('') ? '' : includes, DEPTH)) {
    if (await repository.isAncestor(commit.sha, good.commit)) break;
    since.unshift(commit);
  }
  for (const commit of since) if (isBroken(await stateAt(layouts, application, await repository.tree(commit.sha), good))) return commit;
  return undefined;
}

export function isBroken(state: RenderedState | UnrenderedState): state is UnrenderedState {
  return 'failed' in state;
}
