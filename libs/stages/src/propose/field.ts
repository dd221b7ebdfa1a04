import { valueAt } from '@fleetmend/manifest';
import type { FieldPath } from '@fleetmend/model';

const SELECTOR = /^\[([^=\]]+)=([^\]]*)\]$/;

/** The same path as a JSON Pointer into `root`, with list items by their index; undefined when a list item is not there. */
export function pointerOf(root: unknown, path: FieldPath): string | undefined {
  let value: unknown = root;
  let pointer = '';
  for (const segment of path) {
    const selector = SELECTOR.exec(segment);
    if (selector !== null) {
      const [, key = '', wanted] = selector;
      const index = Array.isArray(value) ? value.findIndex((item: unknown) => isRecord(item) && String(item[key]) === wanted) : -1;
      if (index < 0) return undefined;
      value = (value as unknown[])[index];
      pointer += `/${index}`;
    } else {
      value = isRecord(value) ? value[segment] : undefined;
      pointer += `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    }
  }
  return pointer;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}

/** A path in one line: `spec/template/spec/containers/[name=app]/resources/limits/memory`. */
export function renderPath(path: readonly string[]): string {
  return path.map((segment) => segment.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
}

/** Reads a leaf by its JSON Pointer. */
export function readPointer(root: unknown, pointer: string): unknown {
  return valueAt(root, segmentsOf(pointer));
}

/** The segments of a JSON Pointer, unescaped. */
export function segmentsOf(pointer: string): string[] {
  return pointer.slice(1).split('/').map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
