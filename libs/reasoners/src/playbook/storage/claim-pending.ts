import type { Action, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { commitWords, inNamespace, isSameObject, restore } from '../changes-in-effect.ts';
import { meantBy } from '../slip.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { podsOf } from '../scheduling/placement.ts';
import { changesAt, changesOf } from '../target-changes.ts';
import { asList, valueAt } from '../workload.ts';
import { claimsOf, phaseOf } from './claims.ts';

const CITES = ['event', 'object', 'history'] as const;
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** A claim that gets no volume: back to the claim that was mounted before, or to a class that exists, as far as a claim may still be changed. */
export const claimPending: Rule = (kase) => {
  const claim = pendingClaim(kase);
  if (!claim) return answer(kase.request.spec.failure.message, abstain('NoPendingClaim', 'No claim of the workload is pending any more; look at its events.'));
  const before = mountedBefore(kase, claim);
  if (before) return before;
  const { name } = claim.metadata;
  const className = valueAt(claim, ['spec', 'storageClassName']);
  const classes = kase.related.filter(({ kind }) => kind === 'StorageClass');
  if (valueAt(claim, ['spec', 'volumeName'])) return answer(`claim ${name} asks for volume ${String(valueAt(claim, ['spec', 'volumeName']))} by name and does not get it`, abstain('NamedVolume', volumeWords(kase, claim)));
  if (className === undefined) return withoutClass(kase, claim, classes);
  if (className === '') return answer(`claim ${name} wants a volume that somebody made, and none is free`, abstain('NoFreeVolume', `Claim ${name} sets storageClassName to "", so that nothing is made for it; make a volume that fits, or a claim with a class.`));
  const storageClass = classes.find(({ metadata }) => metadata.name === className);
  if (!storageClass) return absentClass(kase, claim, { className: String(className), classes });
  return answer(`claim ${name} gets no volume of class ${String(className)}`, abstain('ProvisionerFails', `StorageClass ${String(className)} exists, and its provisioner ${String(storageClass['provisioner'])} makes no volume: ${kase.request.spec.failure.message} Is it running, has it quota, and does it know what the claim asks for?`));
};

/** The claim that the failure is about: the target itself, or the one that its pods wait for. */
function pendingClaim(kase: Case): KubeObject | undefined {
  const pending = claimsOf(kase).filter((claim) => phaseOf(claim) === 'Pending');
  if (kase.target.kind === 'PersistentVolumeClaim') return pending.find(({ metadata }) => metadata.name === kase.target.metadata.name);
  const mounted = new Set(podsOf(kase).flatMap((pod) => asList(valueAt(pod, ['spec', 'volumes'])).map((volume) => valueAt(volume, ['persistentVolumeClaim', 'claimName']))));
  return pending.find(({ metadata }) => mounted.has(metadata.name));
}

/** The workload had another claim, with a volume, and a commit took it to this one. */
function mountedBefore(kase: Case, { metadata }: KubeObject): RuleAnswer | undefined {
  const bound = new Set(claimsOf(kase).filter((claim) => phaseOf(claim) === 'Bound').map((claim) => claim.metadata.name));
  const nameOf = (value: unknown) => (typeof value === 'string' ? value : String(valueAt(value, ['persistentVolumeClaim', 'claimName']) ?? valueAt(value, ['claimName']) ?? ''));
  const change = changesAt(kase, /^\{pod\}\/volumes\/[^/]+(\/persistentVolumeClaim(\/claimName)?)?$/).find(({ before, after }) => nameOf(after) === metadata.name && bound.has(nameOf(before)));
  if (!change) return undefined;
  return { cause: `${commitWords(change)} took the workload from claim ${nameOf(change.before)} to ${metadata.name}, which gets no volume`, confidence: 0.85, cites: CITES, candidates: [restore(kase, change)] };
}

/** Until it has a class, a claim may be given one; afterwards it may not be given another. */
function withoutClass(kase: Case, claim: KubeObject, classes: readonly KubeObject[]): RuleAnswer {
  const { name } = claim.metadata;
  const cause = `claim ${name} names no storage class, and the cluster has no default`;
  const inGit = claimInGit(kase, claim);
  if (!inGit) return answer(cause, abstain('NoDefaultClass', `Make one of the storage classes (${names(classes)}) the default, or name one in the claim.`));
  const known = new Set(classes.map(({ metadata }) => metadata.name));
  const [removed] = changesOf(kase, ({ kind, name: other }) => kind === 'PersistentVolumeClaim' && other === name).filter(({ path, before }) => path.join('/') === 'spec/storageClassName' && known.has(String(before)));
  if (removed) return { cause: `${cause}, since ${commitWords(removed)} took its class out`, confidence: 0.9, cites: CITES, candidates: [restore(kase, removed)] };
  const [only, another] = classes.filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] !== 'true');
  if (only && !another) return { cause, confidence: 0.75, cites: CITES, candidates: [setClass(kase, claim, only.metadata.name)] };
  return answer(cause, abstain('ChooseClass', classes.length === 0 ? 'The cluster has no storage class at all.' : `Name one of the storage classes in the claim: ${names(classes)}.`));
}

function absentClass(kase: Case, claim: KubeObject, { className, classes }: { readonly className: string; readonly classes: readonly KubeObject[] }): RuleAnswer {
  const { name } = claim.metadata;
  const cause = `claim ${name} wants storage class ${className}, which does not exist`;
  const known = classes.map(({ metadata }) => metadata.name);
  const earlier = changesOf(kase, ({ kind, name: other }) => kind === 'PersistentVolumeClaim' && other === name).find(({ path, before }) => path.join('/') === 'spec/storageClassName' && known.includes(String(before)));
  const meant = earlier ? String(earlier.before) : meantBy(className, known);
  if (meant === undefined) return answer(cause, abstain('ClassNotFound', `No storage class is called ${className}, nor anything like it; the cluster has ${names(classes)}.`));
  const inGit = claimInGit(kase, claim);
  if (inGit && isReplaced(inGit)) return { cause, confidence: 0.85, cites: CITES, candidates: [earlier ? restore(kase, earlier) : setClass(kase, claim, meant)] };
  const place = inGit ? `the claim in Git` : `the volumeClaimTemplates or chart that made it`;
  return answer(cause, abstain('ClaimIsImmutable', `It was most likely meant to be ${meant}. The class of a claim cannot be changed: set it in ${place} and delete the pending claim ${name}, which holds no data, so that it is made anew.`));
}

/** The manifest tells its engine to delete and create it anew where it cannot be changed. */
function isReplaced({ metadata }: KubeObject): boolean {
  const annotations = metadata.annotations ?? {};
  const options = (annotations['argocd.argoproj.io/sync-options'] ?? '').split(',').map((option) => option.trim());
  return annotations['kustomize.toolkit.fluxcd.io/force']?.toLowerCase() === 'enabled' || (options.includes('Force=true') && options.includes('Replace=true'));
}

/** The claim as a manifest of its own; one that a StatefulSet made has none. */
function claimInGit(kase: Case, claim: KubeObject): KubeObject | undefined {
  const { apiVersion, kind, metadata } = claim;
  return kase.versions[0]?.objects.find((object) => isSameObject(object, { apiVersion, kind, name: metadata.name, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) }));
}

function setClass(kase: Case, claim: KubeObject, name: string): Action {
  const isTarget = kase.target.kind === 'PersistentVolumeClaim';
  return { action: 'setReference', ...(isTarget ? {} : { object: inNamespace(kase, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: claim.metadata.name }) }), fields: [{ path: ['spec', 'storageClassName'], value: name }] };
}

function volumeWords(kase: Case, claim: KubeObject): string {
  const wanted = String(valueAt(claim, ['spec', 'volumeName']));
  const volume = kase.related.find(({ kind, metadata }) => kind === 'PersistentVolume' && metadata.name === wanted);
  if (!volume) return `PersistentVolume ${wanted} does not exist. What a claim names cannot be changed: make the volume, or delete the pending claim and make one that names another.`;
  const holder = valueAt(volume, ['spec', 'claimRef', 'name']);
  if (holder !== undefined && holder !== claim.metadata.name) return `PersistentVolume ${wanted} is ${phaseOf(volume) || 'held'} for claim ${String(holder)}; its data is that claim's, so a person has to decide who gets it.`;
  return `PersistentVolume ${wanted} does not fit the claim in size, class, mode or access; compare the two. ${kase.request.spec.failure.message}`;
}

function names(classes: readonly KubeObject[]): string {
  return classes.map(({ metadata }) => metadata.name).slice(0, 8).join(', ') || 'none';
}

function answer(cause: string, ...candidates: readonly Action[]): RuleAnswer {
  return { cause, confidence: 0.85, cites: CITES, candidates };
}
