import { canonicalJson, isPermanent } from '@fleetmend/kernel';
import type { FieldChange, FileEdit } from '@fleetmend/model';
import type { EditInput } from '@fleetmend/plugin-api';
import { withEdits, type Tree } from '@fleetmend/ports';

/** The edits for all fields of a change: each field is looked for on top of the edits for the ones before. */
export async function editOneByOne({ change, tree }: EditInput, editField: (field: FieldChange, tree: Tree) => Promise<readonly FileEdit[]>): Promise<readonly FileEdit[]> {
  const edits = new Map<string, FileEdit>();
  for (const field of change.fields) {
    for (const edit of await editField(field, withEdits(tree, [...edits.values()]))) {
      const earlier = edits.get(edit.path);
      edits.set(edit.path, earlier ? { ...edit, before: earlier.before } : edit);
    }
  }
  return [...edits.values()].filter(({ before, after }) => before !== after);
}

/** The answer, where failing permanently for this reason means "no". */
export async function falseAt(reason: string, answer: Promise<boolean>): Promise<boolean> {
  try {
    return await answer;
  } catch (error) {
    if (isPermanent(error) && error.reason === reason) return false;
    throw error;
  }
}

/** The edits of one way to say it; none, with the cause noted, when its file cannot be edited safely. */
export async function attempt(what: string, make: () => Promise<readonly FileEdit[]> | readonly FileEdit[], tried: string[]): Promise<readonly FileEdit[]> {
  try {
    return await make();
  } catch (error) {
    if (!isPermanent(error)) throw error;
    tried.push(`${what}: ${error.message}`);
    return [];
  }
}

/** Equal as JSON; a field that is absent equals only another that is. */
export function saysSame(a: unknown, b: unknown): boolean {
  return (a === undefined) === (b === undefined) && canonicalJson(a) === canonicalJson(b);
}
