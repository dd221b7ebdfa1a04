import { type FieldChange, type KubeObject, type ObjectRef, refOf, sameRef } from '@fleetmend/model';
import { type Tree, withEdits } from '@fleetmend/ports';
import { describe, expect, it } from 'vitest';
import type { EditInput, LocateInput, SourceLayout, SourceOrigin } from '../source-layout.ts';

/** A repository in the layout under test. */
export interface LayoutCase {
  readonly files: Readonly<Record<string, string>>;
  readonly target: ObjectRef;
  readonly application: LocateInput['application'];
  readonly editablePaths: readonly string[];
}

export interface LayoutFixtures {
  /** Where everything is in order, and a scalar of the target with its value in `files` and a new one. */
  readonly good: LayoutCase & { readonly path: FieldChange['path']; readonly before: string | number; readonly after: string | number };
  /** Repositories that belong to other layouts. */
  readonly foreign: Readonly<Record<string, LayoutCase>>;
  /** Repositories of this layout where `locate` must refuse, by the reason it must give. */
  readonly refused: Readonly<Record<string, LayoutCase & { readonly reason: 'SourceNotFound' | 'SourceAmbiguous' | 'NotEditable' | 'ChartUnavailable'; readonly names: readonly string[] }>>;
}

/** A tree of files in memory. */
export function treeOf(files: Readonly<Record<string, string>>, revision = 'a'.repeat(40)): Tree {
  const paths = Object.keys(files).sort();
  return { revision, read: async (path) => files[path], list: async (prefix) => paths.filter((path) => prefix === '' || path === prefix || path.startsWith(`${prefix}/`)) };
}

/** Every file may be edited, and nobody else is rendered from it. */
export const ANYWHERE = { isEditable: () => true, staysInside: async () => true } as const satisfies Partial<EditInput>;

/** What every source layout must do. */
export function sourceLayoutConformance({ kind, layout, fixtures: { good, foreign, refused } }: { readonly kind: string; readonly layout: SourceLayout; readonly fixtures: LayoutFixtures }): void {
  const inputOf = ({ files, target, application, editablePaths }: LayoutCase): LocateInput => ({
    cluster: 'prod-1',
    target,
    application,
    binding: { selects: {}, forgeRef: 'forge', repository: 'acme/fleet', branch: 'main', editablePaths: [...editablePaths] },
    tree: treeOf(files),
  });
  const located = async (): Promise<SourceOrigin> => {
    const origin = await layout.locate(inputOf(good));
    if (!origin) throw new Error(`${kind} does not know its own layout`);
    return origin;
  };
  const change = (value: FieldChange['value']) => ({ object: good.target, fields: [{ path: good.path, value }] });
  const targetIn = (objects: readonly KubeObject[]) => objects.find((object) => sameRef({ ...refOf(object), namespace: good.target.namespace }, good.target));
  const tree = treeOf(good.files);

  it('carries the kind of its definition', () => {
    expect(layout.kind).toBe(kind);
  });

  describe('locating', () => {
    it('names a file of the tree, with evidence, the same each time', async () => {
      const origin = await located();
      expect(origin.layout).toBe(kind);
      expect(Object.keys(good.files)).toContain(origin.path);
      expect(origin.evidence.length).toBeGreaterThan(0);
      expect(await located()).toEqual(origin);
    });

    it.each(Object.entries(foreign))('leaves %s to other layouts', async (_, other) => {
      expect(await layout.locate(inputOf(other))).toBeUndefined();
    });

    it.each(Object.entries(refused))('refuses %s, saying why', async (_, { reason, names, ...bad }) => {
      const refusal = await layout.locate(inputOf(bad)).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ name: 'PermanentError', reason });
      for (const name of names) expect(String(refusal)).toContain(name);
    });
  });

  describe('the root of an application', () => {
    it('is the one that the target was located in, and names every file that it is rendered from', async () => {
      const origin = await located();
      if (!good.application) return;
      const root = await layout.rootOf({ application: good.application, tree });
      expect(root).toMatchObject({ layout: kind, root: origin.root, includes: origin.includes });
      expect(await layout.render({ origin, tree })).toEqual(root && (await layout.render({ origin: root, tree })));
      const included = (path: string) => origin.includes.some((each) => each === '' || path === each || path.startsWith(`${each}/`));
      expect(included(origin.path)).toBe(true);
      const without = treeOf(Object.fromEntries(Object.entries(good.files).filter(([path]) => included(path))));
      expect(await layout.render({ origin, tree: without })).toEqual(await layout.render({ origin, tree }));
    });

    it.each(Object.entries(foreign))('is left to other layouts for %s', async (_, { application, files }) => {
      if (application?.sources.length === 1 && !application.renderedBy) return; // its folder may be ours, and the target another's
      if (application) expect(await layout.rootOf({ application, tree: treeOf(files) })).toBeUndefined();
    });
  });

  describe('editing', () => {
    it('changes the wanted value of the wanted object in what is rendered, and nothing else', async () => {
      const origin = await located();
      const edits = await layout.edit({ origin, change: change(good.after), tree, ...ANYWHERE });
      const before = await layout.render({ origin, tree });
      const after = await layout.render({ origin, tree: withEdits(tree, edits) });
      expect(edits.length).toBeGreaterThan(0);
      expect(JSON.stringify(targetIn(after))).toBe(JSON.stringify(targetIn(before)).replace(JSON.stringify(good.before), JSON.stringify(good.after)));
      expect(after.filter((object) => object !== targetIn(after))).toEqual(before.filter((object) => object !== targetIn(before)));
    });

    it('gives the whole file before and after', async () => {
      const edits = await layout.edit({ origin: await located(), change: change(good.after), tree, ...ANYWHERE });
      for (const { path, before, after } of edits) {
        expect(before).toBe(good.files[path]);
        expect(after).not.toBe(before);
      }
    });

    it('to the value that is there already is no edit', async () => {
      expect(await layout.edit({ origin: await located(), change: change(good.before), tree, ...ANYWHERE })).toEqual([]);
    });
  });
}
