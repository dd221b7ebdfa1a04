import { PermanentError } from '@fleetmend/kernel';
import { refOf, renderRef } from '@fleetmend/model';
import { isElsewhere, renderPlace, type Tree } from '@fleetmend/ports';
import { closedBy, closedByTool, overrider, readOverrides, sourcesOf, withOverrides, type ArgoApplication, type ArgoSource, type SourceOverride } from './argo-application.ts';
import { dependencyDefaults } from './dependency-defaults.ts';
import { fieldEdit, fileLayer, refuseWrite } from './helm-layers.ts';
import { hasChart, isMap, readValuesText, type Parameter, type Release, type ValuesLayer } from './helm-release.ts';
import { normalisePath, under } from './manifest-folder.ts';
import { openChart, type Look } from './remote-chart.ts';

interface Placed {
  readonly app: ArgoApplication;
  readonly source: ArgoSource;
  /** Path of the source in the Application. */
  readonly at: readonly string[];
  readonly tree: Tree;
  /** Files beside the chart that are merged over the source. */
  readonly overrides: readonly SourceOverride[];
  /** Where the tree shows the repository of each source of the Application, and of this one. */
  readonly homes: readonly string[];
  readonly home: string;
  readonly look?: Look;
}

/**
 * The release of one source. Precedence, the last wins: the chart's defaults, values files in order, `valuesObject` or else `values`, parameters;
 * `.argocd-source*.yaml` beside the chart are merged over all that the Application says, lists as a whole.
 * Source: Argo CD's user guide, "Helm", "Values", and "Parameter Overrides".
 */
export async function argoRelease({ app, source: said, at, tree, homes = [], home: shownIn = '', look = 'Whole' }: Pick<Placed, 'app' | 'source' | 'at' | 'tree' | 'look'> & Partial<Pick<Placed, 'homes' | 'home'>>): Promise<Release | undefined> {
  const who = renderRef(refOf(app.object));
  const remote = said.chart === undefined ? undefined : await openChart(tree, app.charts, { look, wanted: { who, from: said.repoURL ?? '', name: said.chart, asked: said.targetRevision } });
  const home = remote?.folder ?? shownIn;
  const chart = remote ? home : under(home, normalisePath(said.path ?? ''));
  if (!remote && (said.path === undefined || !(await hasChart(tree, chart)))) return undefined;
  const overrides = await readOverrides(tree, chart, app.object.metadata.name);
  const source = withOverrides(said, overrides);
  const { helm = {} } = source;
  const files = await valueFiles({ app, source, tree, homes, home, look });
  const inline = inlineLayers({ app, source: said, at, tree, overrides, isOthers: remote !== undefined });
  const tool = overrider(overrides, ['helm', 'parameters']);
  const parameters = (helm.parameters ?? []).map((one) => (tool ? toolParameter(tool, one) : parameterOf({ app, tree }, [...at, 'helm', 'parameters'], one)));
  const defaults = await fileLayer(tree, under(chart, 'values.yaml'), 'Defaults');
  const namespace = (app.object['spec'] as { readonly destination?: { readonly namespace?: string } } | undefined)?.destination?.namespace ?? 'default';
  return {
    name: helm.releaseName ?? app.object.metadata.name,
    namespace,
    chart,
    file: files.paths.findLast((path) => !isElsewhere(path)) ?? app.carrier?.path ?? files.paths.at(-1) ?? under(chart, 'Chart.yaml'),
    layers: [...(defaults ? [defaults] : []), ...files.layers, ...inline],
    ...(remote?.used ? { fetched: remote.used, beneath: await dependencyDefaults(tree, chart) } : {}),
    parameters,
    includes: [chart, ...files.paths, ...(app.carrier ? [app.carrier.path] : [])],
    carriers: app.carrier ? [refOf(app.carrier.object)] : [],
  };
}

async function valueFiles({ app, source: { helm = {}, path: folder = '' }, tree, homes, home, look }: Pick<Placed, 'app' | 'source' | 'tree' | 'homes' | 'home' | 'look'>): Promise<{ readonly layers: readonly ValuesLayer[]; readonly paths: readonly string[] }> {
  const layers: ValuesLayer[] = [];
  const paths: string[] = [];
  for (const file of helm.valueFiles ?? []) {
    const path = placeOfFile(file, { app, homes, home, chart: normalisePath(folder) });
    if (path === undefined) throw new PermanentError('NotEditable', `${renderRef(refOf(app.object))} takes values from ${file}, which lies in no source of the repository: change it there`);
    paths.push(path);
    const layer = await fileLayer(tree, path, 'File');
    if (layer) layers.push(layer);
    else if (helm.ignoreMissingValueFiles !== true && !(look === 'Roots' && isElsewhere(path))) throw new PermanentError('RenderFailed', `the values file ${renderPlace(path)} of ${renderRef(refOf(app.object))} does not exist`);
  }
  return { layers, paths };
}

/** `$ref/…` counts from the root of the source of that name, `/…` from that of the chart's repository, everything else from the chart. */
function placeOfFile(file: string, { app, homes, home, chart }: Pick<Placed, 'app' | 'homes' | 'home'> & { readonly chart: string }): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(file)) return undefined;
  const named = /^\$([^/]+)\/(.*)$/.exec(file);
  if (!named) return inRepository(home, file.startsWith('/') ? joined('', file) : joined(chart, file));
  const index = sourcesOf(app).findIndex(({ ref }) => ref === named[1]);
  return index < 0 ? undefined : inRepository(homes[index] ?? '', joined('', named[2] ?? ''));
}

function inRepository(home: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : under(home, path);
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

function inlineLayers({ app, source, at, tree, overrides, isOthers }: Omit<Placed, 'homes' | 'home' | 'look'> & { readonly isOthers: boolean }): readonly ValuesLayer[] {
  const { helm = {} } = source;
  const { helm: inForce = {} } = withOverrides(source, overrides);
  const who = renderRef(refOf(app.object));
  const layer = (field: 'values' | 'valuesObject', values: Readonly<Record<string, unknown>>, inside: readonly string[]): ValuesLayer => ({
    what: `helm.${field} of ${who}`,
    kind: 'Inline',
    values,
    ...(app.carrier ? {} : { closed: closedBy(app) }),
    write: async (path, value) => (app.carrier ? fieldEdit({ file: app.carrier.path, text: (await tree.read(app.carrier.path)) ?? '', document: app.carrier.document, path: [...app.carrier.within, ...at, 'helm', field, ...inside, ...path], value }) : refuseWrite(closedBy(app))()),
  });
  // Where there are both, Argo CD reads the object and leaves the text out.
  if (inForce.valuesObject !== undefined && Object.keys(inForce.valuesObject).length > 0) {
    const own = helm.valuesObject !== undefined && Object.keys(helm.valuesObject).length > 0 ? [layer('valuesObject', helm.valuesObject, [])] : [];
    return [...own, ...overrides.flatMap((tool) => (isMap(tool.value['helm']) && isMap(tool.value['helm']['valuesObject']) ? [toolLayer(tool, tool.value['helm']['valuesObject'])] : []))];
  }
  const tool = overrider(overrides, ['helm', 'values']);
  // Defaults of a chart of others are not ours to change: what nothing in Git says yet is said beside the chart's name.
  if (inForce.values === undefined) return isOthers && app.carrier ? [layer('valuesObject', {}, [])] : [];
  return [tool ? toolLayer(tool, readValuesText(inForce.values, tool.path)) : layer('values', readValuesText(inForce.values, `helm.values of ${who}`), ['!yaml'])];
}

function toolLayer(tool: SourceOverride, values: Readonly<Record<string, unknown>>): ValuesLayer {
  return { what: tool.path, kind: 'Inline', values, closed: closedByTool(tool), write: refuseWrite(closedByTool(tool)) };
}

type Setting = NonNullable<NonNullable<ArgoSource['helm']>['parameters']>[number];

function toolParameter(tool: SourceOverride, { name, value = '', forceString = false }: Setting): Parameter {
  return { what: tool.path, name, value: String(value), text: forceString, closed: closedByTool(tool), write: refuseWrite(closedByTool(tool)) };
}

function parameterOf({ app, tree }: Pick<Placed, 'app' | 'tree'>, at: readonly string[], { name, value = '', forceString = false }: Setting): Parameter {
  const { carrier } = app;
  const what = `helm.parameters of ${renderRef(refOf(app.object))}`;
  const base = { what, name, value, text: forceString };
  if (!carrier) return { ...base, closed: closedBy(app), write: refuseWrite(closedBy(app)) };
  return { ...base, write: async (wanted) => (wanted === undefined ? refuseWrite(`${what} would have to go`)() : fieldEdit({ file: carrier.path, text: (await tree.read(carrier.path)) ?? '', document: carrier.document, path: [...carrier.within, ...at, `[name=${name}]`, 'value'], value: String(wanted) })) };
}
