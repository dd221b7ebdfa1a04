import { imageRepository, type Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insideContainer, insidePod, restore } from '../changes-in-effect.ts';
import { distinctValues, historyOf } from '../field-history.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { findContainer, healthyTemplates, type ContainerView } from '../workload.ts';

const CITES = ['event', 'object', 'history', 'reference'] as const;

/** Why a pull fails, as far as a repair cares. Patterns follow the words of containerd, CRI-O and the kubelet. */
const KINDS = [
  { kind: 'NeverPull', subCause: /neverpull/i, message: /pull policy of Never/i },
  { kind: 'SignatureInvalid', subCause: /signature/i, message: /signature (?:validation|verification) failed/i },
  { kind: 'InvalidName', subCause: /invalid/i, message: /couldn't parse image|invalid reference format|InvalidImageName/i },
  { kind: 'RateLimited', subCause: /rate|toomany/i, message: /toomanyrequests|too many requests|rate limit|\b429\b/i },
  { kind: 'Unauthorized', subCause: /auth|denied|forbidden/i, message: /unauthorized|access denied|authentication required|authorization failed|\b40[13]\b|forbidden/i },
  { kind: 'Unreachable', subCause: /unreach|unavail|timeout|dns|tls|network/i, message: /no such host|i\/o timeout|connection refused|deadline exceeded|x509|tls:|network is unreachable|\b50[0234]\b/i },
  { kind: 'NotFound', subCause: /notfound|manifestunknown/i, message: /not found|manifest unknown|name unknown|\b404\b/i },
] as const;
type PullTrouble = (typeof KINDS)[number]['kind'] | 'Unclear';

const NOT_OURS: Readonly<Partial<Record<PullTrouble, string>>> = {
  RateLimited: 'The registry refuses for now because of too many pulls; wait, or pull through a mirror or with credentials.',
  Unauthorized: 'The registry refuses these credentials; look at imagePullSecrets of the pod and of its ServiceAccount, and at the rights of that account.',
  Unreachable: 'The registry cannot be reached; look at its state, at DNS, certificates and egress of the nodes.',
  SignatureInvalid: 'The signature of the image does not verify; sign it, or find out who pushed it. The check is never passed by.',
  NeverPull: 'The image is not on the node and may not be pulled; bring it there, or say who forbids pulling and why.',
  Unclear: 'The reason of the failed pull is not one that the rules know; read the event.',
};

/** An image name or tag that does not exist goes back to the last one that is known to have run. */
export const imagePull: Rule = (kase) => {
  const { failure, target } = kase.request.spec;
  const container = findContainer(kase.target, target?.container);
  if (!container?.image) return answer(failure.message, 0.7, [abstain('ContainerUnknown', `The template of ${kase.target.kind} ${kase.target.metadata.name} has no container ${target?.container ?? '(none named)'} with an image.`)]);
  const trouble = troubleOf(failure.subCause, failure.message);
  const notOurs = NOT_OURS[trouble];
  const mended = notOurs === undefined ? undefined : causeInGit(kase, container, trouble);
  if (mended) return mended;
  if (notOurs) return answer(`the image ${container.image} of ${container.name} cannot be pulled: ${trouble}`, 0.9, [abstain(`Image${trouble}`, notOurs)]);

  const known = knownImages(kase, container);
  const cause = `the image ${container.image} of ${container.name} does not exist`;
  const [best] = known;
  if (!best) return answer(cause, 0.8, [abstain('NoHealthyImage', `Neither Git history nor a healthy revision knows another image for container ${container.name}; push ${container.image} or name one that exists.`)]);
  return answer(cause, best.confidence, known.map(({ image, provenance }): Action => ({ action: 'setImage', container: container.name, image, provenance })));
};

/** A refusal or an absence that Git explains: another registry or repository, another pull policy, other credentials than before. */
function causeInGit(kase: Case, container: ContainerView, trouble: PullTrouble): RuleAnswer | undefined {
  const changes = changesInEffect(kase);
  const image = changes.find((change) => insideContainer(kase, change, container.name)?.join('/') === 'image');
  const earlier = typeof image?.before === 'string' && isPinned(image.before) ? image.before : undefined;
  const back = (confidence: number, why: string): RuleAnswer | undefined =>
    image && earlier !== undefined ? answer(`${container.name} cannot pull ${container.image ?? 'its image'} (${trouble}) since ${commitWords(image)} changed ${why}`, confidence, [{ action: 'setImage', container: container.name, image: earlier, provenance: 'GitHistory' }]) : undefined;
  if (trouble === 'NeverPull') {
    const policy = changes.find((change) => insideContainer(kase, change, container.name)?.join('/') === 'imagePullPolicy');
    // Where the manifest was silent before, the API's default for a fixed tag says the same as taking the field out.
    if (policy) return answer(`${container.name} may not pull its image since ${commitWords(policy)}`, 0.92, [policy.before === undefined ? { action: 'setPodField', fields: [{ path: [...policy.path], value: 'IfNotPresent' }] } : restore(kase, policy)]);
    return back(0.85, 'the image to one that is not on the nodes');
  }
  const secrets = changes.find((change) => insidePod(kase, change)?.[0] === 'imagePullSecrets');
  if (trouble === 'Unauthorized' && secrets && secrets.before !== undefined) return answer(`${container.name} is not let in by its registry since ${commitWords(secrets)} changed its imagePullSecrets`, 0.92, [restore(kase, secrets)]);
  if (trouble === 'Unauthorized' && earlier !== undefined && imageRepository(earlier) !== imageRepository(container.image ?? '')) return back(0.8, 'its repository; registries refuse what does not exist, too');
  if (trouble === 'Unreachable' && earlier !== undefined && registryOf(earlier) !== registryOf(container.image ?? '')) return back(0.85, 'its registry');
  return undefined;
}

function registryOf(image: string): string {
  const [first = '', rest] = image.split('/', 2);
  return rest !== undefined && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

export function troubleOf(subCause: string | undefined, message: string): PullTrouble {
  const bySubCause = subCause === undefined ? undefined : KINDS.find((entry) => entry.subCause.test(subCause));
  return (bySubCause ?? KINDS.find((entry) => entry.message.test(message)))?.kind ?? 'Unclear';
}

interface KnownImage {
  readonly image: string;
  readonly provenance: 'GitHistory' | 'HealthyReplicaSet';
  readonly confidence: number;
}

/** Other images of this container, best first: seen healthy, then of the same repository, then the newest in Git. */
function knownImages(kase: Case, container: ContainerView): readonly KnownImage[] {
  const history = historyOf(kase.history, [...container.path, 'image']);
  const fromGit = history ? distinctValues(history).map((entry) => entry.value).filter((value): value is string => typeof value === 'string') : [];
  const healthy = healthyTemplates(kase.target, kase.related).flatMap((object) => findContainer(object, container.name)?.image ?? []);
  const all = [...new Set([...healthy, ...fromGit])].filter((image) => image !== container.image && isPinned(image));
  return all
    .map((image): KnownImage => {
      const ranHere = healthy.includes(image);
      if (fromGit.includes(image)) return { image, provenance: 'GitHistory', confidence: ranHere ? 0.95 : 0.8 };
      return { image, provenance: 'HealthyReplicaSet', confidence: 0.9 };
    })
    .sort((a, b) => Number(healthy.includes(b.image)) - Number(healthy.includes(a.image)) || likeness(b.image, container.image) - likeness(a.image, container.image));
}

/** 2: the same repository, 1: the same registry, 0: neither. */
function likeness(image: string, broken: string | undefined): number {
  if (broken === undefined) return 0;
  if (imageRepository(image) === imageRepository(broken)) return 2;
  return image.split('/')[0] === broken.split('/')[0] ? 1 : 0;
}

/** A digest, or a tag that is not `latest`: what moves by itself is no repair. */
export function isPinned(image: string): boolean {
  if (image.includes('@sha256:')) return true;
  const tag = image.slice(imageRepository(image).length + 1);
  return tag !== '' && tag !== 'latest';
}

function answer(cause: string, confidence: number, candidates: readonly Action[]): RuleAnswer {
  return { cause, confidence, cites: CITES, candidates };
}
