import { PermanentError, canonicalJson } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { refOf, renderRef, type FileEdit, type JsonValue, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { Application, EditInput, SourceLayout, SourceOrigin, SourceRoot } from '@fleetmend/plugin-api';
import type { Renderer, Tree } from '@fleetmend/ports';
import { dependencyDefaults } from '../dependency-defaults.ts';
import { fileLayer, refuseWrite } from '../helm-layers.ts';
import { hasChart, readValuesText, type Parameter, type Release, type ValuesLayer } from '../helm-release.ts';
import { isNamed, normalisePath } from '../manifest-folder.ts';
import { openChart, type Look, type OpenedChart } from '../remote-chart.ts';

/** The parts of a HelmRelease that say what is rendered. Source: helm-controller's documentation, docs/spec/v2/helmreleases.md. */
interface ReleaseSpec {
  readonly chart?: { readonly spec: { readonly chart: string; readonly version?: string; readonly valuesFiles?: readonly string[]; readonly ignoreMissingValuesFiles?: boolean; readonly sourceRef: SourceReference } };
  readonly chartRef?: SourceReference;
  readonly releaseName?: string;
  readonly targetNamespace?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly valuesFrom?: readonly ValuesReference[];
  readonly postRenderers?: readonly { readonly kustomize?: Readonly<Record<string, unknown>> }[];
}
interface SourceReference {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}
interface ValuesReference {
  readonly kind: string;
  readonly name: string;
  readonly valuesKey?: string;
  readonly targetPath?: string;
  readonly optional?: boolean;
}

export interface Opened {
  readonly release: Release;
  readonly object: KubeObject;
  /** Writes a field of the HelmRelease itself. */
  readonly write: (path: readonly string[], value: JsonValue | undefined) => Promise<readonly FileEdit[]>;
}

/** What an edit has to keep to. */
export type Bounds = Pick<EditInput, 'isEditable' | 'staysInside'>;
const UNBOUND: Bounds = { isEditable: () => true, staysInside: async () => true };

export interface ReleaseDeps {
  /** The layouts that may hold the HelmRelease itself: plain files, or what kustomize builds. */
  readonly inner: readonly SourceLayout[];
  readonly kustomize: Renderer;
}

/** The HelmRelease as the folder that holds it renders it, with its values in the order in which they win. */
export async function openFluxRelease({ inner, kustomize }: ReleaseDeps, tree: Tree, { application, bounds = UNBOUND, look = 'Whole' }: { readonly application: Application; readonly bounds?: Bounds; readonly look?: Look }): Promise<Opened | undefined> {
  const { renderedBy } = application;
  if (application.engine !== 'flux' || renderedBy?.kind !== 'HelmRelease') return undefined;
  const held = await innerOf(inner, tree, application);
  const beside = held ? await held.layout.render({ origin: held.root, tree }) : [];
  const object = beside.find((one) => isNamed(one, renderedBy) && (one.metadata.namespace === undefined || one.metadata.namespace === renderedBy.namespace));
  if (!held || !object) return undefined;
  const spec = object['spec'] as ReleaseSpec;
  const { folder: chart, used } = await chartOf(tree, { object, spec, beside, application, look });
  const change = changer(held, tree, { application, bounds });
  const holder = await originOf(held, application, { object: refOf(object), tree });
  const { layers, parameters, carriers } = valuesFrom(spec, { object, beside, change, namespace: renderedBy.namespace ?? '' });
  const defaults = await defaultsOf(tree, chart, { spec, isOwn: used === undefined });
  const inline: ValuesLayer = { what: `values of ${renderRef(renderedBy)}`, kind: 'Inline', values: spec.values ?? {}, write: (path, value) => change(refOf(object), ['spec', 'values', ...path], value) };
  const namespace = spec.targetNamespace ?? renderedBy.namespace ?? 'default';
  const post = spec.postRenderers ?? [];
  return {
    object,
    write: (path, value) => change(refOf(object), path, value),
    release: {
      name: spec.releaseName ?? (spec.targetNamespace === undefined ? object.metadata.name : `${spec.targetNamespace}-${object.metadata.name}`).slice(0, 53),
      namespace,
      chart,
      ...(used ? { fetched: used, beneath: await dependencyDefaults(tree, chart) } : {}),
      file: holder.path,
      layers: [...defaults, ...layers, inline],
      parameters,
      includes: [chart, ...held.root.includes, ...defaults.flatMap(({ what }) => what.split(' ').at(-1) ?? [])],
      carriers: [{ ...refOf(object), ...(renderedBy.namespace === undefined ? {} : { namespace: renderedBy.namespace }) }, ...carriers, ...(holder.carriers ?? [])],
      ...(post.length === 0 ? {} : { postRender: (objects: readonly KubeObject[]) => postRender(kustomize, post, objects) }),
    },
  };
}

interface Held {
  readonly layout: SourceLayout;
  readonly root: SourceRoot;
}

/** The layout of the folder that holds the HelmRelease. */
async function innerOf(inner: readonly SourceLayout[], tree: Tree, application: Application): Promise<Held | undefined> {
  const holder: Application = { ...application, renderedBy: undefined };
  for (const layout of inner) {
    const root = await layout.rootOf({ application: holder, tree });
    if (root) return { layout, root };
  }
  return undefined;
}

export type Change = (object: ObjectRef, path: readonly string[], value: JsonValue | undefined) => Promise<readonly FileEdit[]>;

/** Writes into objects of the folder, by the layout that holds them. */
function changer(held: Held, tree: Tree, { application, bounds }: { readonly application: Application; readonly bounds: Bounds }): Change {
  return async (object, path, value) => {
    const origin = await originOf(held, application, { object, tree });
    return held.layout.edit({ origin, change: { object, fields: [{ path: [...path], value }] }, tree, ...bounds });
  };
}

async function originOf({ layout }: Held, application: Application, { object, tree }: { readonly object: ObjectRef; readonly tree: Tree }): Promise<SourceOrigin> {
  const holder: Application = { ...application, renderedBy: undefined };
  // Which files machines may edit is asked of the edits themselves.
  const origin = await layout.locate({ cluster: '', target: object, application: holder, binding: { selects: {}, forgeRef: 'none', repository: 'this repository', branch: 'main', editablePaths: ['**'] }, tree });
  if (!origin) throw new PermanentError('SourceNotFound', `no file holds ${renderRef(object)}`);
  return origin;
}

interface Asking {
  readonly object: KubeObject;
  readonly spec: ReleaseSpec;
  readonly beside: readonly KubeObject[];
  readonly application: Application;
  readonly look: Look;
}

/** @throws PermanentError `NotEditable`, `ChartUnavailable`, `RenderFailed`. */
async function chartOf(tree: Tree, { object, spec: { chart, chartRef }, beside, application: { charts = [], renderedBy }, look }: Asking): Promise<OpenedChart> {
  const who = renderRef(refOf(object));
  const reference = chart?.spec.sourceRef ?? chartRef;
  const namespace = reference?.namespace ?? renderedBy?.namespace ?? '';
  const named = chart?.spec.chart;
  if (reference && (chart ? reference.kind === 'HelmRepository' : reference.kind === 'OCIRepository')) {
    const from = `${reference.kind} ${namespace}/${reference.name}`;
    // What Git says of the source itself counts as far as the same folder says it.
    const inGit = beside.find(({ kind, metadata }) => kind === reference.kind && metadata.name === reference.name && (metadata.namespace ?? namespace) === namespace)?.['spec'] as { readonly url?: string; readonly ref?: unknown } | undefined;
    const deployed = charts.find((one) => one.from === from);
    const asked = chart ? (chart.spec.version ?? '*') : inGit ? canonicalJson({ url: inGit.url, ref: inGit.ref }) : deployed?.asked;
    const isMoved = chart && inGit?.url !== undefined && deployed && !`${deployed.repository}/`.startsWith(`${inGit.url.replace(/\/+$/, '')}/`);
    return openChart(tree, isMoved ? [] : charts, { look, wanted: { who, from, name: named, asked } });
  }
  if (!chart || !reference) throw new PermanentError('NotEditable', `${who} takes its chart from ${chartRef?.kind ?? 'nowhere'} ${chartRef?.name ?? ''}, which is not in the repository and cannot be rendered here: change its values by hand`);
  if (reference.kind !== 'GitRepository') throw new PermanentError('NotEditable', `${who} installs the chart ${chart.spec.chart} of ${reference.kind} ${reference.name}, which is not in the repository and cannot be rendered here: change its values by hand`);
  const folder = normalisePath(chart.spec.chart);
  if (!(await hasChart(tree, folder))) throw new PermanentError('RenderFailed', `${who} installs the chart ${folder}, which is not in ${tree.revision.slice(0, 8)}`);
  return { folder, used: undefined };
}

/** Chosen values files take the place of the chart's own defaults. Source: Flux' documentation of HelmCharts, "Values files". */
async function defaultsOf(tree: Tree, chart: string, { spec: { chart: given }, isOwn }: { readonly spec: ReleaseSpec; readonly isOwn: boolean }): Promise<readonly ValuesLayer[]> {
  const chosen = given?.spec.valuesFiles ?? [];
  const files = chosen.length > 0 ? chosen.map((file) => (isOwn ? normalisePath(file) : `${chart}/${normalisePath(file)}`)) : [`${chart}/values.yaml`];
  const layers = await Promise.all(files.map((file) => fileLayer(tree, file, chosen.length > 0 ? 'File' : 'Defaults')));
  return layers.flatMap((layer) => layer ?? []);
}

interface Around {
  readonly object: KubeObject;
  readonly beside: readonly KubeObject[];
  readonly change: Change;
  readonly namespace: string;
}

/** What ConfigMaps and Secrets say, in order; one with a `targetPath` wins over everything. */
function valuesFrom({ valuesFrom: references = [] }: ReleaseSpec, { beside, change }: Around): { readonly layers: readonly ValuesLayer[]; readonly parameters: readonly Parameter[]; readonly carriers: readonly ObjectRef[] } {
  const layers: ValuesLayer[] = [];
  const parameters: Parameter[] = [];
  const carriers: ObjectRef[] = [];
  for (const { kind, name, valuesKey = 'values.yaml', targetPath, optional = false } of references) {
    const what = `${kind} ${name}`;
    const found = beside.find((one) => one.kind === kind && one.metadata.name === name);
    const text = found && valueAt(found, ['data', valuesKey]);
    if (kind === 'ConfigMap' && found && text === undefined && !optional) throw new PermanentError('RenderFailed', `${what} has no ${valuesKey}, which the release takes values from`);
    if (kind !== 'ConfigMap' || typeof text !== 'string') {
      // What a Secret says is not read here: a value under it may look changed and is not.
      if (targetPath !== undefined) parameters.push({ what, name: targetPath, value: '', text: true, closed: `${what} sets it`, write: refuseWrite(`${what} sets it`) });
      else if (!optional || kind === 'Secret') layers.push({ what, kind: 'Inline', values: {}, closed: `${what} sets it`, write: refuseWrite(`${what} sets it`) });
      continue;
    }
    const ref = refOf(found as KubeObject);
    carriers.push(ref);
    if (targetPath !== undefined) parameters.push({ what, name: targetPath, value: text.replace(/^(["'])([^]*)\1$/, '$2'), text: /^(["'])[^]*\1$/.test(text), write: (value) => change(ref, ['data', valuesKey], String(value ?? '')) });
    else layers.push({ what, kind: 'Inline', values: readValuesText(text, what), write: (path, value) => change(ref, ['data', valuesKey, '!yaml', ...path], value) });
  }
  return { layers, parameters, carriers };
}

/** Source: Flux' documentation of HelmReleases, "Post renderers". */
async function postRender(renderer: Renderer, post: NonNullable<ReleaseSpec['postRenderers']>, objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
  let result = objects;
  for (const { kustomize } of post) {
    if (!kustomize || result.length === 0) continue;
    const files = new Map([
      ['kustomization.yaml', JSON.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: ['output.yaml'], ...kustomize })],
      ['output.yaml', result.map((object) => JSON.stringify(object)).join('\n---\n')],
    ]);
    const paths = [...files.keys()];
    result = await renderer.render({ tree: { revision: 'post-render', read: async (path) => files.get(path), list: async () => paths }, path: '' });
  }
  return result;
}
