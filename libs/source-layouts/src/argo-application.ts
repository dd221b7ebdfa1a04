import { PermanentError } from '@fleetmend/kernel';
import { readValues } from '@fleetmend/manifest';
import { refOf, renderRef, type KubeObject } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import { folderOfSource, type Tree } from '@fleetmend/ports';
import { findCarrier } from './carrier.ts';
import { isMap } from './helm-release.ts';
import { under, type FoundObject } from './manifest-folder.ts';

/** One source of an Application. Source: the API types of Argo CD 3.1. */
export interface ArgoSource {
  readonly repoURL?: string;
  readonly targetRevision?: string;
  readonly path?: string;
  readonly chart?: string;
  readonly ref?: string;
  readonly kustomize?: Readonly<Record<string, unknown>>;
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
  /** Its sources as they are live, with what was applied of each. */
  readonly live: Application['sources'];
  /** Charts of chart repositories, as they were deployed. */
  readonly charts: NonNullable<Application['charts']>;
}

export async function openApplication(tree: Tree, application: Application): Promise<ArgoApplication | undefined> {
  if (application.engine !== 'argocd' || application.object === undefined) return undefined;
  const owner = application.object.metadata.ownerReferences?.find(({ kind }) => kind === 'ApplicationSet');
  const carrier = owner ? undefined : await findCarrier(tree, application.ref, application.heldIn);
  return { object: carrier?.object ?? application.object, carrier, madeBy: owner && `ApplicationSet ${owner.name}`, live: application.sources, charts: application.charts ?? [] };
}

interface SourcesSpec {
  readonly source?: ArgoSource;
  readonly sources?: readonly ArgoSource[];
  /** Manifests are rendered from the dry source into a branch that nobody edits. */
  readonly sourceHydrator?: { readonly drySource: ArgoSource };
}

export function sourcesOf({ object }: ArgoApplication): readonly ArgoSource[] {
  const { sourceHydrator, sources, source } = (object['spec'] ?? {}) as SourcesSpec;
  if (sourceHydrator) return [sourceHydrator.drySource];
  return sources ?? (source ? [source] : []);
}

/** It says its sources as a list, even if there is one. */
export function hasSeveral({ object }: ArgoApplication): boolean {
  const { sourceHydrator, sources } = (object['spec'] ?? {}) as SourcesSpec;
  return sourceHydrator === undefined && sources !== undefined;
}

/** Where the Application says one of its sources. */
export function placeOfSource(app: ArgoApplication, index = 0): readonly string[] {
  if ((app.object['spec'] as SourcesSpec | undefined)?.sourceHydrator) return ['spec', 'sourceHydrator', 'drySource'];
  return hasSeveral(app) ? ['spec', 'sources', String(index)] : ['spec', 'source'];
}

/**
 * Where the tree shows the repository of each source: a chart may lie in one and its values in another. They are looked at as they were
 * applied last.
 * @throws PermanentError `NotEditable` for one that cannot be read here.
 */
export async function homesOf(tree: Tree, app: ArgoApplication): Promise<readonly string[]> {
  const sources = sourcesOf(app);
  if (!hasSeveral(app)) return sources.map(() => '');
  const homes = await Promise.all(
    sources.map(async ({ repoURL: url = '', targetRevision = 'HEAD', chart }, index) => {
      const live = app.live[index];
      return chart === undefined ? folderOfSource(tree, { url, revision: (live?.repoURL === url ? live.applied : undefined) ?? targetRevision }) : undefined;
    }),
  );
  // The bound repository goes by another address here: which source is of it cannot be told, and it was bound for this.
  if (!homes.includes('')) return homes.map(() => '');
  const unseen = sources.find(({ chart }, index) => chart === undefined && homes[index] === undefined);
  if (unseen) throw new PermanentError('NotEditable', `a source of ${renderRef(refOf(app.object))} lies in ${unseen.repoURL ?? ''} at ${unseen.targetRevision ?? 'HEAD'}, which the forge of the RepoBinding does not show: change what it says by hand`);
  return homes.map((home) => home ?? '');
}

/** Why what an Application says itself is for people; asked for where no file of its own says it. */
export function closedBy({ object, madeBy }: ArgoApplication): string {
  return madeBy === undefined ? `no file of the repository holds ${renderRef(refOf(object))} alone` : `${renderRef(refOf(object))} is made by ${madeBy}: its template is shared, and no machine edits it`;
}

/** A file beside what a source renders that is merged over the source. */
export interface SourceOverride {
  readonly path: string;
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** `.argocd-source.yaml`, then the one of this Application: later ones win. They are written by tools, and no machine of ours edits them. */
export async function readOverrides(tree: Tree, folder: string, name: string): Promise<readonly SourceOverride[]> {
  const found: SourceOverride[] = [];
  for (const file of ['.argocd-source.yaml', `.argocd-source-${name}.yaml`]) {
    const path = under(folder, file);
    const text = await tree.read(path);
    if (text === undefined) continue;
    const [value] = readValues(text) ?? [];
    if (!isMap(value)) throw new PermanentError('RenderFailed', `${path} holds no map that could be merged over a source`);
    found.push({ path, text, value });
  }
  return found;
}

/** The source as Argo CD sees it. Where it comes from is never overridden. Source: argo-cd 3.1, reposerver/repository (mergeSourceParameters). */
export function withOverrides(source: ArgoSource, overrides: readonly SourceOverride[]): ArgoSource {
  const merged = overrides.reduce<unknown>((value, override) => mergePatch(value, override.value), source) as ArgoSource;
  return { ...source, ...(merged.helm === undefined ? {} : { helm: merged.helm }), ...(merged.kustomize === undefined ? {} : { kustomize: merged.kustomize }) };
}

/** The file that has the last word on a field of a source; undefined: the Application itself says it, or nobody does. */
export function overrider(overrides: readonly SourceOverride[], [section, field]: readonly [section: string, field: string]): SourceOverride | undefined {
  return overrides.findLast(({ value }) => isMap(value[section]) && value[section][field] !== undefined);
}

export function closedByTool({ path }: SourceOverride): string {
  return `${path} sets it, which is written by a tool`;
}

/** RFC 7396: maps are merged, null takes a key out, anything else is replaced. */
function mergePatch(value: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const merged: Record<string, unknown> = isMap(value) ? { ...value } : {};
  for (const [key, item] of Object.entries(patch)) {
    if (item === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], item);
  }
  return merged;
}
