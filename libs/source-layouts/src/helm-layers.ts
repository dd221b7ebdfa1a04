import { PermanentError } from '@fleetmend/kernel';
import { editField } from '@fleetmend/manifest';
import type { FileEdit, JsonValue } from '@fleetmend/model';
import { deriveFrom, isElsewhere, renderPlace, type Derived, type Tree } from '@fleetmend/ports';
import { readValuesText, type Values, type ValuesLayer } from './helm-release.ts';

/** A values file of the repository. Undefined: it is not there. */
export async function fileLayer(tree: Tree, file: string, kind: 'Defaults' | 'File'): Promise<ValuesLayer | undefined> {
  const text = await tree.read(file);
  if (text === undefined) return undefined;
  const what = `${kind === 'Defaults' ? "the chart's defaults" : 'values file'} ${renderPlace(file)}`;
  const values = (await deriveFrom(tree, file, valuesOf(file))) ?? {};
  if (isElsewhere(file)) return { what, kind, values, closed: 'it lies in another repository', write: refuseWrite(`${what} lies in another repository`) };
  return { what, kind, values, write: async (path, value) => fieldEdit({ file, text, document: 0, path, value }) };
}

function valuesOf(file: string): Derived<Values> {
  return { what: `the values of ${file}`, make: (text) => readValuesText(text, file) };
}

interface Field {
  readonly file: string;
  readonly text: string;
  readonly document: number;
  readonly path: readonly string[];
  readonly value: JsonValue | undefined;
}

export function fieldEdit(field: Field): readonly FileEdit[] {
  const after = editField({ ...field, emptyParents: 'Remove' });
  return after === field.text ? [] : [{ path: field.file, before: field.text, after }];
}

/** A place that says values and may not be changed by a machine. */
export function refuseWrite(why: string): () => Promise<never> {
  return async () => {
    throw new PermanentError('NotEditable', why);
  };
}
