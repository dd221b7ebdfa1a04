import type { Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insideContainer, insidePod, placeWords, restore } from '../changes-in-effect.ts';
import { mendReference, type Missing } from '../missing-reference.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { asRecord, findContainer, podSpecPath, valueAt, type ContainerView } from '../workload.ts';
import { isPinned } from './image-pull.ts';

const CITES = ['event', 'object', 'history'] as const;
/** Nobody's number: what images without a user of their own are commonly run as. */
const NOBODY = 65532;

/** A reference that fits nothing is mended; a user that may not be root becomes one that may; guards stay. */
export const containerConfig: Rule = (kase) => {
  const { failure, target } = kase.request.spec;
  const missing = missingIn(failure.message);
  if (missing) return mendReference(kase, missing);
  const container = findContainer(kase.target, target?.container);
  if (!container) return handOver(failure.message, 'ContainerUnknown', `The template of ${kase.target.kind} ${kase.target.metadata.name} has no container ${target?.container ?? '(none named)'}.`);
  if (failure.subCause === 'RunAsRoot' || failure.subCause === 'NonNumericUser') return otherUser(kase, container, failure.subCause);
  if (failure.subCause === 'SubPath') return putMountBack(kase, container) ?? handOver(failure.message, 'SubPathNotUsable', `A subPath of ${container.name} cannot be prepared; look at what is in the volume.`);
  return { ...handOver(failure.message, 'ConfigNotUsable', `Container ${container.name} cannot be configured; read the message of the kubelet.`), inconclusive: true };
};

/** What a message of the kubelet says is missing. */
export function missingIn(message: string): Missing | undefined {
  const keyed = /find key (\S+) in (ConfigMap|Secret) (?:[^/\s]+\/)?([^\s/]+)/.exec(message);
  if (keyed) return { kind: keyed[2] === 'Secret' ? 'Secret' : 'ConfigMap', name: keyed[3] ?? '', key: keyed[1] ?? '' };
  const whole = /(configmap|secret|persistentvolumeclaim)s? "([^"]+)" not found/i.exec(message);
  if (!whole) return undefined;
  const kind = whole[1]?.toLowerCase();
  return { kind: kind === 'configmap' ? 'ConfigMap' : kind === 'secret' ? 'Secret' : 'PersistentVolumeClaim', name: whole[2] ?? '' };
}

/** The mount of a container that changed in Git goes back. */
export function putMountBack(kase: Case, container: ContainerView): RuleAnswer | undefined {
  const changed = changesInEffect(kase).filter((change) => change.before !== undefined && (insideContainer(kase, change, container.name)?.[0] === 'volumeMounts' || insidePod(kase, change)?.[0] === 'volumes'));
  const [first] = changed;
  return first && { cause: `${commitWords(first)} changed ${placeWords(first.path)}, and the mount of ${container.name} does not fit since`, confidence: changed.length === 1 ? 0.88 : 0.7, cites: CITES, candidates: changed.slice(0, 2).map((change) => restore(kase, change)) };
}

function otherUser(kase: Case, container: ContainerView, trouble: 'RunAsRoot' | 'NonNumericUser'): RuleAnswer {
  const image = changesInEffect(kase).find((change) => insideContainer(kase, change, container.name)?.join('/') === 'image');
  const back: readonly Action[] = image && typeof image.before === 'string' && isPinned(image.before) ? [{ action: 'setImage', container: container.name, image: image.before, provenance: 'GitHistory' }] : [];
  const place = userPlace(kase, container);
  const earlier = earlierUser(kase, container);
  const setUser = (value: number): Action => ({ action: 'setSecurityContext', fields: [{ path: place, value }] });
  const cause = trouble === 'RunAsRoot' ? `${container.name} may not run as root, and would` : `${container.name} may not run as root, and its image names its user in words that cannot be checked`;
  if (earlier !== undefined) return { cause: `${cause}; Git had it run as user ${earlier}`, confidence: 0.92, cites: CITES, candidates: [setUser(earlier), ...back] };
  if (image && back.length > 0) return { cause: `${cause} since ${commitWords(image)} changed its image`, confidence: 0.85, cites: CITES, candidates: back };
  if (trouble === 'RunAsRoot') return { cause: `${cause}: nothing says who else it could be`, confidence: 0.65, cites: CITES, candidates: [setUser(NOBODY)] };
  return handOver(cause, 'UserNotNumeric', `Set runAsUser of ${container.name} to the number of the user in its image; runAsNonRoot stays.`);
}

/** Where the user of the container is set, or has to be: beside the rule that it breaks. */
function userPlace(kase: Case, container: ContainerView): string[] {
  const own = asRecord(valueAt(kase.target, [...container.path, 'securityContext']));
  const pod = asRecord(valueAt(kase.target, [...podSpecPath(kase.target), 'securityContext']));
  const inPod = own['runAsUser'] === undefined && own['runAsNonRoot'] === undefined && (pod['runAsUser'] !== undefined || pod['runAsNonRoot'] !== undefined);
  return [...(inPod ? podSpecPath(kase.target) : container.path), 'securityContext', 'runAsUser'];
}

/** The last user that Git had it run as, of the container or of its pod. Never root. */
function earlierUser(kase: Case, container: ContainerView): number | undefined {
  for (const { objects } of kase.versions.slice(1)) {
    const object = objects.find((one) => one.kind === kase.target.kind && one.metadata.name === kase.target.metadata.name);
    if (!object) continue;
    const user = valueAt(object, [...container.path, 'securityContext', 'runAsUser']) ?? valueAt(object, [...podSpecPath(kase.target), 'securityContext', 'runAsUser']);
    if (typeof user === 'number' && user > 0) return user;
  }
  return undefined;
}

function handOver(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { cause, confidence: 0.8, cites: CITES, candidates: [abstain(reason, lookAt)] };
}
