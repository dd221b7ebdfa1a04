import { KUBERNETES, type DiscoveredResource, type DiscoveredSubresource } from '../openapi/catalogue.ts';
import type { CustomType } from './custom/custom-type.ts';
import { createSchemas, type TypeNode } from './schema.ts';

/** One served type of one version. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  /** `apps/v1`, `v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: ReadonlyMap<string, DiscoveredSubresource>;
  /** As discovery shows it. */
  readonly discovered: DiscoveredResource;
  /** Where the objects live. The two Event APIs and all versions of a custom kind share a place. */
  readonly storage: string;
  readonly storedAs: string;
  readonly schema: TypeNode;
  /** Present for kinds that come from a CustomResourceDefinition. */
  readonly custom?: CustomType;
}

/** The types that a cluster serves: the built-in ones, and those that custom resource definitions add and remove. */
export interface TypeRegistry {
  all(): readonly ResourceType[];
  byKind(apiVersion: string, kind: string): ResourceType | undefined;
  byPath(group: string, version: string, plural: string): ResourceType | undefined;
  /** Any version of what lives at a storage place. */
  byStorage(storage: string): ResourceType | undefined;
  /** Replaces the types that one definition contributes; none removes them. */
  setCustom(definition: string, types: readonly ResourceType[]): void;
  /** Grows with each change; discovery and OpenAPI are cached by it. */
  generation(): number;
}

export const schemas = createSchemas();

export function createTypeRegistry(): TypeRegistry {
  const builtIn = builtInTypes();
  const custom = new Map<string, readonly ResourceType[]>();
  let generation = 0;
  let all: readonly ResourceType[] = builtIn;
  let index = indexed(all);
  return {
    all: () => all,
    byKind: (apiVersion, kind) => index.kinds.get(`${apiVersion} ${kind}`),
    byPath: (group, version, plural) => index.paths.get(`${group}/${version}/${plural}`),
    byStorage: (storage) => index.storages.get(storage),
    setCustom(definition, types) {
      if (types.length === 0) custom.delete(definition);
      else custom.set(definition, types);
      all = [...builtIn, ...[...custom.values()].flat()];
      index = indexed(all);
      generation += 1;
    },
    generation: () => generation,
  };
}

function indexed(types: readonly ResourceType[]) {
  return {
    kinds: new Map(types.map((type) => [`${type.apiVersion} ${type.kind}`, type])),
    paths: new Map(types.map((type) => [`${type.group}/${type.version}/${type.plural}`, type])),
    storages: new Map([...types].reverse().map((type) => [type.storage, type])),
  };
}

function builtInTypes(): readonly ResourceType[] {
  const definitions = new Map<string, string>();
  for (const [name, schema] of Object.entries(KUBERNETES.schemas)) {
    for (const gvk of (schema['x-kubernetes-group-version-kind'] ?? []) as readonly { group: string; version: string; kind: string }[]) definitions.set(`${gvk.group}/${gvk.version}/${gvk.kind}`, name);
  }
  return KUBERNETES.groupVersions.flatMap(({ group, version, resources }) =>
    resources.map((discovered): ResourceType => {
      const kind = discovered.responseKind.kind;
      const apiVersion = group === '' ? version : `${group}/${version}`;
      const shared = group === 'events.k8s.io';
      return {
        group, version, apiVersion, kind, listKind: `${kind}List`, plural: discovered.resource, namespaced: discovered.scope === 'Namespaced', verbs: discovered.verbs, discovered,
        subresources: new Map((discovered.subresources ?? []).map((sub) => [sub.subresource, sub])),
        storage: shared ? '/events' : `${group}/${discovered.resource}`,
        storedAs: shared ? 'v1' : apiVersion,
        schema: schemas.named(definitions.get(`${group}/${version}/${kind}`) ?? ''),
      };
    }),
  );
}
