import { PermanentError } from '@fleetmend/kernel';
import { readValues } from '@fleetmend/manifest';
import { refOf, renderRef, type KubeObject } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import type { Tree } from '@fleetmend/ports';
import { findCarrier } from './carrier.ts';
import { fieldEdit, fileLayer, refuseWrite } from './helm-layers.ts';
import { hasChart, isMap, readValuesText, type Parameter, type Release, type ValuesLayer } from './helm-release.ts';
import { normalisePath, type FoundObject } from './manifest-folder.ts';

/** One source of an Application. Source: the API types of Argo CD 3.1. */
export interface ArgoSource {
  readonly repoURL?: string;
  readonly path?: string;
  readonly chart?: string;
  readonly ref?: string;
  readonly helm?: {
    readonly releaseName?: string;
    readonly valueFiles?: readonly string[];
    readonly ignoreMissingValueFiles?: boolean;
    readonly values?: string;
    readonly valuesObject?: Readonly<Record<string, unknown>>;
    readonly parameters?: readonly { readonly name: string; readonly value?: string; readonly forceString?: boolean }[];
  };
}

/** An Application as Git has it, or, where no file holds it, as it is live: then its inline values are closed. */
export interface ArgoApplication {
  readonly object: KubeObject;
  readonly carrier: FoundObject | undefined;
  /** The object that makes it, such as an ApplicationSet: what it says is not said in a file of its own. */
  readonly madeBy: string | undefined;
}

export async function openApplication(tree: Tree, application: Application): Promise<ArgoApplication | undefined> {
  if (application.engine !== 'argocd' || application.object === undefined) return undefined;
  const owner = application.object.metadata.ownerReferences?.find(({ kind }) => kind === 'ApplicationSet');
  const carrier = owner ? undefined : await findCarrier(tree, application.ref);
  return { object: carrier?.object ?? application.object, carrier, madeBy: owner && `ApplicationSet ${owner.name}` };
}

export function sourcesOf({ object }: ArgoApplication): readonly ArgoSource[] {
  const spec = object['spec'] as { readonly source?: ArgoSource; readonly sources?: readonly ArgoSource[] } | undefined;
  return spec?.sources ?? (spec?.source ? [spec.source] : []);
}

interface Placed {
  readonly app: ArgoApplication;
  readonly source: ArgoSource;
  /** Path of the source in the Application. */
  readonly at: readonly string[];
  readonly tree: Tree;
}

/**
 * The release of one source. Precedence, the last wins: the chart's defaults, values files in order, `valuesObject` or else `values`, parameters.
 * Source: Argo CD's user guide, "Helm", "Values", and "Parameter Overrides".
 */
export async function argoRelease({ app, source, at, tree }: Placed): Promise<Release | undefined> {
  const chart = normalisePath(source.path ?? '');
  if (source.chart !== undefined || source.path === undefined || !(await hasChart(tree, chart))) return undefined;
  const { helm = {} } = source;
  const files = await valueFiles({ app, source, at, tree }, chart);
  const inline = inlineLayers({ app, source, at, tree });
  const over = await sourceFiles(tree, chart, app.object.metadata.name);
  const parameters = [...(helm.parameters ?? []).map((one) => parameterOf({ app, tree }, [...at, 'helm', 'parameters'], one)), ...over.parameters];
  const defaults = await fileLayer(tree, under(chart, 'values.yaml'), 'Defaults');
  const namespace = (app.object['spec'] as { readonly destination?: { readonly namespace?: string } } | undefined)?.destination?.namespace ?? 'default';
  return {
    name: helm.releaseName ?? app.object.metadata.name,
    namespace,
    chart,
    file: files.paths.at(-1) ?? app.carrier?.path ?? under(chart, 'Chart.yaml'),
    layers: [...(defaults ? [defaults] : []), ...files.layers, ...inline],
    parameters,
    includes: [chart, ...files.paths, ...over.paths, ...(app.carrier ? [app.carrier.path] : [])],
    carriers: app.carrier ? [refOf(app.carrier.object)] : [],
  };
}

async function valueFiles({ app, source: { helm = {} }, tree }: Placed, chart: string): Promise<{ readonly layers: readonly ValuesLayer[]; readonly paths: readonly string[] }> {
  const layers: ValuesLayer[] = [];
  const paths: string[] = [];
  for (const file of helm.valueFiles ?? []) {
    const path = placeOfFile(app, chart, file);
    if (path === undefined) throw new PermanentError('NotEditable', `${renderRef(refOf(app.object))} takes values from ${file}, which lies in no source of the repository: change it there`);
    paths.push(path);
    const layer = await fileLayer(tree, path, 'File');
    if (layer) layers.push(layer);
    else if (helm.ignoreMissingValueFiles !== true) throw new PermanentError('RenderFailed', `the values file ${path} of ${renderRef(refOf(app.object))} does not exist`);
  }
  return { layers, paths };
}

/** `$ref/…` counts from the root of the source of that name, `/…` from the repository's, everything else from the chart. */
function placeOfFile(app: ArgoApplication, chart: string, file: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(file)) return undefined;
  const named = /^\$([^/]+)\/(.*)$/.exec(file);
  if (named) return sourcesOf(app).some(({ ref }) => ref === named[1]) ? joined('', named[2] ?? '') : undefined;
  return file.startsWith('/') ? joined('', file) : joined(chart, file);
}

function joined(folder: string, file: string): string | undefined {
  const parts: string[] = [];
  for (const part of `${folder}/${file}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

function inlineLayers({ app, source: { helm = {} }, at, tree }: Placed): readonly ValuesLayer[] {
  const who = renderRef(refOf(app.object));
  const layer = (field: 'values' | 'valuesObject', values: Readonly<Record<string, unknown>>, inside: readonly string[]): ValuesLayer => ({
    what: `helm.${field} of ${who}`,
    kind: 'Inline',
    values,
    ...(app.carrier ? {} : { closed: closedBy(app) }),
    write: async (path, value) => (app.carrier ? fieldEdit({ file: app.carrier.path, text: (await tree.read(app.carrier.path)) ?? '', document: app.carrier.document, path: [...app.carrier.within, ...at, 'helm', field, ...inside, ...path], value }) : refuseWrite(closedBy(app))()),
  });
  // Where there are both, Argo CD reads the object and leaves the text out.
  if (helm.valuesObject !== undefined && Object.keys(helm.valuesObject).length > 0) return [layer('valuesObject', helm.valuesObject, [])];
  return helm.values === undefined ? [] : [layer('values', readValuesText(helm.values, `helm.values of ${who}`), ['!yaml'])];
}

function closedBy({ object, madeBy }: ArgoApplication): string {
  return madeBy === undefined ? `no file of the repository holds ${renderRef(refOf(object))} alone` : `${renderRef(refOf(object))} is made by ${madeBy}: its template is shared, and no machine edits it`;
}

function parameterOf({ app, tree }: Pick<Placed, 'app' | 'tree'>, at: readonly string[], { name, value = '', forceString = false }: { readonly name: string; readonly value?: string; readonly forceString?: boolean }): Parameter {
  const { carrier } = app;
  const what = `helm.parameters of ${renderRef(refOf(app.object))}`;
  const base = { what, name, value, text: forceString };
  if (!carrier) return { ...base, closed: closedBy(app), write: refuseWrite(closedBy(app)) };
  return { ...base, write: async (wanted) => (wanted === undefined ? refuseWrite(`${what} would have to go`)() : fieldEdit({ file: carrier.path, text: (await tree.read(carrier.path)) ?? '', document: carrier.document, path: [...carrier.within, ...at, `[name=${name}]`, 'value'], value: String(wanted) })) };
}

/** `.argocd-source.yaml` beside the chart wins over the Application; it is written by tools, and no machine of ours edits it. */
async function sourceFiles(tree: Tree, chart: string, name: string): Promise<{ readonly parameters: readonly Parameter[]; readonly paths: readonly string[] }> {
  const paths = ['.argocd-source.yaml', `.argocd-source-${name}.yaml`].map((file) => under(chart, file));
  const parameters: Parameter[] = [];
  const there: string[] = [];
  for (const path of paths) {
    const text = await tree.read(path);
    if (text === undefined) continue;
    there.push(path);
    const [value] = readValues(text) ?? [];
    const helm = isMap(value) && isMap(value['helm']) ? value['helm'] : {};
    const closed = `${path} sets it, which is written by a tool`;
    for (const one of Array.isArray(helm['parameters']) ? (helm['parameters'] as readonly { readonly name?: unknown; readonly value?: unknown; readonly forceString?: unknown }[]) : []) {
      parameters.push({ what: path, name: String(one.name), value: String(one.value ?? ''), text: one.forceString === true, closed, write: refuseWrite(closed) });
    }
  }
  return { parameters, paths: there };
}

function under(folder: string, file: string): string {
  return folder === '' ? file : `${folder}/${file}`;
}
