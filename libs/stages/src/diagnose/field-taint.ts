import { valueAt } from '@fleetmend/manifest';
import { HOST_PATTERNS, fieldActions, matchesPattern, refOf, type Action, type FieldAction, type FieldActionFacts, type KubeObject } from '@fleetmend/model';
import { CATALOGUE_CONSTANTS, clusterNames, containersIn, gitValues, type Origin } from './known-values.ts';

/** A number with a unit or a percent sign: how far it may go is for policy to say. */
const NUMBER = /^\d{1,18}(?:\.\d{1,9})?(?:%|ms|s|m|h|[numkMGTPE]|[KMGTPE]i)?$/;

/** What of an action that sets fields has no known origin: a field that the catalogue does not give it, a key, or a value. */
export function findFieldTaint({ action, fields }: FieldAction, object: KubeObject, kase: Origin): string | undefined {
  const { sets, removes = [] }: FieldActionFacts = fieldActions[action];
  const names = clusterNames(kase);
  const inGit = gitValues(kase, refOf(object));
  const known = (text: string) => CATALOGUE_CONSTANTS.has(text) || NUMBER.test(text) || names.has(text) || inGit.has(text);
  for (const { path, value } of fields) {
    const free = matchesPattern(value === null ? removes : sets, object.kind, path);
    if (free === undefined) return `path is no field that ${action} may ${value === null ? 'take out of' : 'set in'} a ${object.kind}`;
    const strange = free.find((segment) => !isPlace(segment) && !standsIn(object, path, segment) && !known(segment));
    if (strange !== undefined) return 'path names something that does not exist';
    if (value === null) continue;
    for (const [keys, leaf] of leavesOf(value, [])) {
      if (keys.some((key) => !/^\d+$/.test(key) && !SHAPE.has(key) && !known(key))) return 'a key of the value is no name that exists';
      if (typeof leaf === 'string' && !known(leaf) && !(action === 'setProbe' && isServedPath(leaf, object))) return 'value is no constant, no number, no value from Git\'s history and no name that exists';
    }
  }
  return undefined;
}

/** Keys of the maps that actions put into a list: a toleration, a volume, a mount, a term of an affinity. */
const SHAPE: ReadonlySet<string> = new Set([
  'key', 'operator', 'value', 'effect', 'tolerationSeconds', 'name', 'mountPath', 'subPath', 'readOnly', 'emptyDir', 'medium', 'sizeLimit', 'claimName', 'persistentVolumeClaim', 'configMap', 'secret', 'secretName', 'matchExpressions', 'matchLabels', 'values',
  'nodeSelectorTerms', 'weight', 'preference', 'podAffinityTerm', 'labelSelector', 'topologyKey', 'type', 'rollingUpdate', 'maxSurge', 'maxUnavailable',
]);

/** `-` adds an item; a number names one by its place. */
const isPlace = (segment: string): boolean => segment === '-' || /^\d+$/.test(segment);

/** The field stands there already, so that its name is no news. */
function standsIn(object: KubeObject, path: readonly string[], segment: string): boolean {
  return valueAt(object, path.slice(0, path.indexOf(segment) + 1)) !== undefined;
}

/** A URL path that the container's own command line names, as in `--health=/healthz`. */
function isServedPath(text: string, object: KubeObject): boolean {
  if (!/^\/[-A-Za-z0-9._~/]*$/.test(text)) return false;
  return containersIn(object).some((container) => ['command', 'args'].flatMap((list) => (Array.isArray(container[list]) ? (container[list] as unknown[]) : [])).some((word) => String(word).split(/[=\s,;"']/).includes(text)));
}

/** `to` must be a Service's DNS name or port, and `from` a part of the text that it replaces. */
export function findHostTaint({ path, from, to }: Extract<Action, { readonly action: 'setHost' }>, object: KubeObject, kase: Origin): string | undefined {
  if (matchesPattern(HOST_PATTERNS, object.kind, path) === undefined) return `path is no field of a ${object.kind} that setHost may change`;
  const text = valueAt(object, path.slice(0, path.includes('!yaml') ? path.indexOf('!yaml') : path.length));
  if (typeof text !== 'string' || !text.includes(from)) return 'from does not stand in the field';
  return servicePlaces(kase).has(to) ? undefined : 'to is no DNS name and no port of a Service that exists';
}

/**
 * Every name and port under which a Service of the cluster, or of the same application, can be reached. One that stands for a name
 * outside counts only from Git: whoever may make a Service could lead the traffic anywhere by it.
 */
function servicePlaces({ related, reached = [], versions, target }: Origin): ReadonlySet<string> {
  const inside = [...related, ...reached].filter(({ spec }) => (spec as { type?: string } | undefined)?.type !== 'ExternalName');
  const services = [...inside, ...(versions[0]?.objects ?? [])].filter(({ kind }) => kind === 'Service');
  return new Set(services.flatMap(({ metadata: { name, namespace = target.metadata.namespace ?? '' }, spec }) => {
    const ports = (spec as { ports?: readonly { port?: number }[] } | undefined)?.ports ?? [];
    return [...(namespace === target.metadata.namespace ? [name] : []), `${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`, ...ports.map(({ port }) => String(port))];
  }));
}

function leavesOf(value: unknown, path: readonly string[]): readonly (readonly [readonly string[], unknown])[] {
  if (value === null || typeof value !== 'object') return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}
