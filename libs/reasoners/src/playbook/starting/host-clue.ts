import { canonicalJson } from '@fleetmend/kernel';
import { containersOf, isReady, valueAt } from '../workload.ts';
import type { Action, KubeObject, ObjectRef } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { inNamespace, isSameObject } from '../changes-in-effect.ts';
import type { Complaint } from '../complaint.ts';
import { logOf, holdsWord } from '../log-clues.ts';
import { nearestName } from '../nearest-name.ts';
import { configMapsOf } from '../references.ts';
import type { RuleAnswer } from '../rule.ts';
import { unresolvedHost } from '../unresolved-host.ts';

/**
 * A host that does not resolve, where a Service of nearly the same name exists, or the one that Git renamed it to: the name is mended where it stands.
 * Undefined: the log names none, or no Service is near enough, or it is not clear where the name comes from. What stood beside it all along is
 * not the heir of one that is gone, be it the one of before or the one that is asked for.
 */
export function noSuchHost(kase: Case, container: string, since?: GitChange): RuleAnswer | undefined {
  const host = unresolvedHost(logOf(kase));
  if (host === undefined) return undefined;
  const [label = '', ...rest] = host.split('.');
  const moved = movedTo(kase, label, rest);
  const [there, elsewhere] = moved === undefined ? [] : placesOf(kase, container, host);
  if (moved !== undefined && there && !elsewhere) {
    const action: Action = { action: 'setHost', ...(there.object === undefined ? {} : { object: there.object }), path: [...there.path], from: host, to: [label, moved, ...rest.slice(1)].join('.') };
    return { cause: `${container} asks for host ${host}, and Service ${label} moved to namespace ${moved}`, confidence: 0.8, cites: ['log', 'object', 'history'], candidates: [action] };
  }
  const namespace = namespaceOf(kase, rest);
  const beside = [since?.beforeCommit, lastWith(kase, label, namespace)];
  const services = [...kase.related, ...(kase.versions[0]?.objects ?? [])].filter((one) => isServiceIn(one, namespace) && !beside.some((commit) => stoodBeside(kase, commit, one)));
  const near = renamedTo(kase, label) ?? nearestName(label, services.map(({ metadata }) => metadata.name).filter((name) => !isAnotherOne(label, name)));
  const places = near === undefined ? [] : placesOf(kase, container, host);
  const [place, second] = places;
  if (near === undefined || !place || second) return undefined;
  const to = [near, ...rest].join('.');
  const action: Action = { action: 'setHost', ...(place.object === undefined ? {} : { object: place.object }), path: [...place.path], from: host, to };
  return { cause: `${container} asks for host ${host}, which does not exist; Service ${near} does`, confidence: 0.8, cites: ['log', 'object'], candidates: [action] };
}

/**
 * A Service that is there, and has another port than the program was told, and only one: the port is mended where it stands. Undefined
 * where anything of this is not sure.
 */
export function otherPort(kase: Case, container: string, { about, what }: Complaint): RuleAnswer | undefined {
  const [host = '', port] = what.split(':');
  const service = about === 'address' && port !== undefined ? serviceAt(kase, host) : undefined;
  const ports = (valueAt(service, ['spec', 'ports']) ?? []) as readonly { readonly port?: number }[];
  const to = ports.length === 1 ? ports[0]?.port : undefined;
  // A headless Service has no port of its own: what its pods listen on is another matter.
  if (port === undefined || to === undefined || String(to) === port || valueAt(service, ['spec', 'clusterIP']) === 'None') return undefined;
  const [place, second] = placesOf(kase, container, port);
  if (!place || second) return undefined;
  const action: Action = { action: 'setHost', ...(place.object === undefined ? {} : { object: place.object }), path: [...place.path], from: port, to: String(to) };
  return { cause: `${container} asks ${host} on port ${port}, and that Service has port ${to} only`, confidence: 0.85, cites: ['log', 'object'], candidates: [action] };
}

/**
 * The Service that a change led the program to, where it is the one that was meant: it has that port and pods of its own, and none of them is
 * ready. What it holds may have moved along, so that going back is for people.
 */
export function sleepingService(kase: Case, { about, what }: Complaint, { after }: Pick<GitChange, 'after'>): string | undefined {
  const [host = '', port] = what.split(':');
  const service = about === 'address' && holdsWord(JSON.stringify(after ?? ''), host) ? serviceAt(kase, host) : undefined;
  const ports = (valueAt(service, ['spec', 'ports']) ?? []) as readonly { readonly port?: number }[];
  if (service === undefined || (port !== undefined && !ports.some((one) => String(one.port) === port))) return undefined;
  const selector = Object.entries((valueAt(service, ['spec', 'selector']) ?? {}) as Readonly<Record<string, unknown>>);
  const pods = kase.related.filter(({ kind, metadata }) => kind === 'Pod' && metadata.namespace === service.metadata.namespace && selector.length > 0 && selector.every(([key, value]) => metadata.labels?.[key] === value));
  return pods.length > 0 && !pods.some(isReady) ? service.metadata.name : undefined;
}

/** The live Service behind a host name, as the target would resolve it. */
function serviceAt({ related, reached = [], target }: Case, host: string): KubeObject | undefined {
  const [name, namespace = target.metadata.namespace, ...rest] = host.replace(/\.$/, '').split('.');
  if (!['', 'svc', 'svc.cluster.local'].includes(rest.join('.'))) return undefined;
  return [...related, ...reached].find(({ kind, metadata }) => kind === 'Service' && metadata.name === name && metadata.namespace === namespace);
}

/** `redis-2` and `redis-1`, `cache-a` and `cache-b` differ in what tells one of a kind from the next, and not by a slip. */
function isAnotherOne(one: string, other: string): boolean {
  const parts = (name: string) => name.replace(/\d+/g, '#').split(/[-.]/).map((part) => (part.length === 1 ? '#' : part)).join('-');
  return parts(one) === parts(other);
}

/** The namespace that a host's labels after the first one name. */
function namespaceOf({ target }: Case, [namespace = target.metadata.namespace]: readonly string[]): string | undefined {
  return namespace;
}

/** A manifest may leave its namespace to whoever applies it. */
function isServiceIn({ kind, metadata }: KubeObject, namespace: string | undefined): boolean {
  return kind === 'Service' && (metadata.namespace === undefined || namespace === undefined || metadata.namespace === namespace);
}

/** The newest commit at which Git had a Service of that name, where it has it no more. */
function lastWith({ versions: [head, ...older] }: Case, name: string, namespace: string | undefined): string | undefined {
  const has = (objects: readonly KubeObject[]) => objects.some((one) => isServiceIn(one, namespace) && one.metadata.name === name);
  return has(head?.objects ?? []) ? undefined : older.find(({ objects }) => has(objects))?.commit;
}

function stoodBeside(kase: Case, at: string | undefined, service: KubeObject): boolean {
  const before = at === undefined ? [] : (kase.versions.find(({ commit }) => commit === at)?.objects ?? []);
  return before.some((one) => isServiceIn(one, service.metadata.namespace) && one.metadata.name === service.metadata.name);
}

/**
 * The host that stood where an unresolved one stands now, if it is a Service that is gone: putting it back would help nobody, and look
 * well for as long as pods live that found it once. Of another namespace only Git can tell.
 */
export function goneHost(kase: Case, { before, after }: Pick<GitChange, 'before' | 'after'>): string | undefined {
  const host = unresolvedHost(logOf(kase));
  if (host === undefined) return undefined;
  const services = kase.related.filter(({ kind }) => kind === 'Service');
  const known = [...services, ...(kase.versions[0]?.objects ?? []).filter(({ kind }) => kind === 'Service')].map(({ metadata }) => metadata.name);
  const earlier = textPairs(before, after).flatMap(([was, now]) => {
    const at = now.indexOf(host);
    const [head, tail] = [now.slice(0, Math.max(at, 0)), now.slice(at + host.length)];
    return at >= 0 && was.startsWith(head) && was.endsWith(tail) && was.length > head.length + tail.length ? [was.slice(head.length, was.length - tail.length)] : [];
  });
  return earlier.find((one) => {
    const [label = '', ...rest] = one.split('.');
    const namespace = namespaceOf(kase, rest);
    if (!/^[a-z0-9.-]+$/.test(one)) return false;
    return namespace === kase.target.metadata.namespace ? services.length > 0 && !known.includes(label) : leftGit(kase, label, namespace);
  });
}

/** Git once had a Service of that name there and has it no more, and it was not seen there either. */
function leftGit({ versions: [head, ...older], reached = [] }: Case, name: string, namespace: string | undefined): boolean {
  const isIt = (one: KubeObject) => one.kind === 'Service' && one.metadata.name === name && one.metadata.namespace === namespace;
  return older.some(({ objects }) => objects.some(isIt)) && head?.objects.some(isIt) === false && !reached.some(isIt);
}

/** The words of a value and of what it became, place by place. */
function textPairs(before: unknown, after: unknown): readonly (readonly [string, string])[] {
  if (typeof before === 'string' && typeof after === 'string') return [[before, after]];
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return [];
  return before.flatMap((item: unknown, index) => textPairs(item, after[index]));
}

/** The one Service of today that selects what a Service of that name selected when Git last had it, where that one was not there yet. */
function renamedTo({ versions: [head, ...older] }: Case, name: string): string | undefined {
  const servicesOf = (objects: readonly KubeObject[] = []) => objects.filter(({ kind }) => kind === 'Service');
  const today = servicesOf(head?.objects);
  if (today.some(({ metadata }) => metadata.name === name)) return undefined;
  const last = older.find(({ objects }) => servicesOf(objects).some(({ metadata }) => metadata.name === name));
  const known = servicesOf(last?.objects);
  const selector = known.find(({ metadata }) => metadata.name === name)?.['spec'];
  const wanted = canonicalJson(valueAt(selector, ['selector']) ?? null);
  const [only, second] = today.filter((service) => !known.some(({ metadata }) => metadata.name === service.metadata.name) && canonicalJson(valueAt(service, ['spec', 'selector']) ?? null) === wanted);
  return wanted === 'null' || second ? undefined : only?.metadata.name;
}

/** The namespace to which Git moved the Service of that name and namespace: as it was, and not there before. Undefined: it moved to none, or to several. */
function movedTo({ versions: [head, ...older] }: Case, name: string, [namespace]: readonly string[]): string | undefined {
  const called = (objects: readonly KubeObject[] = []) => objects.filter(({ kind, metadata }) => kind === 'Service' && metadata.name === name);
  const today = called(head?.objects);
  if (namespace === undefined || today.some(({ metadata }) => metadata.namespace === namespace)) return undefined;
  const known = called(older.find(({ objects }) => called(objects).some(({ metadata }) => metadata.namespace === namespace))?.objects);
  const spec = known.find(({ metadata }) => metadata.namespace === namespace)?.['spec'];
  const [only, second] = today.filter(({ metadata, ...one }) => !known.some((before) => before.metadata.namespace === metadata.namespace) && canonicalJson(one['spec'] ?? null) === canonicalJson(spec ?? null));
  return second ? undefined : only?.metadata.namespace;
}

interface Place {
  readonly object?: ObjectRef;
  readonly path: readonly string[];
}

/** Where the container's command line, environment, or a ConfigMap that it reads holds the host. */
function placesOf(kase: Case, container: string, host: string): readonly Place[] {
  const view = containersOf(kase.target).find(({ name }) => name === container);
  const own = view === undefined ? [] : textsIn(valueAt(kase.target, view.path), view.path).filter(({ path }) => path.includes('args') || path.includes('command') || (path.includes('env') && path.at(-1) === 'value'));
  const maps = configMapsOf(kase, container);
  const shared = (kase.versions[0]?.objects ?? []).filter(({ kind, metadata }) => kind === 'ConfigMap' && maps.has(metadata.name)).flatMap((map) => textsIn(map['data'], ['data']).map((text) => ({ ...text, object: refIn(kase, map) })));
  return [...own, ...shared].filter(({ text }) => holdsWord(text, host));
}

function refIn(kase: Case, { apiVersion, kind, metadata: { name, namespace } }: KubeObject): ObjectRef {
  const known = kase.related.find((one) => isSameObject(one, { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }));
  return inNamespace(kase, { apiVersion, kind, name, ...(namespace ?? known?.metadata.namespace ? { namespace: namespace ?? known?.metadata.namespace } : {}) });
}

function textsIn(value: unknown, path: readonly string[]): readonly { readonly path: readonly string[]; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (value === null || typeof value !== 'object') return [];
  const segment = (key: string, item: unknown) => (Array.isArray(value) && typeof (item as { name?: unknown } | null)?.name === 'string' ? `[name=${String((item as { name: string }).name)}]` : key);
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, segment(key, item)]));
}
