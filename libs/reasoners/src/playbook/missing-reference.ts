import type { Action, KubeObject, ObjectRef } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, isTarget, placeWords, restore } from './changes-in-effect.ts';
import { nearestName } from './nearest-name.ts';
import { referencesOf, type Reference, type ReferencedKind } from './references.ts';
import { abstain, type RuleAnswer } from './rule.ts';
import { asRecord, healthyTemplates, valueAt } from './workload.ts';

export interface Missing {
  readonly kind: ReferencedKind;
  readonly name: string;
  /** The object is there, and this key of it is not. */
  readonly key?: string;
}

const CITES = ['event', 'object', 'reference', 'history'] as const;

/**
 * Mends a reference to what does not exist, in the order in which it is likely: the reference changed in Git and goes back; what it
 * refers to was renamed, or lost a key, in Git; its name is one or two slips away from one that exists. What was never there is not invented.
 */
export function mendReference(kase: Case, asked: Missing): RuleAnswer {
  const all = referencesOf(kase.target).filter((ref) => ref.kind === asked.kind && ref.name === asked.name && !ref.optional);
  const missing = asGitSays(kase, all, asked);
  const refs = missing.key === undefined ? all.filter(isFirstOfPath) : all.filter(({ key }) => key === missing.key);
  const what = `${missing.key === undefined ? '' : `key ${missing.key} of `}${missing.kind} ${missing.name}`;
  const changes = changesInEffect(kase);
  const candidates = [...changedBack(kase, refs, missing, changes), ...mendedObject(kase, refs, missing, changes), ...nearest(kase, refs, missing)];
  const unique = candidates.filter(({ action }, index) => candidates.findIndex((other) => JSON.stringify(other.action) === JSON.stringify(action)) === index);
  const [best] = unique;
  if (best) return { cause: `${what} does not exist${best.why === undefined ? '' : `: ${best.why}`}`, confidence: best.confidence, cites: CITES, candidates: unique.map(({ action }) => action) };
  const removed = changes.find(({ object, path, after }) => object.kind === missing.kind && object.name === missing.name && path.length === 0 && after === undefined);
  const hint = removed ? `${commitWords(removed)} took it out of Git; bring it back, or let nothing refer to it.` : 'Neither Git nor another pod of this namespace knows it; create it, or correct the reference. Values are never invented.';
  return { cause: `${what} does not exist${removed ? `: ${commitWords(removed)} removed it` : ''}`, confidence: 0.85, cites: CITES, candidates: [abstain(`${missing.kind}${missing.key === undefined ? '' : 'Key'}NotFound`, `${what} does not exist. ${hint}`)] };
}

/** What is generated has a hash in its name in the cluster, and none in Git. */
function asGitSays({ target, versions }: Case, refs: readonly Reference[], missing: Missing): Missing {
  const objects = versions[0]?.objects ?? [];
  const inGit = objects.find(({ kind, metadata }) => kind === target.kind && metadata.name === target.metadata.name);
  const names = refs.map(({ namePath }) => valueAt(inGit, namePath)).filter((name) => typeof name === 'string' && name !== missing.name && missing.name.startsWith(`${name}-`));
  const [name] = names;
  return typeof name === 'string' && objects.some(({ kind, metadata }) => kind === missing.kind && metadata.name === name) ? { ...missing, name } : missing;
}

const isFirstOfPath = (ref: Reference, index: number, all: readonly Reference[]): boolean => all.findIndex((other) => other.namePath.join('/') === ref.namePath.join('/')) === index;

interface Candidate {
  readonly action: Action;
  readonly confidence: number;
  readonly why?: string;
}

/** The reference itself is what changed, and what it was is still there. */
function changedBack(kase: Case, refs: readonly Reference[], { kind, key }: Missing, changes: readonly GitChange[]): readonly Candidate[] {
  return changes.flatMap((change): readonly Candidate[] => {
    if (!isTarget(kase, change.object) || change.before === undefined) return [];
    const hit = refs.some(({ namePath, keyPath }) => begins(namePath, change.path) || (key !== undefined && keyPath !== undefined && begins(keyPath, change.path)));
    if (!hit) return [];
    const earlier = referredIn(change.before, change.path);
    if (earlier.length > 0 && earlier.every((name) => isGone(kase, kind, name))) return [];
    if (change.path.at(-1) === 'key' && kind === 'ConfigMap' && typeof change.before === 'string' && !keysOf(kase, kind, refs[0]?.name ?? '').includes(change.before)) return [];
    return [{ action: kind === 'Secret' ? secretBack(refs, change) ?? restore(kase, change) : restore(kase, change), confidence: 0.93, why: `${commitWords(change)} changed ${placeWords(change.path)}` }];
  });
}

/** What a pod reads of Secrets is set as a reference and never as a field: policy asks whether Git knows the name. */
function secretBack(refs: readonly Reference[], { path, before }: GitChange): Action | undefined {
  const fields = refs.flatMap(({ namePath, keyPath }) => [namePath, ...(keyPath ? [keyPath] : [])]).flatMap((place) => {
    const value = begins(place, path) ? (place.length === path.length ? before : valueAt(before, place.slice(path.length))) : undefined;
    return typeof value === 'string' ? [{ path: [...place], value }] : [];
  });
  return fields.length > 0 && fields.length <= 6 ? { action: 'setReference', fields } : undefined;
}

/** Names in an earlier value, when the changed place is a name or holds one. */
function referredIn(value: unknown, path: readonly string[]): readonly string[] {
  if (typeof value === 'string') return /^(name|secretName|claimName)$/.test(path.at(-1) ?? '') ? [value] : [];
  return Object.entries(asRecord(value)).flatMap(([key, item]) => referredIn(item, [key]));
}

/** Git once had an object of that name and has it no more. What Git never had may well exist. */
function isGone(kase: Case, kind: string, name: string): boolean {
  const isIt = (object: KubeObject) => object.kind === kind && object.metadata.name === name;
  return kase.versions.some(({ objects }) => objects.some(isIt)) && kase.versions[0]?.objects.some(isIt) === false;
}

/** What is referred to is what changed: it got another name, or lost a key whose value Git still knows. */
function mendedObject(kase: Case, refs: readonly Reference[], { kind, name, key }: Missing, changes: readonly GitChange[]): readonly Candidate[] {
  if (kind === 'ConfigMap' && key !== undefined) {
    return changes
      .filter(({ object, path, before, after }) => object.kind === kind && object.name === name && path.length === 2 && (path[0] === 'data' || path[0] === 'binaryData') && path[1] === key && before !== undefined && after === undefined)
      .map((change) => ({ action: restore(kase, change), confidence: 0.9, why: `${commitWords(change)} took it out` }));
  }
  const removed = changes.find(({ object, path, after }) => object.kind === kind && object.name === name && path.length === 0 && after === undefined);
  if (!removed || key !== undefined) return [];
  const wanted = refs.flatMap((ref) => ref.key ?? []);
  const heirs = changes.filter(({ object, path, before, commit }) => object.kind === kind && path.length === 0 && before === undefined && commit === removed.commit && wanted.every((one) => keysOf(kase, kind, object.name).includes(one)));
  const [heir, second] = heirs;
  return heir && !second ? [{ action: pointAt(refs, heir.object), confidence: 0.9, why: `${commitWords(removed)} renamed it to ${heir.object.name}` }] : [];
}

/** A name, or a key, that exists and is nearly what is asked for. */
function nearest(kase: Case, refs: readonly Reference[], { kind, name, key }: Missing): readonly Candidate[] {
  if (key !== undefined) {
    const near = nearestName(key, keysOf(kase, kind, name));
    const fields = near === undefined ? [] : refs.flatMap(({ keyPath }) => (keyPath ? [{ path: [...keyPath], value: near }] : [])).slice(0, 6);
    return fields.length > 0 ? [{ action: { action: 'setReference', fields }, confidence: 0.85, why: `it has ${String(near)}` }] : [];
  }
  const near = nearestName(name, namesOf(kase, kind));
  if (near === undefined || refs.length === 0) return [];
  const known = keysOf(kase, kind, near);
  const keys = refs.flatMap((ref) => ref.key ?? []);
  if (known.length > 0 && !keys.every((one) => known.includes(one))) return [];
  return [{ action: pointAt(refs, { apiVersion: 'v1', kind, name: near }), confidence: 0.85, why: `${near} does` }];
}

function pointAt(refs: readonly Reference[], to: ObjectRef): Action {
  return { action: 'setReference', fields: refs.slice(0, 6).map(({ namePath }) => ({ path: [...namePath], value: to.name })) };
}

/** Names of that kind that exist: in Git at the head, in the cluster, and in what pods run well with. */
function namesOf(kase: Case, kind: ReferencedKind): readonly string[] {
  const inGit = (kase.versions[0]?.objects ?? []).flatMap((object) => nameMade(object, kind));
  const live = kase.related.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  return [...inGit, ...live, ...usedWell(kase, kind).map(({ name }) => name)];
}

/** A Secret may be made by what stands for it in Git. */
function nameMade(object: KubeObject, kind: ReferencedKind): readonly string[] {
  if (object.kind === kind || (kind === 'Secret' && object.kind === 'SealedSecret')) return [object.metadata.name];
  if (kind !== 'Secret' || object.kind !== 'ExternalSecret') return [];
  const target = asRecord(asRecord(object['spec'])['target'])['name'];
  return [typeof target === 'string' ? target : object.metadata.name];
}

/** What ready pods of the namespace refer to: the kubelet found it there. */
function usedWell({ target, related }: Case, kind: ReferencedKind): readonly Reference[] {
  const isReady = (pod: KubeObject) => (asRecord(pod['status'])['conditions'] as readonly { readonly type?: string; readonly status?: string }[] | undefined)?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  const pods = related.filter((object) => object.kind === 'Pod' && isReady(object));
  return [...healthyTemplates(target, related), ...pods].flatMap(referencesOf).filter((ref) => ref.kind === kind && !ref.optional);
}

/** Keys that an object of that name has: as Git renders it, else as ready pods use it. */
function keysOf(kase: Case, kind: ReferencedKind, name: string): readonly string[] {
  const object = kase.versions[0]?.objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (object) return ['data', 'stringData', 'binaryData'].flatMap((field) => Object.keys(asRecord(object[field])));
  return usedWell(kase, kind).flatMap((ref) => (ref.name === name ? (ref.key ?? []) : []));
}

function begins(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.length <= path.length && prefix.every((segment, index) => path[index] === segment);
}

