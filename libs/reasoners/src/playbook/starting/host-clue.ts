import { canonicalJson } from '@fleetmend/kernel';
import { containersOf, valueAt } from '../workload.ts';
import type { Action, KubeObject, ObjectRef } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { inNamespace, isSameObject } from '../changes-in-effect.ts';
import { logOf, holdsWord } from '../log-clues.ts';
import { nearestName } from '../nearest-name.ts';
import { referencesOf } from '../references.ts';
import type { RuleAnswer } from '../rule.ts';

/** How programs say that a name does not resolve. Source: Go, glibc, musl, Node, Java, Python, nginx. */
const NO_SUCH_HOST = [/lookup ([a-zA-Z0-9.-]+?)(?: on [^:]+(?::\d+)?)?: no such host/, /ENOTFOUND ([a-zA-Z0-9.-]+)/, /UnknownHostException: ([a-zA-Z0-9.-]+)/, /could not translate host name "([^"]+)"/, /host not found in upstream "([a-zA-Z0-9.-]+)/, /Could not resolve host: ([a-zA-Z0-9.-]+)/i, /getaddrinfo (?:EAI_AGAIN )?([a-zA-Z0-9.-]+)/];

export function unresolvedHost(text: string): string | undefined {
  for (const pattern of NO_SUCH_HOST) {
    const host = pattern.exec(text)?.[1];
    if (host !== undefined) return host;
  }
  return undefined;
}

/**
 * A host that does not resolve, where a Service of nearly the same name exists, or the one that Git renamed it to: the name is mended where it stands.
 * Undefined: the log names none, or no Service is near enough, or it is not clear where the name comes from.
 */
export function noSuchHost(kase: Case, container: string): RuleAnswer | undefined {
  const host = unresolvedHost(logOf(kase));
  if (host === undefined) return undefined;
  const services = [...kase.related, ...(kase.versions[0]?.objects ?? [])].filter(({ kind }) => kind === 'Service');
  const [label = '', ...rest] = host.split('.');
  const near = renamedTo(kase, label) ?? nearestName(label, services.map(({ metadata }) => metadata.name));
  const places = near === undefined ? [] : placesOf(kase, container, host);
  const [place, second] = places;
  if (near === undefined || !place || second) return undefined;
  const to = [near, ...rest].join('.');
  const action: Action = { action: 'setHost', ...(place.object === undefined ? {} : { object: place.object }), path: [...place.path], from: host, to };
  return { cause: `${container} asks for host ${host}, which does not exist; Service ${near} does`, confidence: 0.8, cites: ['log', 'object'], candidates: [action] };
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

interface Place {
  readonly object?: ObjectRef;
  readonly path: readonly string[];
}

/** Where the container's command line, environment, or a ConfigMap that it reads holds the host. */
function placesOf(kase: Case, container: string, host: string): readonly Place[] {
  const view = containersOf(kase.target).find(({ name }) => name === container);
  const own = view === undefined ? [] : textsIn(valueAt(kase.target, view.path), view.path).filter(({ path }) => path.includes('args') || path.includes('command') || (path.includes('env') && path.at(-1) === 'value'));
  const maps = new Set(referencesOf(kase.target).filter((ref) => ref.kind === 'ConfigMap' && (ref.container === undefined || ref.container === container)).map(({ name }) => name));
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
