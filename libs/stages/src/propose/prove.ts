import { PermanentError, isPermanent } from '@fleetmend/kernel';
import { structuralDiff, valueAt } from '@fleetmend/manifest';
import { refOf, renderRef, type FileEdit, type IntendedChange, type KubeObject, type ObjectDiff } from '@fleetmend/model';
import type { SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import { overlay, type Tree } from '@fleetmend/ports';
import { isExactly } from './exact.ts';
import { renderPath } from './field.ts';
import { includes, type FleetRoots } from './fleet-roots.ts';
import { objectIn, type Source } from './source.ts';

/** The renders of every application that includes a touched file, and what differs between them. */
export interface Proven {
  /** What differs in the target's own application, and whatever else differs that should not. */
  readonly diffs: readonly ObjectDiff[];
  readonly base: KubeObject;
  readonly edited: KubeObject;
  readonly reach: Reach;
  /** The difference is the intended change, and nothing else, in every cluster of the request and in no other. */
  readonly exact: boolean;
}

/** How far the edit reaches, in whatever can be rendered; a cluster that is silent counts as reached. */
export interface Reach {
  readonly objects: number;
  readonly applications: number;
  readonly clusters: number;
}

interface Claim {
  readonly edits: readonly FileEdit[];
  readonly change: IntendedChange;
  readonly fleet: FleetRoots;
  /** Clusters of the request: there, and only there, the target may change. */
  readonly clusters: readonly string[];
}

/**
 * Renders base and edited state of every application that includes a touched file, and compares all objects. The wrong layer
 * shows nothing and is an error; more than the intended change is blast radius, which policy judges.
 */
export async function prove(source: Pick<Source, 'layout' | 'origin' | 'target' | 'cluster'>, tree: Tree, { edits, change, fleet, clusters }: Claim): Promise<Proven> {
  const edited = overlay(tree, new Map(edits.map((edit) => [edit.path, edit.after])));
  const own = await renderBoth(source.layout, source.origin, { tree, edited });
  const [base, after] = [objectIn(own.before, source.target), objectIn(own.after, source.target)];
  if (base === undefined || after === undefined) throw new PermanentError('WrongLayer', `${renderRef(refOf(source.target))} is not among what ${source.origin.root || '/'} renders to: the file was not found for sure`);
  const diffs = structuralDiff(own.before, own.after);
  if (diffs.length === 0) throw new PermanentError('WrongLayer', `editing ${edits.map((edit) => edit.path).join(', ')} changes nothing that is rendered: another layer sets the value`);
  const others = await otherDifferences({ edits, change, fleet, clusters }, { tree, edited });
  return {
    diffs: [...diffs, ...others.strange],
    base,
    edited: after,
    reach: {
      objects: diffs.length + others.objects,
      applications: 1 + others.applications + fleet.silent.length,
      clusters: new Set([source.cluster, ...others.clusters, ...fleet.silent]).size,
    },
    exact: isExactly(diffs, change) && others.strange.length === 0 && others.unproved.length === 0,
  };
}

interface Trees {
  readonly tree: Tree;
  readonly edited: Tree;
}

async function renderBoth(layout: SourceLayout, origin: SourceRoot, { tree, edited }: Trees): Promise<{ readonly before: readonly KubeObject[]; readonly after: readonly KubeObject[] }> {
  return { before: await layout.render({ origin, tree }), after: await layout.render({ origin, tree: edited }) };
}

interface Others {
  /** Differences that nobody asked for, with their cluster. */
  readonly strange: ObjectDiff[];
  /** Applications that include a touched file and cannot be rendered here. */
  readonly unproved: string[];
  readonly clusters: Set<string>;
  applications: number;
  objects: number;
}

async function otherDifferences({ edits, change, fleet, clusters }: Claim, trees: Trees): Promise<Others> {
  const result: Others = { strange: [], unproved: [], clusters: new Set(), applications: 0, objects: 0 };
  for (const { cluster, application, layout, root } of fleet.roots) {
    if (!edits.some(({ path }) => includes(root, path))) continue;
    result.applications += 1;
    result.clusters.add(cluster);
    const name = `${renderRef(application.ref)} of ${cluster}`;
    const diffs = layout && (await differences(layout, root, { ...trees, name }));
    if (diffs === undefined) {
      result.unproved.push(name);
      continue;
    }
    result.objects += diffs.length;
    if (diffs.length > 0 && !(clusters.includes(cluster) && isExactly(diffs, change))) result.strange.push(...diffs.map((diff) => ({ ...diff, cluster })));
  }
  return result;
}

/** Undefined: it could not be rendered before, so nobody can tell what the edit does to it. */
async function differences(layout: SourceLayout, root: SourceRoot, { name, ...trees }: Trees & { readonly name: string }): Promise<readonly ObjectDiff[] | undefined> {
  const before = await rendered(layout, root, trees.tree);
  if ('failed' in before) return undefined;
  const after = await rendered(layout, root, trees.edited);
  if ('failed' in after) throw new PermanentError('WouldNotRender', `with the edit ${name} could not be rendered any more: ${after.failed}`);
  return structuralDiff(before.objects, after.objects);
}

async function rendered(layout: SourceLayout, origin: SourceRoot, tree: Tree): Promise<{ readonly objects: readonly KubeObject[] } | { readonly failed: string }> {
  try {
    return { objects: await layout.render({ origin, tree }) };
  } catch (error) {
    if (isPermanent(error) && error.reason === 'RenderFailed') return { failed: error.message };
    throw error;
  }
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
