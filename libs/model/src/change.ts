import type { FieldPath } from './action.ts';
import type { KubeObject, ObjectRef } from './object.ts';

/** Whatever stands in a manifest. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** One intended change of one object: this field to this value (a scalar, a list or a map); `undefined` removes it. */
export interface FieldChange {
  readonly path: FieldPath;
  readonly value: JsonValue | undefined;
}

/** What an action means for an object, before anyone knows which file says so. */
export interface IntendedChange {
  readonly object: ObjectRef;
  readonly fields: readonly FieldChange[];
  /** The value is wrong wherever it stands, as an image that does not exist: objects of its namespace that hold the same may change with it. */
  readonly everywhere?: boolean;
}

/** A whole file, before and after. `before` undefined: it is new. */
export interface FileEdit {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** One rendered object that differs between base and edited state. */
export interface ObjectDiff {
  /** The cluster that it differs in, where that is not the request's own. */
  readonly cluster?: string;
  readonly ref: ObjectRef;
  readonly op: 'Create' | 'Update' | 'Delete';
  /** JSON Pointers of the leaves that differ. */
  readonly paths: readonly string[];
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}
