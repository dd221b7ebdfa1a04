import { boundedCache } from '@fleetmend/kernel';
import type { Application, SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import { holds, traced, treeState, weightOf, type Trace, type Tree, type TreeState } from '@fleetmend/ports';

/** What an application is rendered from, and by which layout. */
export interface ApplicationRoot {
  /** Undefined: no layout here can render it. */
  readonly layout: SourceLayout | undefined;
  readonly root: SourceRoot;
}

/**
 * Which files applications include, in any state of any repository. An answer is kept with the digests of everything that was read to find
 * it, and holds wherever those are the same: a new commit has only those applications read again whose own files it touched, and what was
 * remembered cannot be wrong.
 */
export interface ApplicationIndex {
  /** The roots of these applications in this state, in their order. */
  rootsOf(applications: readonly Application[], tree: Tree): Promise<readonly ApplicationRoot[]>;
  /** How many applications were read since it was made; the others were known. */
  readonly reads: number;
}

/** Entries of traces that are kept over all: a file, a folder or a question each. About a hundred bytes. */
const MOST_ENTRIES = 400_000;
/** States of one application that are kept side by side: requests may be at work on older ones. */
const MOST_STATES = 4;

interface Known extends ApplicationRoot {
  readonly trace: Trace;
  /** Trees in which it was seen to hold: a tree does not change. */
  readonly heldIn: WeakSet<Tree>;
}

export function applicationIndex(layouts: readonly SourceLayout[], mostEntries = MOST_ENTRIES): ApplicationIndex {
  const known = boundedCache<readonly Known[]>(mostEntries);
  let reads = 0;

  const rootIn = async (application: Application, tree: Tree, { key, state }: { readonly key: string; readonly state: TreeState }): Promise<ApplicationRoot> => {
    const before = known.get(key) ?? [];
    const held = before.find((one) => one.heldIn.has(tree));
    if (held) return held;
    for (const one of before) {
      if (!(await holds(one.trace, state))) continue;
      one.heldIn.add(tree);
      return one;
    }
    reads += 1;
    const noting = traced(tree, state);
    const found = await readRoot(layouts, application, noting.tree);
    // That no layout renders it may be the fault of a program that is missing or slow, and no property of its files.
    if (found.layout === undefined) return found;
    const states = [{ ...withoutApplication(found), trace: await noting.trace(), heldIn: new WeakSet([tree]) }, ...before].slice(0, MOST_STATES);
    known.set(key, states, states.reduce((sum, { trace }) => sum + weightOf(trace) + 1, 0));
    return found;
  };

  return {
    get reads() {
      return reads;
    },
    async rootsOf(applications, tree) {
      const state = treeState(tree);
      // The same folder is often applied by many clusters.
      const asked = new Map<string, Promise<ApplicationRoot>>();
      return Promise.all(
        applications.map(async (application) => {
          const key = keyOf(application);
          const answer = asked.get(key) ?? rootIn(application, tree, { key, state });
          asked.set(key, answer);
          const { layout, root } = await answer;
          return { layout, root: 'application' in root ? { ...root, application } : root };
        }),
      );
    },
  };
}

/** Everything that a layout may make a root of, and nothing that changes while the files stay: how far the engine has got. */
function keyOf({ applied: _, refused: __, evidence: ___, ref, object, sources: live, ...plain }: Application): string {
  const said = { ...plain, sources: live.map(({ applied: _____, ...source }) => source) };
  const { status: ____, metadata, ...spec } = object ?? { status: undefined, metadata: undefined };
  const { name, namespace, labels, annotations, ownerReferences } = metadata ?? {};
  const made = object && [ref, spec, name, namespace, labels, annotations, ownerReferences?.map((owner) => [owner.kind, owner.name])];
  return JSON.stringify([said, made]);
}

async function readRoot(layouts: readonly SourceLayout[], application: Application, tree: Tree): Promise<ApplicationRoot> {
  for (const layout of layouts) {
    const root = await layout.rootOf({ application, tree });
    if (root !== undefined) return { layout, root };
  }
  const folders = application.sources.map(({ path }) => normalised(path));
  return { layout: undefined, root: { layout: '', root: folders[0] ?? '', includes: folders } };
}

/** What the engine's object says of itself is the caller's: only that there is one is kept. */
function withoutApplication({ layout, root }: ApplicationRoot): ApplicationRoot {
  return { layout, root: 'application' in root ? { ...root, application: undefined } : root };
}

function normalised(path: string): string {
  return path.split('/').filter((part) => part !== '' && part !== '.').join('/');
}
