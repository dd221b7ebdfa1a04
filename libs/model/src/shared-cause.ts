import { digestOf } from '@fleetmend/kernel';
import type { FailureEvent } from './failure-event.ts';
import type { RemediationRequestSpec } from './remediation-request.ts';

/** What failures of several workloads may have in common, and no manifest of theirs is to blame for. A registry is nobody's cluster's. */
export interface SharedCause {
  readonly scope: 'Node' | 'Registry' | 'StorageClass' | 'Webhook';
  readonly name: string;
  readonly cluster: string | undefined;
}

/** Distinct workloads that have to show it before a cause is believed that nobody has named. */
export const ENOUGH_OWNERS = 3;

type Seen = Pick<FailureEvent, 'cluster' | 'finding'>;

/** Pulls that say something of the registry, and nothing of the image. */
const REGISTRY_TROUBLES: readonly string[] = ['Unreachable', 'RateLimited'];
const PROVISIONER_TROUBLES: readonly string[] = ['ProvisionerSilent', 'ProvisioningFailed'];

/** How a refusal names the webhook that did not answer. */
const SILENT_WEBHOOK = /admission webhook (\S+)(?: \(\S+\))? does not answer/;

/** What is wrong with a node as soon as several workloads show it there: what runs pods, not what they run. */
const NODE_TROUBLES: Readonly<Record<string, readonly string[] | undefined>> = {
  CreateContainerError: ['RuntimeTimeout', 'NodeHook'],
  FailedCreatePodSandBox: ['Network', 'AddressesExhausted'],
  FailedMount: ['DriverNotFound', 'TimedOut'],
};

/** What the loss of a node brings about by itself in the pods that were on it, and in what leads to them. */
const NODE_ECHOES: readonly string[] = ['StuckTerminating', 'FailedMount', 'FailedCreatePodSandBox', 'ProbeFailed', 'Evicted', 'ServiceWithoutEndpoints', 'StatefulSetStuck', 'DaemonSetMisscheduled', 'ProgressDeadlineExceeded'];
const NODE_TAINT = /node\.kubernetes\.io\/(unreachable|not-ready)/;

/** Causes that a failure alone makes plausible; that it takes several of them to believe one is not asked here. */
export function causesOf({ cluster, finding }: Seen): readonly SharedCause[] {
  const { subCause = '', observation } = finding;
  const host = finding.class === 'ImagePullBackOff' && REGISTRY_TROUBLES.includes(subCause) ? registryOf(observation.image) : undefined;
  const storage = finding.class === 'PersistentVolumeClaimPending' && PROVISIONER_TROUBLES.includes(subCause) && finding.cause?.kind === 'StorageClass' ? finding.cause.name : undefined;
  const node = NODE_TROUBLES[finding.class]?.includes(subCause) === true ? observation.node : undefined;
  const webhook = finding.class === 'WebhookUnavailable' ? SILENT_WEBHOOK.exec(observation.message)?.[1] : undefined;
  return [
    ...(host === undefined ? [] : [{ scope: 'Registry', name: host, cluster: undefined } as const]),
    ...(storage === undefined ? [] : [{ scope: 'StorageClass', name: storage, cluster } as const]),
    ...(webhook === undefined ? [] : [{ scope: 'Webhook', name: webhook, cluster } as const]),
    ...(node === undefined ? [] : [{ scope: 'Node', name: node, cluster } as const]),
  ];
}

/** The host of an image's name, as a runtime reads it: without one it is Docker Hub's. */
export function registryOf(image: string | undefined): string | undefined {
  if (image === undefined || image === '') return undefined;
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

/** Whether a failure is what the loss of that node brings about, and began no earlier than it. */
export function echoesNode(event: FailureEvent, node: FailureEvent): boolean {
  if (event.cluster !== node.cluster || node.finding.class !== 'NodeNotReady' || event.finding.class === 'NodeNotReady') return false;
  const { observation } = event.finding;
  if (event.finding.class === 'Unschedulable') return event.firstSeen >= node.firstSeen && NODE_TAINT.test(observation.message);
  return NODE_ECHOES.includes(event.finding.class) && observation.node === node.finding.target.name;
}

export function keyOfCause({ scope, name, cluster = '' }: SharedCause): string {
  return `${scope}/${cluster}/${name}`;
}

export function fingerprintOfCause(cause: SharedCause): string {
  return digestOf(['cause', keyOfCause(cause)]);
}

/** The cause that a request is about; undefined: it is about one target. */
export function causeOfRequest({ scope, subject, target, clusters }: Pick<RemediationRequestSpec, 'scope' | 'subject' | 'target' | 'clusters'>): SharedCause | undefined {
  if (target !== undefined || subject === undefined || (scope !== 'Node' && scope !== 'Registry' && scope !== 'StorageClass' && scope !== 'Webhook')) return undefined;
  return { scope, name: subject.name, cluster: scope === 'Registry' ? undefined : clusters[0] };
}
