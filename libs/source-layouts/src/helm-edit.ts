import { PermanentError, canonicalJson, isPermanent } from '@fleetmend/kernel';
import { isExactly, structuralDiff, valueAt } from '@fleetmend/manifest';
import { type FieldChange, type FileEdit, type IntendedChange, type JsonValue, type KubeObject, refOf, renderRef } from '@fleetmend/model';
import type { EditInput } from '@fleetmend/plugin-api';
import { type Renderer, type Tree, renderPlace, withEdits } from '@fleetmend/ports';
import { chartThatSaysOtherwise } from './chart-history.ts';
import type { Candidate } from './kustomize/candidate.ts';
import { keysFor, type KeyCandidate } from './helm-keys.ts';
import { effectiveValues, keyOf, renderHelm, type Release } from './helm-release.ts';
import { isNamed } from './manifest-folder.ts';
import { attempt, editOneByOne, falseAt, saysSame } from './one-by-one.ts';

/** Opens the same release in another state of the repository. */
export type OpenRelease = (tree: Tree) => Promise<Release | undefined>;

/** Ways to say a field over what the chart renders it to. */
export interface WaysOver {
  /** Where it is said so already. */
  readonly said: readonly Candidate[];
  /** New ones, for what no value of the chart reaches. */
  readonly fresh: readonly Candidate[];
}

export interface HelmEditing {
  readonly renderer: Renderer;
  readonly open: OpenRelease;
  readonly waysOver?: (tree: Tree, field: FieldChange & { readonly object: KubeObject }) => Promise<WaysOver>;
}

/** Field by field: each on top of the edits for the ones before. */
export async function editHelm(editing: HelmEditing, input: EditInput): Promise<readonly FileEdit[]> {
  return editOneByOne(input, (field, tree) => editOne(editing, input, field, tree));
}

/** The value that makes the rendered field what it should be and changes nothing else: found by trying, where it is said last. */
async function editOne({ renderer, open, waysOver }: HelmEditing, input: EditInput, field: FieldChange, tree: Tree): Promise<readonly FileEdit[]> {
  const { change, isEditable, staysInside } = input;
  const release = await open(tree);
  const before = release ? await renderHelm(renderer, release, tree) : [];
  const object = before.find((one) => isNamed(one, change.object));
  if (!release || !object) throw new PermanentError('SourceNotFound', `the chart of ${renderPlace(input.origin.root) || '/'} does not render ${renderRef(change.object)} at ${tree.revision.slice(0, 8)}`);
  if (saysSame(valueAt(object, field.path), field.value)) return [];
  const intended: IntendedChange = { object: refOf(object), fields: [field], ...(change.everywhere === undefined ? {} : { everywhere: change.everywhere }) };
  const tried: string[] = [];
  const closed: string[] = [];
  let isReached = false;
  const { said, fresh } = (await waysOver?.(tree, { ...field, object })) ?? { said: [], fresh: [] };

  const chosen = (await firstThatFits(said)) ?? (await valueThatFits(release, object));
  if (chosen) return chosen;
  // What a chart of others has as its defaults is read like any other, and only not written.
  const unread = [...release.layers.filter(({ kind }) => kind !== 'Defaults'), ...release.parameters].flatMap(({ what, closed: why }) => (why === undefined ? [] : [why.startsWith(what) ? why : `${what}: ${why}`]));
  // What a value reaches is a matter of that value, and so is what is said over it already.
  const isOpen = !isReached && said.length === 0 && fresh.length > 0 && closed.length === 0 && unread.length === 0;
  // Where the chart itself was changed, more on top of it would only hide that.
  const changed = isOpen ? await chartThatSaysOtherwise({ renderer, open }, { tree, earlier: (await input.earlier?.()) ?? [], folder: release.chart, object, path: field.path }) : undefined;
  if (changed !== undefined) throw new PermanentError('NotEditable', `${field.path.join('/')} of ${renderRef(refOf(object))} was another one with the chart ${renderPlace(release.chart)} as it was in ${changed.slice(0, 8)}, and the chart exposes no value for it: mend the chart`);
  const over = isOpen ? await firstThatFits(fresh) : undefined;
  if (over) return over;
  const [shut] = closed;
  if (shut !== undefined) throw new PermanentError('NotEditable', `${field.path.join('/')} of ${renderRef(refOf(object))} may come from a value that no machine changes: ${shut}`);
  const ways = tried.length === 0 ? '' : ` (${tried.slice(0, 4).join('; ')})`;
  const beside = unread.length === 0 ? '' : `, and what nobody here writes may say it (${[...new Set(unread)].slice(0, 3).join('; ')})`;
  throw new PermanentError('NotEditable', `the chart ${renderPlace(release.chart) || '/'} exposes no value for ${field.path.join('/')} of ${renderRef(refOf(object))}${beside}${ways}: change it by hand, or have the chart expose one`);

  async function valueThatFits(opened: Release, rendered: KubeObject): Promise<readonly FileEdit[] | undefined> {
    for (const { key, value, places } of waysTo(opened, rendered, field)) {
      for (const { what, closed: why } of places) if (why !== undefined) closed.push(`${key.join('.')} in ${what}: ${why}`);
      // What works but reaches others is taken before values that are less likely.
      const found = await firstThatFits(places.filter((place) => place.closed === undefined).map(({ what, write }) => ({ what: `${key.join('.')} in ${what}`, make: () => write(key, value) })));
      if (found) return found;
    }
    return firstThatFits(await valuesThatWere(opened));
  }

  /** What a values file said earlier, value by value: a template may make of it what looks like it nowhere. */
  async function valuesThatWere({ layers }: Pick<Release, 'layers'>): Promise<readonly Candidate[]> {
    const found = new Map<string, Candidate>();
    for (const before of (await input.earlier?.()) ?? []) {
      const { layers: known } = (await unlessBroken(open(before))) ?? { layers: [] };
      for (const layer of layers.filter(({ kind, closed: why }) => kind !== 'Defaults' && why === undefined)) {
        const was = known.find(({ what }) => what === layer.what);
        for (const { key, value } of was === undefined ? [] : lostIn(was.values, layer.values)) {
          const what = `${key.join('.')} in ${layer.what}, as it was`;
          if (found.size < MOST_EARLIER) found.set(`${what} ${canonicalJson(value ?? null)}`, { what, make: () => layer.write(key, value) });
        }
      }
    }
    return [...found.values()];
  }

  /** The first that others do not see, else the first that works at all. */
  async function firstThatFits(candidates: readonly Candidate[]): Promise<readonly FileEdit[] | undefined> {
    let wider: readonly FileEdit[] | undefined;
    for (const { what, make } of candidates) {
      const edits = await attempt(what, make, tried);
      if (edits.length === 0) continue;
      const shut = edits.find(({ path }) => !isEditable(path));
      if (shut) tried.push(`${what}: the RepoBinding does not allow ${shut.path}`);
      else if (!(await falseAt('RenderFailed', shows(edits)))) tried.push(`${what}: it does not show, or shows more than that`);
      else if (await falseAt('WouldNotRender', staysInside(edits))) return edits;
      else wider ??= edits;
    }
    return wider;
  }

  async function shows(edits: readonly FileEdit[]): Promise<boolean> {
    const edited = withEdits(tree, edits);
    const next = await open(edited);
    const after = next ? await renderHelm(renderer, next, edited) : [];
    isReached ||= saysSame(valueAt(after.find((one) => isNamed(one, change.object)), field.path), field.value);
    return isExactly(structuralDiff(before, after), intended);
  }
}

const MOST_EARLIER = 20;

/** Every value that was another one earlier, or was there and is no more; a map that went as a whole is one. */
function lostIn(was: unknown, is: unknown, key: readonly string[] = []): readonly { readonly key: readonly string[]; readonly value: JsonValue | undefined }[] {
  if (isMap(was) && isMap(is)) return Object.keys(was).flatMap((name) => lostIn(was[name], is[name], [...key, name]));
  return key.length === 0 || saysSame(was, is) ? [] : [{ key, value: was as JsonValue | undefined }];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Values by what the templates see of them; then what the object that installs the chart is filled in with. */
function waysTo(release: Release, object: KubeObject, field: FieldChange): readonly (KeyCandidate & { readonly places: readonly Place[] })[] {
  const values = keysFor(effectiveValues(release), object, field).map((one) => ({ ...one, places: placesFor(release, one.key) }));
  const scalars = (release.filledFrom ?? []).flatMap((from) => keysFor(from.values, object, field).filter(({ key }) => isScalar(valueAt(from.values, [...key]))).map((one) => ({ ...one, places: [placeOf(from, from.write)] })));
  return [...values, ...scalars];
}

function isScalar(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

interface Place {
  readonly what: string;
  /** Why nobody may change it there. */
  readonly closed?: string | undefined;
  readonly write: (key: readonly string[], value: JsonValue | undefined) => Promise<readonly FileEdit[]>;
}

/**
 * Where a value is said last, or where others read that too, what comes after it and is one environment's own; a value that nobody says yet
 * goes to the last values file, else inline, else to the chart's own defaults.
 */
function placesFor({ layers, parameters }: Release, key: readonly string[]): readonly Place[] {
  const parameter = parameters.find(({ name }) => canonicalJson(keyOf(name)) === canonicalJson(key));
  if (parameter) return [placeOf(parameter, (_, value) => parameter.write(value))];
  const saying = layers.findLast(({ values }) => valueAt(values, [...key]) !== undefined);
  const isSaid = saying !== undefined && saying.kind !== 'Defaults';
  if (isSaid && saying.closed !== undefined) return [placeOf(saying, saying.write)];
  const open = layers.slice(isSaid ? layers.indexOf(saying) + 1 : 0).filter(({ closed }) => closed === undefined);
  const fresh = [open.findLast(({ kind }) => kind === 'File'), open.findLast(({ kind }) => kind === 'Inline')].flatMap((layer) => layer ?? []);
  const own = layers.filter(({ kind, closed }) => kind === 'Defaults' && closed === undefined);
  return (isSaid ? [saying, ...fresh] : [...fresh, ...own]).map((layer) => placeOf(layer, layer.write));
}

function placeOf({ what, closed }: { readonly what: string; readonly closed?: string | undefined }, write: Place['write']): Place {
  return { what, closed, write };
}

/** The object that a chart's render names as the target; where the chart leaves the namespace open it is the release's. */
export function findRendered(objects: readonly KubeObject[], change: Parameters<typeof isNamed>[1]): KubeObject | undefined {
  return objects.find((object) => isNamed(object, change) && (object.metadata.namespace === undefined || object.metadata.namespace === change.namespace));
}

/** What cannot be opened as it stands has no root: whoever is asked about it says so, and not whoever looks at all of them. */
export async function unlessBroken<T>(opened: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await opened;
  } catch (error) {
    if (isPermanent(error)) return undefined;
    throw error;
  }
}
