import { PermanentError } from '@fleetmend/kernel';
import { sameRef, refOf, type FieldPath, type KubeObject } from '@fleetmend/model';
import type { SourceLayout } from '@fleetmend/plugin-api';

type Json = Record<string, unknown>;
const ROOT = 'apps';

/** Path of the file that holds one object, in the layout's convention. */
export function jsonPath(ref: { readonly namespace?: string | undefined; readonly name: string }): string {
  return `${ROOT}/${ref.namespace ?? 'cluster'}/${ref.name}.json`;
}

/** One JSON file per object below `apps/`: as small as a source layout can be, and true to its port. */
export function jsonLayout(): SourceLayout {
  const parsed = new Map<string, KubeObject>();
  const read = (text: string): KubeObject => {
    const known = parsed.get(text) ?? (JSON.parse(text) as KubeObject);
    parsed.set(text, known);
    return known;
  };
  return {
    kind: 'json',
    async locate({ target, tree }) {
      const path = jsonPath(target);
      const text = await tree.read(path);
      if (text === undefined || !sameRef(refOf(read(text)), target)) return undefined;
      return { layout: 'json', path, document: 0, root: ROOT, includes: [ROOT], evidence: [`${path} holds ${target.kind} ${target.name}`] };
    },
    rootOf: async () => ({ layout: 'json', root: ROOT, includes: [ROOT] }),
    async edit({ origin, change, tree }) {
      const before = await tree.read(origin.path);
      if (before === undefined) throw new PermanentError('NotEditable', `${origin.path} is not there at ${tree.revision}`);
      const edited = structuredClone(read(before)) as Json;
      for (const { path, value } of change.fields) setAt(edited, path, value);
      const after = renderObject(edited as unknown as KubeObject);
      return after === before ? [] : [{ path: origin.path, before, after }];
    },
    async render({ origin, tree }) {
      const texts = await Promise.all((await tree.list(origin.root)).map((path) => tree.read(path)));
      return texts.flatMap((text) => (text === undefined ? [] : [read(text)]));
    },
  };
}

/** The text of one object's file. */
export function renderObject(object: KubeObject): string {
  return `${JSON.stringify(object, undefined, 2)}\n`;
}

function keyIn(value: unknown, segment: string): string | number | undefined {
  const [, key, wanted] = /^\[([^=\]]+)=(.*)\]$/.exec(segment) ?? [];
  if (key === undefined) return segment;
  const index = Array.isArray(value) ? value.findIndex((item: Json) => String(item[key]) === wanted) : -1;
  return index < 0 ? undefined : index;
}

function setAt(root: Json, path: FieldPath, value: unknown): void {
  let here: Json = root;
  for (const segment of path.slice(0, -1)) {
    const key = keyIn(here, segment);
    if (key === undefined) throw new PermanentError('NotEditable', `there is no ${segment}`);
    here = (here[key] ??= {}) as Json;
  }
  const last = path.at(-1) ?? '';
  if (value === undefined) delete here[last];
  else here[last] = value;
}
