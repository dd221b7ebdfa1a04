import { PermanentError } from '@fleetmend/kernel';
import { structuralDiff, valueAt } from '@fleetmend/manifest';
import { refOf, renderRef, sameRef, type FileEdit, type IntendedChange, type KubeObject, type ObjectDiff } from '@fleetmend/model';
import { overlay, type Tree } from '@fleetmend/ports';
import { pointerOf, renderPath } from './field.ts';
import { objectIn, type Source } from './source.ts';

/** Two renders and what differs between them. */
export interface Proven {
  readonly diffs: readonly ObjectDiff[];
  readonly base: KubeObject;
  readonly edited: KubeObject;
  readonly objects: number;
  /** The difference is the intended change, and nothing else. */
  readonly exact: boolean;
}

/**
 * Renders base and edited state and compares all objects. The wrong layer shows nothing and is an error; more than the
 * intended change is blast radius, which policy judges.
 */
export async function prove(source: Pick<Source, 'layout' | 'origin' | 'target'>, tree: Tree, edits: readonly FileEdit[], change: IntendedChange): Promise<Proven> {
  const before = await source.layout.render({ origin: source.origin, tree });
  const after = await source.layout.render({ origin: source.origin, tree: overlay(tree, new Map(edits.map((edit) => [edit.path, edit.after]))) });
  const base = objectIn(before, source.target);
  const edited = objectIn(after, source.target);
  if (base === undefined || edited === undefined) throw new PermanentError('WrongLayer', `${renderRef(refOf(source.target))} is not among what ${source.origin.root || '/'} renders to: the file was not found for sure`);
  const diffs = structuralDiff(before, after);
  if (diffs.length === 0) throw new PermanentError('WrongLayer', `editing ${edits.map((edit) => edit.path).join(', ')} changes nothing that is rendered: another layer sets the value`);
  return { diffs, base, edited, objects: diffs.length, exact: isExactly(diffs, change, base, edited) };
}

function isExactly(diffs: readonly ObjectDiff[], change: IntendedChange, base: KubeObject, edited: KubeObject): boolean {
  const [only, ...more] = diffs;
  if (only === undefined || more.length > 0 || only.op !== 'Update') return false;
  const changed = change.fields.filter(({ path }) => valueAt(base, path) !== valueAt(edited, path));
  const wanted = new Set(changed.map(({ path }) => pointerOf(edited, path) ?? pointerOf(base, path)));
  const asIntended = change.fields.every(({ path, value }) => valueAt(edited, path) === value);
  // An inserted map shows as one leaf per scalar, so leaves and intended fields are the same set.
  return asIntended && sameRef({ ...only.ref, namespace: change.object.namespace }, change.object) && only.paths.length === wanted.size && only.paths.every((path) => wanted.has(path));
}

/** A field whose live value is not what the base renders, and what both are. */
export interface Drift {
  readonly path: string;
  readonly live: unknown;
  readonly git: unknown;
}

/** Compares the fields of the change, live against the base render. Absent and unset count as equal. */
export function findDrift(change: IntendedChange, live: KubeObject, base: KubeObject): Drift | undefined {
  for (const { path } of change.fields) {
    const inGit = valueAt(base, path);
    const inCluster = valueAt(live, path);
    // What Git leaves open, defaulting may fill.
    if (inGit === undefined || inGit === inCluster) continue;
    return { path: renderPath(path), live: inCluster, git: inGit };
  }
  return undefined;
}
