import { PermanentError } from '@fleetmend/kernel';
import { editField, type FieldEdit } from '@fleetmend/manifest';
import type { FileEdit } from '@fleetmend/model';
import type { Layer } from './layers.ts';

/** One way to say a change: whether it works out, rendering tells. */
export interface Candidate {
  /** For messages: `patch overlays/prod/memory.yaml`. */
  readonly what: string;
  /** Throws PermanentError when the file cannot be edited safely. */
  readonly make: () => Promise<readonly FileEdit[]> | readonly FileEdit[];
}

/** A field of one kustomization, by its path there. Making it throws PermanentError `NotEditable` where no machine edits it. */
export function inLayer(what: string, { file, text, document, at, closed, write }: Omit<Layer, 'folder' | 'value'>, { path, value }: Pick<FieldEdit, 'path' | 'value'>): Candidate {
  return {
    what,
    make() {
      if (closed !== undefined) throw new PermanentError('NotEditable', closed);
      if (write) return write([...at, ...path], value);
      return fileEdit(file, text, editField({ file, text, document, path: [...at, ...path], value }));
    },
  };
}

/** A field of one file. */
export function inFile(what: string, edit: FieldEdit): Candidate {
  return { what, make: () => fileEdit(edit.file, edit.text, editField(edit)) };
}

export function fileEdit(path: string, before: string | undefined, after: string): readonly FileEdit[] {
  return before === after ? [] : [{ path, before, after }];
}
