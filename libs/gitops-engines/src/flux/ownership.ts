import { PermanentError, parse } from '@fleetmend/kernel';
import { type KubeObject, groupOf, refOf, renderRef } from '@fleetmend/model';
import type { EngineContext } from '@fleetmend/plugin-api';
import { HELM_RELEASE, HelmRelease, KUSTOMIZATION, Kustomization } from './schema.ts';

/**
 * The Kustomization whose inventory lists an object. The labels that kustomize-controller sets only say where to look: who
 * copies an object copies its labels too, and they then name a Kustomization that knows nothing of the copy.
 *
 * @throws PermanentError `ApplicationAmbiguous` when no label tells and several Kustomizations list it.
 */
export async function findOwner(object: KubeObject, { read }: Pick<EngineContext, 'read'>): Promise<KubeObject | undefined> {
  const label = holderName(object);
  const named = label ? await read({ ...KUSTOMIZATION, ...label }) : [];
  const candidates = named.length > 0 ? named : await read(KUSTOMIZATION);
  const [owner, ...others] = candidates.filter((candidate) => lists(parseKustomization(candidate), object));
  if (others.length === 0) return owner;
  const names = [owner, ...others].flatMap((one) => (one ? [renderRef(refOf(one))] : [])).join(', ');
  throw new PermanentError('ApplicationAmbiguous', `${names} all list ${renderRef(refOf(object))} in their inventory: remove it from all but one`);
}

/** The Kustomization that an object's labels name. */
export function holderName({ metadata }: KubeObject): { readonly namespace: string; readonly name: string } | undefined {
  const { [`${groupOf(KUSTOMIZATION.apiVersion)}/name`]: name, [`${groupOf(KUSTOMIZATION.apiVersion)}/namespace`]: namespace } = metadata.labels ?? {};
  return name === undefined || namespace === undefined ? undefined : { namespace, name };
}

/**
 * The HelmRelease that installed an object, by its labels, and by what the release says of itself: its inventory is not part of
 * every version, so an object counts when it lies where the release was installed and carries Helm's own note of it.
 */
export async function findHelmRelease({ metadata }: KubeObject, { read }: Pick<EngineContext, 'read'>): Promise<KubeObject | undefined> {
  const { [`${groupOf(HELM_RELEASE.apiVersion)}/name`]: name, [`${groupOf(HELM_RELEASE.apiVersion)}/namespace`]: namespace } = metadata.labels ?? {};
  if (name === undefined || namespace === undefined) return undefined;
  const [found] = await read({ ...HELM_RELEASE, namespace, name });
  const release = found && parse(HelmRelease, found, renderRef(refOf(found)));
  if (!release || release.spec.kubeConfig) return undefined;
  const installed = release.status.history[0] ?? wouldInstall(release);
  const noted = { name: metadata.annotations?.['meta.helm.sh/release-name'], namespace: metadata.annotations?.['meta.helm.sh/release-namespace'] };
  const isIts = noted.name === installed.name && noted.namespace === installed.namespace && metadata.namespace === installed.namespace;
  return isIts ? found : undefined;
}

/** What its first install will be called, of which its history says nothing until it has ended, well or not. Source: helm-controller's docs/spec/v2/helmreleases.md. */
function wouldInstall({ metadata, spec }: HelmRelease): { readonly name: string; readonly namespace: string } {
  const { releaseName, targetNamespace } = spec;
  return { name: releaseName ?? [targetNamespace, metadata.name].filter((part) => part !== undefined).join('-'), namespace: targetNamespace ?? metadata.namespace ?? '' };
}

/** Annotations by which kustomize-controller applies no change to an object. Source: its docs/spec/v1/kustomizations.md. */
const LEFT_ALONE: readonly (readonly [annotation: string, value: string])[] = [['reconcile', 'disabled'], ['ssa', 'ignore'], ['ssa', 'ifnotpresent']];

/** @throws PermanentError `NotReconciled` when Git may say what it likes: Flux leaves the object as it is. */
export function refuseIfLeftAlone(object: KubeObject): void {
  const group = groupOf(KUSTOMIZATION.apiVersion);
  const found = LEFT_ALONE.find(([annotation, value]) => object.metadata.annotations?.[`${group}/${annotation}`]?.toLowerCase() === value);
  if (!found) return;
  const [annotation] = found;
  throw new PermanentError('NotReconciled', `${renderRef(refOf(object))} has the annotation ${group}/${annotation}: ${object.metadata.annotations?.[`${group}/${annotation}`] ?? ''}, so Flux applies no change to it: remove it, or change the object by hand`);
}

export function parseKustomization(object: KubeObject): Kustomization {
  return parse(Kustomization, object, renderRef(refOf(object)));
}

/** The inventory of a Kustomization lists the object. */
export function holds(owner: KubeObject, object: KubeObject): boolean {
  return lists(parseKustomization(owner), object);
}

/** A Kustomization with what was parsed of it: there may be hundreds, and each is parsed once. */
export interface Live {
  readonly object: KubeObject;
  readonly kustomization: Kustomization;
}

/** Which of many Kustomizations lists an object in its inventory: the first that does. */
export function holdersAmong(all: readonly Live[]): (object: KubeObject) => Live | undefined {
  const holders = new Map<string, Live>();
  for (const one of all) {
    const { spec, status } = one.kustomization;
    for (const { id } of spec.kubeConfig ? [] : (status.inventory?.entries ?? [])) if (!holders.has(id)) holders.set(id, one);
  }
  return (object) => holders.get(inventoryId(object));
}

function lists({ spec, status }: Kustomization, object: KubeObject): boolean {
  // With a kubeConfig, the inventory is of another cluster, where an object of the same name may be.
  if (spec.kubeConfig) return false;
  const id = inventoryId(object);
  return status.inventory?.entries.some((entry) => entry.id === id) === true;
}

/** What a Kustomization's inventory calls an object. */
export function inventoryId({ apiVersion, kind, metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}_${metadata.name.replaceAll(':', '__')}_${groupOf(apiVersion)}_${kind}`;
}
