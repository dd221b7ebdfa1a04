import type { KubeObject } from '@fleetmend/model';
import type { ParityCase } from '../parity-case.ts';
import { namespaceOf } from '../parity-case.ts';
import { deployment, job, pod, statefulSet, type PodParts } from './shapes.ts';

/** Every pod is refused, so the owner is all there is. */
const noPod = [/^event ReplicaSet .* FailedCreate /, /^Deployment app condition ReplicaFailure True FailedCreate/, /^Deployment app condition Available False/];

const creating = (name: string, failure: ParityCase['class'], parts: PodParts, rest: Partial<ParityCase> = {}): ParityCase => ({
  name, class: failure, look: 'Deployment/app', manifests: [deployment(parts)], settled: noPod, ...rest,
});

const quota = (hard: Readonly<Record<string, string>>): KubeObject => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota' }, spec: { hard } });
const range = (limits: object): KubeObject => ({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'range' }, spec: { limits: [{ type: 'Container', ...limits }] } });
const memory = (request: string, limit = request): PodParts => ({ container: { resources: { requests: { memory: request }, limits: { memory: limit } } } });
/** In the policy's and the webhook's own words: only this case's namespace. */
const only = (name: string): object => ({ matchLabels: { parity: name } });
const pods = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] };

const policy: readonly KubeObject[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'parity-team-label' },
    spec: { failurePolicy: 'Fail', matchConstraints: { resourceRules: [pods] }, validations: [{ expression: "has(object.metadata.labels) && 'team' in object.metadata.labels", message: 'every pod names its team' }] },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'parity-team-label' },
    spec: { policyName: 'parity-team-label', validationActions: ['Deny'], matchResources: { namespaceSelector: only('policy-denies') } },
  },
];

const webhook: KubeObject = {
  apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', metadata: { name: 'parity-webhook' },
  webhooks: [{
    name: 'check.parity.dev', admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Fail', rules: [pods],
    clientConfig: { service: { name: 'checker', namespace: namespaceOf({ name: 'webhook-down' }) } }, namespaceSelector: only('webhook-down'),
  }],
} as KubeObject;

const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' };

export const creatingCases: readonly ParityCase[] = [
  creating('quota-exceeded', 'QuotaExceeded', memory('64Mi'), { guard: { manifests: [quota({ 'requests.memory': '32Mi' })], probe: pod(memory('64Mi')), answer: /exceeded quota/ } }),
  creating('quota-wants-limits', 'QuotaExceeded', {}, { guard: { manifests: [quota({ 'limits.cpu': '1', 'limits.memory': '1Gi' })], probe: pod(), answer: /must specify/ } }),
  creating('quota-of-pods', 'QuotaExceeded', {}, { guard: { manifests: [quota({ pods: '0' })], probe: pod(), answer: /exceeded quota/ } }),
  creating('limit-range-above-maximum', 'LimitRangeViolated', memory('512Mi'), { guard: { manifests: [range({ max: { memory: '256Mi' } })], probe: pod(memory('512Mi')), answer: /maximum/ } }),
  creating('limit-range-below-minimum', 'LimitRangeViolated', memory('16Mi'), { guard: { manifests: [range({ min: { memory: '32Mi' } })], probe: pod(memory('16Mi')), answer: /minimum/ } }),
  creating('limit-range-ratio', 'LimitRangeViolated', memory('16Mi', '64Mi'), { guard: { manifests: [range({ maxLimitRequestRatio: { memory: '2' } })], probe: pod(memory('16Mi', '64Mi')), answer: /ratio/ } }),
  creating('pod-security-restricted', 'PodSecurityViolated', {}, { namespaceLabels: restricted }),
  creating('pod-security-baseline', 'PodSecurityViolated', { container: { securityContext: { privileged: true } }, pod: { hostNetwork: true } }, { namespaceLabels: { 'pod-security.kubernetes.io/enforce': 'baseline' } }),
  creating('service-account-missing', 'ServiceAccountNotFound', { pod: { serviceAccountName: 'checkout' } }),
  creating('priority-class-missing', 'PriorityClassNotFound', { pod: { priorityClassName: 'business-critical' } }),
  creating('runtime-class-missing', 'FailedCreate', { pod: { runtimeClassName: 'gvisor' } }),
  creating('policy-denies', 'AdmissionDenied', {}, { guard: { manifests: policy, probe: pod(), answer: /denied request/ } }),
  creating('webhook-down', 'WebhookUnavailable', {}, { guard: { manifests: [webhook], probe: pod(), answer: /failed calling webhook/ } }),
  { name: 'stateful-set-refused', class: 'ServiceAccountNotFound', look: 'StatefulSet/app', manifests: [statefulSet({ pod: { serviceAccountName: 'checkout' } })], settled: [/^event StatefulSet .* FailedCreate /] },
  { name: 'job-refused', class: 'ServiceAccountNotFound', look: 'Job/app', manifests: [job({ pod: { serviceAccountName: 'checkout' } })], settled: [/^event Job .* FailedCreate /] },
];
