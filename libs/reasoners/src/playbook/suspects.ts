import { canonicalJson } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { allChanges, changesInEffect, insideContainer, insidePod, isSameObject, isTarget, together } from './changes-in-effect.ts';
import { complaintOf } from './complaint.ts';
import { feedsVariable, goesAlong, indirectly, tookFrom } from './indirect-clues.ts';
import { logOf, mentions } from './log-clues.ts';
import { configMapsOf } from './references.ts';
import { unresolvedHost } from './unresolved-host.ts';
import { asList, asRecord, healthyTemplates, podSpecPath, valueAt } from './workload.ts';

/** Fields of a container that decide what its program finds; probes, bounds and declared ports end no program by themselves. */
const OF_PROGRAM = /^(image|command|args|workingDir|env|envFrom|volumeMounts|securityContext|tty|stdin)$/;
const OF_POD = /^(volumes|securityContext|hostNetwork|hostAliases|dnsPolicy|dnsConfig|hostname|subdomain|serviceAccountName|automountServiceAccountToken|enableServiceLinks|shareProcessNamespace|nodeSelector|runtimeClassName)$/;

export interface Suspect {
  readonly change: GitChange;
  /** How strongly the log speaks of it; 0: not at all. */
  readonly score: number;
}

/**
 * The changes in Git that may make the program of a container fail, the likeliest first: of the container itself, of its pod, of the
 * ConfigMaps that it reads, and, where its log names them, of the Services and workloads that it depends on.
 */
export function suspectsOf(kase: Case, container: string): readonly Suspect[] {
  const log = logOf(kase);
  const reads = configMapsOf(kase, container);
  const [complaint, host] = [complaintOf(kase, container), unresolvedHost(log)];
  const relevant = [...changesInEffect(kase), ...olderOfLines(kase, log)].flatMap((change): readonly Suspect[] => {
    const score = mentions(change, log) + indirectly(kase, container, { change, complaint, host });
    if (score === 0 && isLogLevel(change)) return [];
    if (isTarget(kase, change.object)) return touches(kase, change, container, score) ? [{ change, score }] : [];
    if (change.object.kind === 'ConfigMap') return change.path[0] === 'data' && reads.has(change.object.name) ? [{ change, score }] : [];
    // What another object is like matters only where the log says so.
    const named = DEPENDENCIES.includes(change.object.kind) && change.path.length > 0 && score >= 2 && (servesNamed(kase, change, log) || log.includes(change.object.name));
    return named ? [{ change, score: score - 1 }] : [];
  });
  const all = relevant.map(({ change }) => change);
  const own = relevant.filter(({ change }) => !goesAlong(change, all) && !tookFrom(kase, container, change, all));
  const fresh = new Set(together(own.map(({ change }) => change)));
  return exonerate(kase, own.filter(({ change, score }) => score > 0 || fresh.has(change))).toSorted((a, b) => b.score - a.score || b.change.at - a.change.at);
}

/**
 * An earlier change of a command line that was changed again since: what it brought may still stand in it. Only where the log speaks
 * of that, since putting back the line takes the later change with it.
 */
function olderOfLines(kase: Case, log: string): readonly GitChange[] {
  const keyOf = ({ commit, object, path }: GitChange) => [commit, object.kind, object.name, ...path].join('\u0000');
  const newest = new Set(changesInEffect(kase).map(keyOf));
  const headOf = ({ object, path }: GitChange) => valueAt(kase.versions[0]?.objects.find((one) => isSameObject(one, object)), path);
  return allChanges(kase).filter((change) => {
    const { path, before, after } = change;
    if (newest.has(keyOf(change)) || !/^(args|command)$/.test(path.at(-1) ?? '') || !Array.isArray(after)) return false;
    const head = headOf(change);
    const brought = after.filter((word) => !(Array.isArray(before) ? before : []).includes(word));
    return Array.isArray(head) && brought.some((word) => head.includes(word) && mentions({ ...change, before: undefined, after: word }, log) >= 3);
  });
}

const LEVELS: readonly unknown[] = ['trace', 'debug', 'verbose', 'info', 'notice', 'warn', 'warning', 'error'];

/** How much a program writes into its log ends none. */
function isLogLevel({ before, after }: GitChange): boolean {
  const isLevel = (value: unknown) => typeof value === 'string' && LEVELS.includes(value.toLowerCase());
  return isLevel(before) && isLevel(after);
}

const DEPENDENCIES: readonly string[] = ['Service', 'Deployment', 'StatefulSet'];

function touches(kase: Case, change: GitChange, container: string, score: number): boolean {
  const inside = insideContainer(kase, change, container);
  if (inside !== undefined) return inside.length === 0 || OF_PROGRAM.test(inside[0] ?? '');
  const pod = insidePod(kase, change);
  if (pod === undefined) return feedsVariable(kase, container, change);
  if (OF_POD.test(pod[0] ?? '')) return pod[0] !== 'volumes' || pod.length === 1 || mounts(kase, container, pod[1] ?? '') || change.after === undefined;
  // Containers of a pod share their ports: what another one does matters where the log says so.
  return (pod[0] === 'containers' || pod[0] === 'initContainers') && pod[1] !== `[name=${container}]` && score >= 3 && (pod.length <= 2 || /^(args|command|env)$/.test(pod[2] ?? ''));
}

function mounts(kase: Case, container: string, item: string): boolean {
  const pod = asRecord(valueAt(kase.target, podSpecPath(kase.target)));
  const list = ['containers', 'initContainers'].flatMap((name) => (Array.isArray(pod[name]) ? (pod[name] as unknown[]) : [])).map(asRecord);
  const mountsOf = list.find(({ name }) => name === container)?.['volumeMounts'];
  return Array.isArray(mountsOf) && mountsOf.some((mount) => item === `[name=${String(asRecord(mount)['name'])}]`);
}

/** The log names a Service that leads to the changed workload. */
function servesNamed(kase: Case, { object }: GitChange, log: string): boolean {
  const head = kase.versions[0]?.objects ?? [];
  const workload = head.find((one) => isSameObject(one, object));
  const labels = asRecord(valueAt(workload, ['spec', 'template', 'metadata', 'labels']));
  return head.some((service) => {
    const selector = Object.entries(asRecord(valueAt(service, ['spec', 'selector'])));
    return service.kind === 'Service' && log.includes(service.metadata.name) && selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
  });
}

/** What a pod of the target runs well with is not what makes another one fail. */
function exonerate(kase: Case, suspects: readonly Suspect[]): readonly Suspect[] {
  const inTemplate = suspects.filter(({ change }) => insidePod(kase, change) !== undefined);
  const holdsAfter = (template: KubeObject, change: GitChange) => holds(kase, template, change, change.after);
  // A crashing pod is ready for moments too: what holds every change is the live template and proves nothing.
  const healthy = healthyTemplates(kase.target, kase.related).filter((template) => runsWell(kase, template) && !inTemplate.every(({ change }) => holdsAfter(template, change)));
  return suspects.filter(({ change }) => insidePod(kase, change) === undefined || !healthy.some((template) => holdsAfter(template, change)));
}

/** No container of it, or of the pods of the ReplicaSet, was ever restarted: one that fails is ready for moments, too. */
function runsWell({ related }: Case, template: KubeObject): boolean {
  const pods = template.kind === 'Pod' ? [template] : related.filter((pod) => pod.kind === 'Pod' && pod.metadata.ownerReferences?.some(({ kind, name }) => kind === template.kind && name === template.metadata.name));
  return pods.every((pod) => ['containerStatuses', 'initContainerStatuses'].every((list) => asList(asRecord(pod['status'])[list]).every(({ restartCount = 0 }) => restartCount === 0)));
}

/** A healthy pod or ReplicaSet of the target has that value in the changed place. */
export function provedBefore(kase: Case, change: GitChange): boolean {
  return insidePod(kase, change) !== undefined && healthyTemplates(kase.target, kase.related).some((template) => holds(kase, template, change, change.before));
}

function holds(kase: Case, template: KubeObject, change: GitChange, value: unknown): boolean {
  const inside = insidePod(kase, change);
  if (inside === undefined) return false;
  const found = valueAt(template, [...podSpecPath(template), ...inside]);
  return found === undefined || value === undefined ? found === value : canonicalJson(found) === canonicalJson(value);
}
