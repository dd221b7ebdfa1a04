import { readQuantity } from '@fleetmend/kernel';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesAtHead, commitWords, isTarget, placeWords } from '../changes-in-effect.ts';
import { answer, handOver } from '../creating/answer.ts';
import { nearestName } from '../nearest-name.ts';
import type { Rule, RuleAnswer } from '../rule.ts';
import { restoring } from '../target-changes.ts';
import { asRecord } from '../workload.ts';
import { unrendered } from './unrendered.ts';

const ENGINE_KINDS = ['Application', 'Kustomization', 'HelmRelease', 'GitRepository', 'OCIRepository'];
/** A field as the API server names it: `spec.template.spec.containers[0].ports[0].containerPort`. */
const FIELD = /\b(spec|data|metadata)(?:\.[A-Za-z]\w*(?:\[[^\]]*\])?)+/g;
/** What is there may not become anything else; how the API server says so of each kind. */
const IMMUTABLE = /immutable|may not change once set|for fields other than|may not be changed/i;

/**
 * What the engine cannot apply. An object that the API server refuses gets back what the last commit changed in the field that is
 * named, or else in the object; of what cannot even be built, the one place that mends it. The rest is for a person, with the engine's own words.
 */
export const refusedByEngine: Rule = (kase) => {
  const { message, subCause } = kase.request.spec.failure;
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  const namespace = /namespaces "([^"]+)" not found/.exec(message)?.[1];
  if (namespace !== undefined) return withoutNamespace(kase, namespace, `${who}: ${message}`);
  if (kase.build !== undefined) return unrendered(kase, kase.build);
  const gone = goneVersion(message);
  if (gone !== undefined && !changesAtHead(kase).some(({ object, path }) => isTarget(kase, object) && path[0] === 'apiVersion')) return handOver(`${who}: ${message}`, 'VersionNotServed', gone);
  if (ENGINE_KINDS.includes(kase.target.kind)) return handOver(`${who}: ${subCause ?? 'NotReady'}: ${message}`, 'EngineRefused', `${who} says: ${message.slice(0, 300)}. Mend what it names in Git.`);
  const own = changesAtHead(kase).filter(({ object, path }) => isTarget(kase, object) && path.length > 0);
  const suspects = suspectsOf(own, message);
  const [first, second] = suspects;
  const renamed = suspects.flatMap((change) => renamedTo(change, own))[0];
  if (renamed) return handOver(`the API server refuses ${who}: ${message}`, 'ContainerRenamed', `Container ${renamed.was} was renamed to ${renamed.now} in one place, and another still speaks of ${renamed.was}, which so has become a second container without an image: use one name in both.`);
  if (!first) return handOver(`the API server refuses ${who}: ${message}`, 'ObjectRefused', `No recent commit changed ${who}; mend what the API server names: ${message.slice(0, 300)}`);
  if (second && IMMUTABLE.test(message)) {
    const places = suspects.slice(0, 4).map(({ path }) => placeWords(path, 3)).join(', ');
    return handOver(`several fields of ${who} were changed that may not be: ${message}`, 'SeveralChanges', `To put one of them back does not help: ${places}. Put all of them back, or have ${who} made anew, under another name or by the engine's option for it.`);
  }
  return answer(`${commitWords(first)} changed ${first.path.join('/')}, and the API server refuses ${who}: ${message}`, 0.9, restoring(kase, suspects));
};

/** Where kinds of Kubernetes itself are served since earlier versions of them were taken out. Source: the deprecated API migration guide of Kubernetes. */
const SERVED_AS: Readonly<Record<string, string | undefined>> = {
  CronJob: 'batch/v1', PodDisruptionBudget: 'policy/v1', HorizontalPodAutoscaler: 'autoscaling/v2', Ingress: 'networking.k8s.io/v1', IngressClass: 'networking.k8s.io/v1', NetworkPolicy: 'networking.k8s.io/v1', EndpointSlice: 'discovery.k8s.io/v1',
  Deployment: 'apps/v1', StatefulSet: 'apps/v1', DaemonSet: 'apps/v1', ReplicaSet: 'apps/v1', Role: 'rbac.authorization.k8s.io/v1', RoleBinding: 'rbac.authorization.k8s.io/v1', PriorityClass: 'scheduling.k8s.io/v1', Lease: 'coordination.k8s.io/v1',
};

/** What to do about a kind of Kubernetes itself that the API server does not know in the version that is asked for. */
function goneVersion(message: string): string | undefined {
  const [, kind = '', asked] = /no matches for kind "(\w+)" in version "([^"]+)"/.exec(message) ?? /could not find [\w.-]+\/(\w+) for requested resource/.exec(message) ?? [];
  const served = SERVED_AS[kind];
  return served === undefined || served === asked ? undefined : `This cluster serves ${kind} as ${served}${asked === undefined ? ', and the manifest names another version' : `, and not as ${asked}`}: change its apiVersion in Git, and see what else of it that version asks for.`;
}

/** The changes that the API server may mean, by what it says of fields and values; where it says nothing of the kind, those of the last commit. */
function suspectsOf(all: readonly GitChange[], message: string): readonly GitChange[] {
  const spared = sparedBy(message);
  const own = all.filter(({ path: [root, field = ''] }) => root !== 'spec' || !spared.includes(field));
  const fields = fieldsIn(message);
  const newest = Math.max(...own.map(({ at }) => at));
  const named = own.filter(({ path }) => fields.some((field) => covers(field, path)));
  const valued = named.filter(({ after }) => valuesIn(message).includes(String(after)));
  // One of two fields that go together is named, and the other one was changed.
  const beside = own.filter(({ path }) => fields.some((field) => field.length > 2 && field.length === path.length && covers(field.slice(0, -1), path.slice(0, -1))));
  const unread = /quantities must match the regular expression/.test(message) ? own.filter(({ path, after }) => path.some((segment) => OF_AMOUNTS.test(segment)) && readQuantity(String(after)) === undefined) : [];
  return [valued, named, beside, unread, own.filter(({ at }) => at === newest)].find((some) => some.length > 0) ?? [];
}

/** Below these stand amounts. */
const OF_AMOUNTS = /^(resources|limits|requests|sizeLimit|capacity|hard)$/;

/** A StatefulSet names those of its fields that may be changed, and not the one that may not. */
function sparedBy(message: string): readonly string[] {
  const list = /for fields other than (.*) are forbidden/.exec(message)?.[1] ?? '';
  return [...list.matchAll(/'(\w+)'/g)].map(([, field = '']) => field);
}

/**
 * An object for a namespace that is not there. To move it is to make another object and take this one away, and whether the namespace
 * or the manifest is wrong only a person knows: both are named.
 */
function withoutNamespace({ related, versions }: Case, namespace: string, cause: string): RuleAnswer {
  const known = [...related, ...(versions[0]?.objects ?? [])].filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const near = nearestName(namespace, known);
  const meant = near === undefined ? 'No namespace here has nearly that name' : `Namespace ${near} has nearly that name`;
  return handOver(cause, 'NamespaceNotFound', `Namespace ${namespace} does not exist. ${meant}: correct what asks for ${namespace} in Git, or have Git make it, by a manifest of its own or the engine's option for it (Argo CD: CreateNamespace=true).`);
}

function fieldsIn(message: string): readonly (readonly string[])[] {
  return [...message.matchAll(FIELD)].map(([text]) => text.split(/[.[\]]+/).filter((part) => part !== ''));
}

/** `Invalid value: "224Mi"`: what stands in the field that is refused. */
function valuesIn(message: string): readonly string[] {
  return [...message.matchAll(/(?:Invalid|Unsupported|Duplicate) value: "([^"]*)"/g)].flatMap(([, value]) => value ?? []);
}

/** The container lost its image to one of another name: what is left of it comes from who still calls it so. */
function renamedTo({ path, before, after, commit }: GitChange, own: readonly GitChange[]): readonly { readonly was: string; readonly now: string }[] {
  const list = path.slice(0, -2);
  const nameOf = (segment: string | undefined) => /^\[name=(.+)\]$/.exec(segment ?? '')?.[1];
  const was = nameOf(path.at(-2));
  if (path.at(-1) !== 'image' || after !== undefined || was === undefined) return [];
  const came = own.find((other) => other.commit === commit && other.before === undefined && other.path.length === path.length - 1 && list.every((segment, index) => segment === other.path[index]) && asRecord(other.after)['image'] === before);
  const now = nameOf(came?.path.at(-1));
  return now === undefined ? [] : [{ was, now }];
}

/** The named field is the changed one, holds it, or stands inside it; list items count by whatever they are called. */
function covers(field: readonly string[], path: readonly string[]): boolean {
  const length = Math.min(field.length, path.length);
  return field.slice(0, length).every((part, index) => part === path[index] || /^\d+$/.test(part) || path[index]?.startsWith('[') === true);
}
