import { structuralDiff } from '@fleetmend/manifest';
import { refOf, renderRef, type FileEdit, type KubeObject, type ObjectDiff } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import { isElsewhere, withEdits, type Tree } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { isBroken, type Good } from './last-good.ts';
import { stateAt, type RenderedState } from './build.ts';
import { placesBetween, putBack, type FilePlace } from './file-places.ts';

/** A place of a file that could go back. */
export interface Place extends FilePlace {
  readonly file: string;
}

/** More differences than these are a rebuild, and no slip. */
const MOST_PLACES = 40;
/** Files that are no manifests and no values: what makes objects out of both. */
const TEMPLATE = /(^|\/)templates\/|\.(tpl|gotmpl|jsonnet|libsonnet|cue|sh)$/;

export interface Differences {
  readonly places: readonly Place[];
  /** What else differs: files that are gone, and what is no single place; for people. */
  readonly others: readonly string[];
}

/** Every place in which the files of an application differ between its last good state and the head. */
export async function differencesSince(good: Good, head: Tree): Promise<Differences> {
  const places: Place[] = [];
  const others: string[] = [];
  for (const file of await changedFiles(good, head)) {
    const [was, is] = [await good.tree.read(file), await head.read(file)];
    if (was === undefined) continue;
    if (is === undefined) others.push(`${file} is gone`);
    else if (TEMPLATE.test(file)) others.push(`${file} is a template and changed`);
    else {
      const found = placesBetween(was, is);
      places.push(...found.places.map((place) => ({ ...place, file })));
      others.push(...found.others.map((what) => `${file}: ${what}`));
    }
  }
  if (places.length <= MOST_PLACES) return { places, others };
  return { places: [], others: [`${places.length} places differ, which are too many to try`, ...others] };
}

async function changedFiles({ tree, root: { includes } }: Good, head: Tree): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const place of includes.filter((path) => !isElsewhere(path))) for (const state of [tree, head]) for (const path of await state.list(place)) files.add(path);
  const changed: string[] = [];
  for (const path of [...files].sort()) if (await differs(path, tree, head)) changed.push(path);
  return changed;
}

async function differs(path: string, a: Tree, b: Tree): Promise<boolean> {
  const [was, is] = [a.digest?.(path), b.digest?.(path)];
  return was !== undefined && is !== undefined ? was !== is : (await a.read(path)) !== (await b.read(path));
}

/** The edit that puts a place back. @throws PermanentError `NotEditable`. */
export async function editFor({ file, ...place }: Place, head: Tree): Promise<FileEdit> {
  const before = (await head.read(file)) ?? '';
  return { path: file, before, after: putBack(file, before, place) };
}

/** What an application renders to with an edit, against its last good state. */
export interface Restored {
  readonly state: RenderedState;
  /** All that merging changes in the cluster: what commits since the last good state brought, and their engine could not apply. */
  readonly diffs: readonly ObjectDiff[];
  /** Objects that the last good state has and this one has not: the engine would delete them. */
  readonly lost: readonly string[];
}

export async function restoredBy({ layouts }: Pick<StageDeps, 'layouts'>, { application, good, head, edits }: { readonly application: Application; readonly good: Good; readonly head: Tree; readonly edits: readonly FileEdit[] }): Promise<Restored | { readonly failed: string }> {
  const state = await stateAt(layouts, application, withEdits(head, edits), good);
  if (isBroken(state)) return { failed: state.failed };
  return { state, ...against(good, state, application) };
}

/** Where an object says no namespace, that of its application is meant. */
export function against(good: Pick<Good, 'objects'>, { objects }: Pick<RenderedState, 'objects'>, application: Application): Pick<Restored, 'diffs' | 'lost'> {
  const diffs = structuralDiff(good.objects, objects).map((diff) => ({ ...diff, ref: { ...diff.ref, ...namespaceOf(diff.ref, application) } }));
  return { diffs, lost: diffs.filter(({ op }) => op === 'Delete').map(({ ref }) => renderRef(ref)) };
}

/** The namespaces in which an application already has objects. */
export function namespacesOf(objects: readonly KubeObject[], application: Application): readonly string[] {
  return [...new Set(objects.flatMap((object) => namespaceOf(refOf(object), application).namespace ?? []))].sort();
}

function namespaceOf({ namespace }: { readonly namespace?: string | undefined }, { namespace: given, renderedBy }: Application): { readonly namespace?: string } {
  // What a HelmRelease installs lies where it is itself, unless it says so.
  const meant = namespace ?? (renderedBy?.kind === 'HelmRelease' ? renderedBy.namespace : given?.name);
  return meant === undefined ? {} : { namespace: meant };
}
