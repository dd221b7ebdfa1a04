import { refOf, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import type { Tree } from '@fleetmend/ports';
import { closedBy, closedByTool, openApplication, overrider, placeOfSource, readOverrides, sourcesOf, withOverrides, type ArgoApplication } from './argo-application.ts';
import { findCarrier } from './carrier.ts';
import { fluxVariables, type Variables } from './flux-variables.ts';
import { isMap } from './helm-release.ts';
import { normalisePath, type FoundObject } from './manifest-folder.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One place that says what an engine adds to a kustomization. */
export interface OptionsPlace {
  readonly file: string;
  readonly text: string;
  readonly document: number;
  /** Where the options begin in the document. */
  readonly at: readonly string[];
  readonly value: Fields;
  /** Why no machine edits it there. */
  readonly closed?: string | undefined;
}

/** What the engine's own object adds to the kustomization that it builds. */
export interface EngineOptions {
  readonly engine: 'argocd' | 'flux';
  /** As they are in effect. */
  readonly options: Fields;
  /** The last word first. */
  readonly places: readonly OptionsPlace[];
  /** Files that they come from. */
  readonly includes: readonly string[];
  readonly carriers: readonly ObjectRef[];
  /** What Flux fills into what was built. */
  readonly variables?: Variables | undefined;
}

/** Undefined where the engine's object adds nothing and could not be made to. */
export async function engineOptions(tree: Tree, application: Pick<Application, 'engine' | 'ref' | 'object' | 'sources' | 'heldIn'> | undefined): Promise<EngineOptions | undefined> {
  if (application?.object?.kind === 'Application') return argoOptions(tree, application as Application);
  return application?.object?.kind === 'Kustomization' ? fluxOptions(tree, { ...application, object: application.object }) : undefined;
}

/** `spec.source.kustomize`, and what files beside the kustomization put over it. Source: Argo CD's user guide, "Kustomize". */
async function argoOptions(tree: Tree, application: Application): Promise<EngineOptions | undefined> {
  const app = await openApplication(tree, application);
  const [source, ...more] = app ? sourcesOf(app) : [];
  if (!app || !source || more.length > 0 || source.path === undefined) return undefined;
  const overrides = await readOverrides(tree, normalisePath(source.path), app.object.metadata.name);
  const { kustomize: options } = withOverrides(source, overrides);
  if (options === undefined || Object.keys(options).length === 0) return undefined;
  const tools = overrides.toReversed().flatMap((tool) => (isMap(tool.value['kustomize']) ? [{ file: tool.path, text: tool.text, document: 0, at: ['kustomize'], value: tool.value['kustomize'], closed: closedByTool(tool) }] : []));
  const own = Object.fromEntries(Object.entries(source.kustomize ?? {}).filter(([field]) => overrider(overrides, ['kustomize', field]) === undefined));
  const at = [...placeOfSource(app), 'kustomize'];
  return {
    engine: 'argocd',
    options,
    places: [...tools, await placeIn(tree, app, { at, value: own })],
    includes: [...overrides.map(({ path }) => path), ...(app.carrier ? [app.carrier.path] : [])],
    carriers: app.carrier ? [refOf(app.carrier.object)] : [],
  };
}

async function placeIn(tree: Tree, app: ArgoApplication, said: Pick<OptionsPlace, 'at' | 'value'>): Promise<OptionsPlace> {
  if (!app.carrier) return { ...said, file: `${app.object.kind} ${app.object.metadata.name}`, text: '', document: 0, closed: closedBy(app) };
  return inCarrier(tree, app.carrier, said);
}

async function inCarrier(tree: Tree, { path, document, within }: FoundObject, { at, value }: Pick<OptionsPlace, 'at' | 'value'>): Promise<OptionsPlace> {
  return { file: path, text: (await tree.read(path)) ?? '', document, at: [...within, ...at], value };
}

/** The fields of a Flux Kustomization that change what its files say. Source: kustomize-controller's documentation, docs/spec/v1/kustomizations.md. */
const FLUX_FIELDS = ['patches', 'images', 'components', 'ignoreMissingComponents', 'namePrefix', 'nameSuffix', 'postBuild'] as const;

async function fluxOptions(tree: Tree, { object: live, heldIn }: { readonly object: KubeObject; readonly heldIn?: Application['heldIn'] }): Promise<EngineOptions | undefined> {
  const carrier = await findCarrier(tree, refOf(live), heldIn);
  const spec = (carrier?.object ?? live)['spec'] as Fields | undefined;
  const options = Object.fromEntries(FLUX_FIELDS.flatMap((field) => (spec?.[field] === undefined ? [] : [[field, spec[field]]])));
  if (!carrier && Object.keys(options).length === 0) return undefined;
  const inPlace = (at: readonly string[], value: Fields) => {
    if (carrier) return inCarrier(tree, carrier, { at, value });
    return { at, value, file: `Kustomization ${live.metadata.name}`, text: '', document: 0, closed: `no file of the repository holds Kustomization ${live.metadata.namespace ?? ''}/${live.metadata.name} alone` };
  };
  const variables = await fluxVariables(tree, { object: carrier?.object ?? live, namespace: live.metadata.namespace, heldIn, own: inPlace });
  return {
    engine: 'flux',
    options,
    places: [await inPlace(['spec'], options)],
    includes: [...(carrier ? [carrier.path] : []), ...(variables?.includes ?? [])],
    carriers: [...(carrier ? [refOf(carrier.object)] : []), ...(variables?.carriers ?? [])],
    variables,
  };
}

/** The object changes what its files say. */
export function changesFiles({ options }: EngineOptions): boolean {
  return Object.values(options).some((value) => value !== '' && !(Array.isArray(value) && value.length === 0));
}
