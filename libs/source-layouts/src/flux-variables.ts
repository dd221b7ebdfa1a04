import { refOf, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import type { Tree } from '@fleetmend/ports';
import { findCarrier } from './carrier.ts';
import type { OptionsPlace } from './engine-options.ts';
import { isMap, type Values } from './helm-release.ts';

/** What a Kustomization of Flux fills into what it builds. */
export interface Variables {
  /** Where variables are said, the last word first. */
  readonly places: readonly OptionsPlace[];
  /** Empty where nobody says the variable; undefined where somebody may whom nobody here reads. */
  readonly valueOf: (name: string) => string | undefined;
  /** Files that they come from, apart from the Kustomization's own. */
  readonly includes: readonly string[];
  readonly carriers: readonly ObjectRef[];
}

interface Asking {
  /** The Kustomization, as Git says it. */
  readonly object: KubeObject;
  readonly namespace: string | undefined;
  readonly heldIn: Application['heldIn'];
  /** A place in the Kustomization itself. */
  readonly own: (at: readonly string[], value: Values) => Promise<OptionsPlace> | OptionsPlace;
}

/**
 * `spec.postBuild`: what stands there itself wins over what is taken from ConfigMaps, of which the last one wins. A Secret is not read, nor
 * is what lies outside the repository. Undefined: it has none.
 */
export async function fluxVariables(tree: Tree, { object, namespace, heldIn, own }: Asking): Promise<Variables | undefined> {
  const { postBuild } = (object['spec'] ?? {}) as { readonly postBuild?: { readonly substitute?: unknown; readonly substituteFrom?: readonly unknown[] } };
  const references = (postBuild?.substituteFrom ?? []).filter(isMap);
  const inline = isMap(postBuild?.substitute) ? postBuild.substitute : undefined;
  if (references.length === 0 && inline === undefined) return undefined;
  const maps = await Promise.all(references.map(({ kind, name }) => (kind === 'ConfigMap' && typeof name === 'string' ? findCarrier(tree, { apiVersion: 'v1', kind, name, ...(namespace === undefined ? {} : { namespace }) }, heldIn) : undefined)));
  const found = maps.flatMap((map) => map ?? []);
  const taken = await Promise.all(
    found.map(async ({ path, document, within, object: map }): Promise<OptionsPlace> => ({ file: path, text: (await tree.read(path)) ?? '', document, at: [...within, 'data'], value: isMap(map['data']) ? map['data'] : {} })),
  );
  const places = [...(inline === undefined ? [] : [await own(['spec', 'postBuild', 'substitute'], inline)]), ...taken.toReversed()];
  return {
    places,
    valueOf(name) {
      const said = places.find(({ value }) => Object.hasOwn(value, name))?.value[name];
      return said === undefined ? (found.length < references.length ? undefined : '') : String(said ?? '');
    },
    includes: found.map(({ path }) => path),
    carriers: found.map(({ object: map }) => ({ ...refOf(map), ...(namespace === undefined ? {} : { namespace }) })),
  };
}
