import type { Case, GitChange } from '@fleetmend/plugin-api';
import { insideContainer, isTarget } from './changes-in-effect.ts';
import type { Complaint } from './complaint.ts';
import { asList, asRecord, containersOf, podSpecPath, valueAt } from './workload.ts';

/** As strong as a log that names the value itself. */
const NAMED = 3;

/** What a log says of a change in other words than those of the change: how strongly; 0: nothing. */
export function indirectly(kase: Case, container: string, { change, complaint, host }: { readonly change: GitChange; readonly complaint: Complaint | undefined; readonly host: string | undefined }): number {
  return isSource(kase, container, change, complaint) || isBlankOnly(change) || isAliasOf(kase, change, host) ? NAMED : 0;
}

/** The variable that the program complains of comes from that key of a ConfigMap, or from that label or annotation of its pods. */
function isSource(kase: Case, container: string, { object, path }: GitChange, complaint: Complaint | undefined): boolean {
  if (complaint?.about !== 'variable') return false;
  const view = containersOf(kase.target).find(({ name }) => name === container);
  const from = asRecord(asList(view && valueAt(kase.target, [...view.path, 'env'])).find(({ name }) => name === complaint.what)?.['valueFrom']);
  const key = asRecord(from['configMapKeyRef']);
  if (object.kind === 'ConfigMap') return key['name'] === object.name && path.length === 2 && path[0] === 'data' && path[1] === key['key'];
  return isTarget(kase, object) && isReadFrom(kase, path, from);
}

/** A label or an annotation of the pods that `fieldRef` of a variable names. */
function isReadFrom(kase: Case, path: readonly string[], from: Readonly<Record<string, unknown>>): boolean {
  const [, list = '', name = ''] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(String(asRecord(from['fieldRef'])['fieldPath'] ?? '')) ?? [];
  const place = [...podSpecPath(kase.target).slice(0, -1), 'metadata', list, name];
  return name !== '' && path.length === place.length && place.every((segment, index) => segment === path[index]);
}

/** A label or an annotation of the pods that one of the container's variables is made of. */
export function feedsVariable(kase: Case, container: string, { object, path }: GitChange): boolean {
  const view = containersOf(kase.target).find(({ name }) => name === container);
  return isTarget(kase, object) && asList(view && valueAt(kase.target, [...view.path, 'env'])).some((item) => isReadFrom(kase, path, asRecord(item['valueFrom'])));
}

/** A value of one line that came to have blanks or a line break around it: nobody means those, and few programs take them. */
function isBlankOnly({ before, after }: GitChange): boolean {
  return typeof before === 'string' && typeof after === 'string' && before !== after && before === after.trim() && before !== '' && !before.includes('\n');
}

/** The host that does not resolve is a Service that stands for another name, and that name changed. */
function isAliasOf(kase: Case, { object, path }: GitChange, host: string | undefined): boolean {
  if (host === undefined || object.kind !== 'Service' || path.join('/') !== 'spec/externalName') return false;
  const [name, namespace = kase.target.metadata.namespace] = host.split('.');
  return name === object.name && (object.namespace === undefined || object.namespace === namespace);
}

/** Changes that only go along with another one of the same commit: servers of names with the policy that makes them count, a volume with its mount. */
export function goesAlong(change: GitChange, others: readonly GitChange[]): boolean {
  const place = change.path.join('/');
  const same = others.filter(({ commit }) => commit === change.commit);
  if (place.endsWith('/dnsConfig')) return same.some(({ path }) => path.join('/') === place.replace(/dnsConfig$/, 'dnsPolicy'));
  return /\/volumes(\/\[name=[^\]]*\])?$/.test(place) && change.after === undefined && same.some(({ path, after }) => after === undefined && path.includes('volumeMounts'));
}

/** Another container that came with what the failing one lost by the same commit: the lines slipped from one to the other. */
export function tookFrom(kase: Case, container: string, change: GitChange, others: readonly GitChange[]): boolean {
  const isOther = change.before === undefined && /^(?:init)?containers$/i.test(change.path.at(-2) ?? '') && change.path.at(-1) !== `[name=${container}]`;
  return isOther && others.some((one) => one.commit === change.commit && one.after === undefined && ['env', 'envFrom'].includes(insideContainer(kase, one, container)?.[0] ?? ''));
}
