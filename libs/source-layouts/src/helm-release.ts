import { PermanentError } from '@fleetmend/kernel';
import { readValues, valueAt } from '@fleetmend/manifest';
import type { FileEdit, JsonValue, KubeObject, ObjectRef, UsedChart } from '@fleetmend/model';
import { type Renderer, type Tree, overlay } from '@fleetmend/ports';

export type Values = Readonly<Record<string, unknown>>;

/** One place that sets values of a release. */
export interface ValuesLayer {
  /** For messages: `values file envs/prod.yaml`. */
  readonly what: string;
  /** Defaults are those of the chart; files are what environments differ in. */
  readonly kind: 'Defaults' | 'File' | 'Inline';
  readonly values: Values;
  /** Why nobody may change it here. */
  readonly closed?: string | undefined;
  /** The edits that set one value, or take it out. Throws PermanentError where that cannot be done safely. */
  readonly write: (path: readonly string[], value: JsonValue | undefined) => Promise<readonly FileEdit[]>;
}

/** One `--set`: it wins over every layer. `a.b[0].c` names the value. */
export interface Parameter {
  readonly what: string;
  readonly name: string;
  readonly value: string;
  readonly text: boolean;
  readonly closed?: string | undefined;
  readonly write: (value: JsonValue | undefined) => Promise<readonly FileEdit[]>;
}

/** What helm needs to render a release out of a tree, and who says it. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** Folder of the chart. */
  readonly chart: string;
  /** Where it came out of a chart repository. */
  readonly fetched?: UsedChart | undefined;
  /** What charts inside it have as their defaults, by the names that it has for them; absent: not looked at. */
  readonly beneath?: Values | undefined;
  /** The file that says most of it: the last values file, else the object that installs it, else the chart. */
  readonly file: string;
  /** The chart's defaults first; later ones win. */
  readonly layers: readonly ValuesLayer[];
  readonly parameters: readonly Parameter[];
  /** Every file and folder that it is rendered from. */
  readonly includes: readonly string[];
  /** Objects in Git that carry values: a change of one is how a value changes, and none of its own. */
  readonly carriers: readonly ObjectRef[];
  /** Files out of which the object that installs it is filled in, such as the parameters of an ApplicationSet: a scalar of theirs may be what a value is made of. */
  readonly filledFrom?: readonly Pick<ValuesLayer, 'what' | 'values' | 'write'>[];
  /** What changes the objects after helm has made them. */
  readonly postRender?: (objects: readonly KubeObject[]) => Promise<readonly KubeObject[]>;
}

const MERGED = '.fleetmend/values.json';

/** Renders a release; the values of all layers are handed to helm as one file. */
export async function renderHelm(renderer: Renderer, release: Release, tree: Tree): Promise<readonly KubeObject[]> {
  const merged = release.layers.filter(({ kind }) => kind !== 'Defaults').reduce<Values>((values, layer) => mergeValues(values, layer.values), {});
  const set = (text: boolean) => JSON.stringify(release.parameters.filter((one) => one.text === text).map(({ name, value }) => `${name}=${value}`));
  const objects = await renderer.render({
    tree: overlay(tree, new Map([[MERGED, JSON.stringify(merged)]])),
    path: release.chart,
    options: { release: release.name, namespace: release.namespace, values: MERGED, set: set(false), setString: set(true), skipCrds: 'true' },
  });
  const placed = objects.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined).map(withoutChecksums);
  return release.postRender ? release.postRender(placed) : placed;
}

const CHECKSUM = /^checksum\//;

/**
 * Charts put checksums of their ConfigMaps into pod templates, so that pods are replaced when one changes. What they are sums of is compared
 * itself, and a repair of it replaces the pods: the sums are no change of their own.
 */
function withoutChecksums(object: KubeObject): KubeObject {
  const annotations = valueAt(object, ['spec', 'template', 'metadata', 'annotations']);
  if (!isMap(annotations) || !Object.keys(annotations).some((key) => CHECKSUM.test(key))) return object;
  const copy = structuredClone(object) as KubeObject & { readonly spec: { readonly template: { readonly metadata: { annotations: Values } } } };
  copy.spec.template.metadata.annotations = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, CHECKSUM.test(key) ? '…' : value]));
  return copy;
}

/** All values as the chart's templates see them. */
export function effectiveValues({ layers, parameters, beneath = {} }: Release): Values {
  const merged = layers.reduce<Values>((values, layer) => mergeValues(values, layer.values), beneath);
  return parameters.reduce<Values>((values, { name, value, text }) => mergeValues(values, nested(keyOf(name), text ? value : scalarOf(value))), merged);
}

/** The segments of a parameter's name. */
export function keyOf(name: string): readonly string[] {
  return name.replaceAll(/\[(\d+)\]/g, '.$1').split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));
}

function nested(path: readonly string[], value: unknown): Values {
  const [key = '', ...rest] = path;
  return { [key]: rest.length === 0 ? value : nested(rest, value) };
}

/** As `--set` reads it. */
function scalarOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** Maps are merged, anything else is replaced. */
export function mergeValues(a: Values, b: Values): Values {
  const merged: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = merged[key];
    merged[key] = isMap(before) && isMap(value) ? mergeValues(before, value) : value;
  }
  return merged;
}

export function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The one document of a values file. @throws PermanentError `RenderFailed`. */
export function readValuesText(text: string, what: string): Values {
  const [value = {}] = readValues(text) ?? [undefined];
  if (isMap(value)) return value;
  if (value === null || text.trim() === '') return {};
  throw new PermanentError('RenderFailed', `${what} holds no map of values`);
}

/** The chart of a folder; undefined: none is there. */
export async function hasChart(tree: Tree, folder: string): Promise<boolean> {
  return (await tree.read(folder === '' ? 'Chart.yaml' : `${folder}/Chart.yaml`)) !== undefined;
}
