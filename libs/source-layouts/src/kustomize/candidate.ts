import { editField, type FieldEdit } from '@fleetmend/manifest';
import type { FileEdit } from '@fleetmend/model';

/** One way to say a change: whether it works out, rendering tells. */
export interface Candidate {
  /** For messages: `patch overlays/prod/memory.yaml`. */
  readonly what: string;
  /** Throws PermanentError when the file cannot be edited safely. */
  readonly make: () => Promise<readonly FileEdit[]> | readonly FileEdit[];
}

/** A field of one file. */
export function inFile(what: string, edit: FieldEdit): Candidate {
  return { what, make: () => fileEdit(edit.file, edit.text, editField(edit)) };
}

export function fileEdit(path: string, before: string | undefined, after: string): readonly FileEdit[] {
  return before === after ? [] : [{ path, before, after }];
}
