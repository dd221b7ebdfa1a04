import { valueAt } from '@fleetmend/manifest';
import { Action, CATALOGUE_WORDS, refOf, sameRef, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { z } from 'zod';

export type Origin = Pick<Case, 'target' | 'related' | 'reached' | 'history' | 'versions' | 'changes' | 'build'>;

/** Keys of a spec whose values are names: `name`, `claimName`, `serviceAccountName`, `key`, `port` … */
const NAMING_KEY = /^(?:name|.*Name|namespace|key|kind|apiVersion|port|topologyKey|operator|effect)$/;
/** What the API server lets a name look like, with the prefix of a label key; nothing that holds a sentence, a link or a path upwards. */
const NAME = /^(?![^]*\.\.)(?![^]*:\/\/)[A-Za-z0-9]([-A-Za-z0-9_./:]{0,315}[A-Za-z0-9])?$/;

/** Every text that the catalogue itself fixes: names of actions and of their parameters, values of its enums. */
export const CATALOGUE_CONSTANTS: ReadonlySet<string> = catalogueConstants();

function catalogueConstants(): ReadonlySet<string> {
  const found = new Set<string>(CATALOGUE_WORDS);
  const look = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(look);
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      const fixed = key === 'const' ? [value] : key === 'enum' && Array.isArray(value) ? value : key === 'properties' ? Object.keys(value as object) : [];
      for (const one of fixed) if (typeof one === 'string') found.add(one);
      look(value);
    }
  };
  look(z.toJSONSchema(Action, { io: 'input', unrepresentable: 'any' }));
  return found;
}

/** Every text that a field of the target, or of another object that is to be changed, ever had in Git, as far as the case goes back. */
export function gitValues({ history, versions }: Origin, object?: ObjectRef): ReadonlySet<string> {
  const own = history.flatMap((field) => field.values.flatMap(({ value }) => textsIn(value)));
  const others = object === undefined ? [] : versions.flatMap(({ objects }) => objects.filter((one) => isObject(one, object)).flatMap((one) => [...textsIn(one['spec']), ...textsIn(one.metadata.labels)]));
  return new Set([...own, ...others]);
}

export function gitCommits({ history, versions }: Origin): ReadonlySet<string> {
  return new Set([...history.flatMap((field) => field.values.map(({ commit }) => commit)), ...versions.map(({ commit }) => commit)]);
}

/** The same object; a manifest may leave its namespace to whoever applies it. */
export function isObject(object: KubeObject, ref: ObjectRef): boolean {
  return sameRef({ ...refOf(object), namespace: object.metadata.namespace ?? ref.namespace }, ref);
}

/** An object as Git has it at the head, else as it is live. */
export function findObject({ target, related, versions }: Origin, ref: ObjectRef): KubeObject | undefined {
  return [...(versions[0]?.objects ?? []), target, ...related].find((object) => isObject(object, ref));
}

/** Names that exist in the cluster, or in what Git has the same application apply: of objects, labels, containers, ports, keys. Never annotations and status, which hold free text. */
export function clusterNames({ target, related, versions }: Origin): ReadonlySet<string> {
  const names = new Set<string>();
  for (const object of [target, ...related, ...(versions[0]?.objects ?? [])]) for (const name of namesOf(object)) if (NAME.test(name)) names.add(name);
  return names;
}

function namesOf(object: KubeObject): readonly string[] {
  const { name, namespace, labels } = object.metadata;
  const own = [object.apiVersion, object.kind, name, ...(namespace === undefined ? [] : [namespace]), ...Object.entries(labels ?? {}).flat(), ...Object.keys(asRecord(object['data'])), ...Object.keys(asRecord(object['stringData']))];
  const dns = object.kind === 'Service' && namespace !== undefined ? [`${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`] : [];
  return [...own, ...dns, ...namesIn(object['spec'], '')];
}

function namesIn(value: unknown, key: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => namesIn(item, key));
  if (value !== null && typeof value === 'object') return Object.entries(value).flatMap(([name, item]) => (/^(?:matchLabels|labels|selector|nodeSelector)$/.test(key) ? [name, ...textsIn(item)] : name === 'taints' ? textsIn(item) : key === 'annotations' ? [] : namesIn(item, name)));
  return NAMING_KEY.test(key) ? textsIn(value) : [];
}

const TEMPLATES = [['spec', 'template', 'spec'], ['spec', 'jobTemplate', 'spec', 'template', 'spec'], ['spec']] as const;

/** The containers of whatever pod template an object has, init containers included. */
export function containersIn(object: KubeObject): readonly Readonly<Record<string, unknown>>[] {
  for (const path of TEMPLATES) {
    const spec = asRecord(valueAt(object, [...path]));
    const all = ['containers', 'initContainers'].flatMap((list) => (Array.isArray(spec[list]) ? (spec[list] as unknown[]) : [])).map(asRecord);
    if (all.length > 0) return all;
  }
  return [];
}

/** Images that a container of this name runs healthily here: of the target's own ReplicaSets with ready pods. */
export function healthyImages({ target, related }: Origin, container: string): readonly string[] {
  const owned = related.filter((object) => object.kind === 'ReplicaSet' && object.metadata.ownerReferences?.some((owner) => owner.kind === target.kind && owner.name === target.metadata.name) && Number(asRecord(object['status'])['readyReplicas'] ?? 0) > 0);
  return [target, ...owned].flatMap(containersIn).filter((one) => one['name'] === container).flatMap((one) => textsIn(one['image']));
}

export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
