import { PermanentError, canonicalJson } from '@fleetmend/kernel';
import { differingLeaves, structuralDiff, valueAt } from '@fleetmend/manifest';
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
  const wanted = new Set(change.fields.flatMap((field) => leavesOfChange(field, base, edited)));
  const asIntended = change.fields.every(({ path, value }) => same(valueAt(edited, settled(path, edited)), value));
  return asIntended && sameRef({ ...only.ref, namespace: change.object.namespace }, change.object) && only.paths.length === wanted.size && only.paths.every((path) => wanted.has(path));
}

/** The leaves that a change of one field touches: an inserted map shows as one leaf per scalar. */
function leavesOfChange({ path }: IntendedChange['fields'][number], base: KubeObject, edited: KubeObject): readonly string[] {
  const at = settled(path, edited);
  const pointer = pointerOf(edited, at) ?? pointerOf(base, at);
  return pointer === undefined ? [] : differingLeaves(valueAt(base, at), valueAt(edited, at), pointer);
}

/** `-` stands for the item that was added at the end of a list. */
function settled(path: readonly string[], edited: KubeObject): string[] {
  const at = path.indexOf('-');
  if (at < 0) return [...path];
  const list = valueAt(edited, path.slice(0, at));
  return [...path.slice(0, at), String(Array.isArray(list) ? list.length - 1 : 0), ...path.slice(at + 1)];
}

/** An empty map that was never written and one that was are the same to the API server. */
function same(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
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
    // What Git leaves open, defaulting may fill, also inside a map or a list; what was redacted on its way here cannot be compared.
    if (inGit === undefined || covers(inCluster, inGit) || isRedacted(inCluster)) continue;
    return { path: renderPath(path), live: inCluster, git: inGit };
  }
  return undefined;
}

/** Everything that Git says stands in the live value. */
function covers(live: unknown, git: unknown): boolean {
  if (git === null || typeof git !== 'object') return live === git;
  if (live === null || typeof live !== 'object' || Array.isArray(live) !== Array.isArray(git)) return false;
  return Object.entries(git).every(([key, value]) => covers((live as Record<string, unknown>)[key], value)) && (!Array.isArray(git) || (live as unknown[]).length === git.length);
}

/** Holds a placeholder of the redaction, such as `__SECRET_VALUE_1__`. */
function isRedacted(value: unknown): boolean {
  return value !== undefined && /__[A-Z][A-Z0-9_]*_\d+__/.test(JSON.stringify(value));
}
