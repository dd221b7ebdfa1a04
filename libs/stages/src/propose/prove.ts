import { PermanentError, readQuantity } from '@fleetmend/kernel';
import { isExactly, structuralDiff, valueAt } from '@fleetmend/manifest';
import { refOf, renderRef, type FieldPath, type FileEdit, type IntendedChange, type KubeObject, type ObjectDiff, type Plan } from '@fleetmend/model';
import { renderPlace, withEdits, type Tree } from '@fleetmend/ports';
import { renderPath } from './field.ts';
import type { FleetRoots } from './fleet-roots.ts';
import { otherDifferences, withoutCarriers } from './other-differences.ts';
import { differencesAt, type Place } from './places.ts';
import { objectIn } from './source.ts';

/** The renders of every application that includes a touched file, and what differs between them. */
export interface Proven {
  /** Every cluster of the request, and what the change is there. */
  readonly places: readonly Place[];
  /** What differs in the target's own application, and whatever else differs that should not. */
  readonly diffs: readonly ObjectDiff[];
  readonly base: KubeObject;
  readonly edited: KubeObject;
  readonly reach: Reach;
  /** The difference is the intended change, and nothing else, in every cluster of the request and in no other. */
  readonly exact: boolean;
  /** The base cannot be rendered: what differs, differs from this earlier state, in whose namespaces the application has objects. */
  readonly since?: { readonly revision: string; readonly namespaces: readonly string[] } | undefined;
}

/** How far the edit reaches, in whatever can be rendered; a cluster that is silent counts as reached. */
export interface Reach {
  readonly objects: number;
  readonly applications: number;
  readonly clusters: number;
}

interface Claim {
  readonly edits: readonly FileEdit[];
  readonly fleet: FleetRoots;
}

/**
 * Renders base and edited state of every application that includes a touched file, and compares all objects. A cluster of the request
 * that shows nothing is an error: there the edit stands in the wrong layer. More than the intended change is blast radius, which policy judges.
 */
export async function prove(places: readonly [Place, ...Place[]], tree: Tree, { edits, fleet }: Claim): Promise<Proven> {
  const [own] = places;
  const { layout, origin, target, cluster: home } = own.source;
  const renders = { before: await layout.render({ origin, tree }), after: await layout.render({ origin, tree: withEdits(tree, edits) }) };
  const after = objectIn(renders.after, target);
  if (after === undefined) throw new PermanentError('WrongLayer', `with the edit ${renderRef(refOf(target))} is not among what ${renderPlace(origin.root) || '/'} renders to any more`);
  const diffs = structuralDiff(renders.before, renders.after);
  if (diffs.length === 0) throw new PermanentError('WrongLayer', `editing ${edits.map((edit) => edit.path).join(', ')} changes nothing that is rendered: another layer sets the value`);
  const inPlaces = await othersOf(places, tree, edits);
  const others = await otherDifferences({ edits, fleet }, tree);
  const strange = [...inPlaces, ...others.map(({ cluster, diffs: all = [] }) => ({ cluster, found: withoutCarriers(all, origin) }))].flatMap(({ cluster, found }) => {
    const change = places.find(({ source }) => source.cluster === cluster && cluster !== home)?.change;
    return found.length === 0 || (change && isExactly(found, change)) ? [] : found.map((diff) => ({ ...diff, cluster }));
  });
  return {
    places,
    diffs: [...diffs, ...strange],
    base: own.base,
    edited: after,
    reach: {
      objects: diffs.length + others.reduce((sum, { diffs: found = [] }) => sum + found.length, 0),
      applications: 1 + others.length + fleet.silent.length,
      clusters: new Set([...places.map(({ source }) => source.cluster), ...others.map(({ cluster }) => cluster), ...fleet.silent]).size,
    },
    exact: isExactly(diffs, own.change) && strange.length === 0 && others.every(({ diffs: found }) => found !== undefined),
  };
}

/** What differs in the other clusters of the request: in each of them something has to. */
async function othersOf([, ...others]: readonly Place[], tree: Tree, edits: readonly FileEdit[]): Promise<readonly { readonly cluster: string; readonly found: readonly ObjectDiff[] }[]> {
  return Promise.all(
    others.map(async (place) => {
      const found = await differencesAt(place, tree, edits);
      const { cluster, target } = place.source;
      if (found.length === 0) throw new PermanentError('WrongLayer', `editing ${edits.map((edit) => edit.path).join(', ')} changes nothing of ${renderRef(refOf(target))} in ${cluster}: another layer sets the value there`);
      return { cluster, found };
    }),
  );
}

/** The archives that the targets were rendered from, where nothing in Git says what is in them. */
export function usedCharts({ places }: Pick<Proven, 'places'>): Pick<Plan['proof'], 'charts'> {
  const used = new Map(places.flatMap(({ source }) => source.origin.charts ?? []).map((chart) => [chart.digest, chart]));
  return used.size === 0 ? {} : { charts: [...used.values()].slice(0, 4) };
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
    if (inGit === undefined || inGit === null || (isNothing(inGit) && isNothing(inCluster)) || covers(inCluster, inGit, path.some(isOfAmounts)) || isRedacted(inCluster) || standsByName(live, base, path)) continue;
    return { path: renderPath(path), live: inCluster, git: inGit };
  }
  return undefined;
}

/** An item whose name another one has in Git, too: the API server may keep the last of them only, in a place of its own. */
function standsByName(live: KubeObject, base: KubeObject, path: FieldPath): boolean {
  const list = path.slice(0, -1);
  const [asked, inGit, inCluster] = [valueAt(base, path), valueAt(base, list), valueAt(live, list)];
  if (!Array.isArray(inGit) || !Array.isArray(inCluster) || nameOf(asked) === undefined) return false;
  return inGit.filter((item) => nameOf(item) === nameOf(asked)).length > 1 && inCluster.some((item) => covers(item, asked, false));
}

function nameOf(item: unknown): unknown {
  return item !== null && typeof item === 'object' ? (item as { readonly name?: unknown }).name : undefined;
}

/** Equal, or the same amount, or both empty. */
export function isAlike(live: unknown, git: unknown, path: readonly string[]): boolean {
  if (isNothing(live) && isNothing(git)) return true;
  return git !== undefined && live !== undefined && covers(live, git, path.some(isOfAmounts));
}

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);

/** Below these the API server writes amounts in a form of its own: `2` for 2000m, `1Gi` for 1024Mi. */
const isOfAmounts = (segment: string): boolean => /^(resources|requests|limits|sizeLimit|hard)$/.test(segment);

/** Everything that Git says stands in the live value. */
function covers(live: unknown, git: unknown, inAmounts: boolean): boolean {
  if (git === null || typeof git !== 'object') return live === git || (inAmounts && sameAmount(live, git));
  if (live === null || typeof live !== 'object' || Array.isArray(live) !== Array.isArray(git)) return false;
  return Object.entries(git).every(([key, value]) => covers((live as Record<string, unknown>)[key], value, inAmounts || isOfAmounts(key))) && (!Array.isArray(git) || (live as unknown[]).length === git.length);
}

function sameAmount(a: unknown, b: unknown): boolean {
  const [left, right] = [a, b].map((value) => (typeof value === 'string' || typeof value === 'number' ? readQuantity(value) : undefined));
  return left !== undefined && left === right;
}

/** Holds a placeholder of the redaction, such as `__SECRET_VALUE_1__`. */
export function isRedacted(value: unknown): boolean {
  return value !== undefined && /__[A-Z][A-Z0-9_]*_\d+__/.test(JSON.stringify(value));
}
