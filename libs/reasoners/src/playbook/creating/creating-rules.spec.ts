import { describe, expect, it } from 'vitest';
import { aCase, commit, gitChange, object } from '../case.fixture.ts';
import { creatingRules } from './creating-rules.ts';

type Parts = Parameters<typeof aCase>[0];
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };
const POD = ['spec', 'template', 'spec'];
const said = (text: string) => ({ kind: 'event' as const, title: 'events', text: `2026-01-05T09:00:00Z ×3 Warning FailedCreate: Error creating: pods "checkout-x" is forbidden: ${text}`, digest: `sha256:${'0'.repeat(64)}` });

function answer(parts: Parts, text?: string) {
  const rule = creatingRules[parts.class as keyof typeof creatingRules];
  const kase = aCase(parts);
  return rule?.(text === undefined ? kase : { ...kase, evidence: [said(text), ...kase.evidence] });
}
const reasons = (parts: Parts, text?: string) => answer(parts, text)?.candidates.map((action) => (action.action === 'abstain' ? action.reason : action.action));

const quota = (hard: Readonly<Record<string, string>>, used: Readonly<Record<string, string>>) => object('ResourceQuota', 'compute', { spec: { hard }, status: { hard, used } });
const memory = (requests: string, limits: string) => ({ resources: { requests: { memory: requests }, limits: { memory: limits } } });
const noRoom: Parts = { class: 'QuotaExceeded', subCause: 'Exceeded', message: 'quota compute leaves no room for its pods', related: [quota({ 'requests.memory': '256Mi' }, { 'requests.memory': '128Mi' })] };
const exceeded = 'exceeded quota: compute, requested: requests.memory=512Mi, used: requests.memory=128Mi, limited: requests.memory=256Mi';

describe('a quota without room', () => {
  it('takes back a request that a commit raised, request and limit together', () => {
    const changes = [gitChange(['resources', 'requests', 'memory'], '64Mi', '512Mi'), gitChange(['resources', 'limits', 'memory'], '128Mi', '512Mi')];
    expect(answer({ ...noRoom, template: memory('512Mi', '512Mi'), changes }, exceeded)?.candidates).toEqual([{ action: 'setResources', container: 'app', requests: { memory: '64Mi' }, limits: { memory: '128Mi' } }]);
  });

  it('takes back a number of replicas that jumped, whatever the commit says', () => {
    const changes = [gitChange(['spec', 'replicas'], 2, 20, { object: DEPLOYMENT, message: 'scale for the sale' })];
    const parts = { ...noRoom, spec: { replicas: 20 }, template: memory('64Mi', '64Mi'), changes };
    expect(answer(parts, exceeded)?.candidates).toEqual([{ action: 'restoreField', path: ['spec', 'replicas'], commit: commit(1) }]);
  });

  it.each<[string, string, Parts]>([
    ['growth that a commit speaks of', 'RealGrowth', { ...noRoom, spec: { replicas: 5 }, template: memory('64Mi', '64Mi'), changes: [gitChange(['spec', 'replicas'], 2, 5, { object: DEPLOYMENT, message: 'traffic doubled' })] }],
    ['a program that does more', 'RealGrowth', { ...noRoom, template: memory('512Mi', '512Mi'), changes: [gitChange(['resources', 'requests', 'memory'], '64Mi', '512Mi'), gitChange(['args'], ['--hold-memory=40Mi'], ['--hold-memory=400Mi'])] }],
    ['a quota that others use up', 'QuotaExhausted', { ...noRoom, template: memory('64Mi', '64Mi'), changes: [gitChange(['env'], undefined, [{ name: 'A', value: 'b' }])] }],
    ['a quota that was lowered', 'QuotaChanged', { ...noRoom, template: memory('64Mi', '64Mi'), versions: [{ commit: commit(2), message: '', at: 0, objects: [quota({ 'requests.memory': '64Mi' }, {})] }], changes: [gitChange(['spec', 'hard', 'requests.memory'], '1Gi', '64Mi', { object: { apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'shop', name: 'compute' } })] }],
  ])('leaves to people %s', (_what, reason, parts) => {
    expect(reasons(parts, exceeded)).toEqual([reason]);
  });

  it('takes back how many ended runs a CronJob keeps, where they are what it counts', () => {
    const jobs: Parts = { ...noRoom, related: [quota({ 'count/jobs.batch': '4' }, { 'count/jobs.batch': '4' })] };
    const text = 'exceeded quota: compute, requested: count/jobs.batch=1, used: count/jobs.batch=4, limited: count/jobs.batch=4';
    const keeps = (before: unknown, after: number) => ({ ...jobs, spec: { successfulJobsHistoryLimit: after }, changes: [gitChange(['spec', 'successfulJobsHistoryLimit'], before, after, { object: DEPLOYMENT })] });
    expect(answer(keeps(1, 30), text)?.candidates).toEqual([{ action: 'restoreField', path: ['spec', 'successfulJobsHistoryLimit'], commit: commit(1) }]);
    expect(reasons(keeps(undefined, 30), text)).toEqual(['restoreField']);
    expect(reasons(keeps(30, 2), text)).toEqual(['QuotaExhausted']);
    expect(reasons({ ...keeps(1, 30), related: noRoom.related ?? [] }, exceeded)).toEqual(['QuotaExhausted']);
  });

  it('leaves replicas to an autoscaler that sets them', () => {
    const scaler = object('HorizontalPodAutoscaler', 'checkout', { spec: { scaleTargetRef: { kind: 'Deployment', name: 'checkout' } } }, 'autoscaling/v2');
    const parts = { ...noRoom, related: [...(noRoom.related ?? []), scaler], spec: { replicas: 20 }, template: memory('64Mi', '64Mi'), changes: [gitChange(['spec', 'replicas'], 2, 20, { object: DEPLOYMENT })] };
    expect(reasons(parts, exceeded)).toEqual(['QuotaExhausted']);
  });

  it('puts amounts back that it wants and a commit took out, or derives a limit from a request', () => {
    const wants: Parts = { class: 'QuotaExceeded', subCause: 'AmountsRequired', message: 'quota compute wants requests or limits that its pods do not specify' };
    expect(reasons({ ...wants, changes: [gitChange(['resources'], { limits: { memory: '64Mi' } }, undefined)] }, 'failed quota: compute: must specify limits.memory for: app')).toEqual(['restoreField']);
    expect(answer({ ...wants, template: { resources: { requests: { memory: '64Mi' } } } }, 'failed quota: compute: must specify limits.memory for: app')?.candidates).toEqual([{ action: 'setResources', container: 'app', limits: { memory: '128Mi' } }]);
    expect(reasons(wants, 'failed quota: compute: must specify limits.memory for: app')).toEqual(['AmountsMissing']);
  });
});

describe('a limit range', () => {
  const range = (limits: Readonly<Record<string, unknown>>) => object('LimitRange', 'sizes', { spec: { limits: [{ type: 'Container', ...limits }] } });
  const parts: Parts = { class: 'LimitRangeViolated', subCause: 'AboveMaximum', message: 'a limit range refuses its pods: maximum memory usage per Container', related: [range({ max: { memory: '256Mi' } })] };

  it('gets back what a commit moved out of it', () => {
    expect(answer({ ...parts, template: memory('64Mi', '1Gi'), changes: [gitChange(['resources', 'limits', 'memory'], '128Mi', '1Gi')] })?.candidates[0]).toEqual({ action: 'restoreField', path: ['spec', 'template', 'spec', 'containers', '[name=app]', 'resources', 'limits', 'memory'], commit: commit(1) });
  });

  it('gets the nearest value in range where a commit brought the workload, and a smaller ratio by a larger request', () => {
    const added = { ...gitChange([], undefined, {}), path: [] };
    expect(answer({ ...parts, template: memory('64Mi', '300Mi'), changes: [added] })?.candidates).toEqual([{ action: 'setResources', container: 'app', limits: { memory: '256Mi' } }]);
    expect(answer({ ...parts, related: [range({ maxLimitRequestRatio: { memory: '2' } })], template: memory('64Mi', '256Mi') })?.candidates).toEqual([{ action: 'setResources', container: 'app', requests: { memory: '128Mi' } }]);
  });

  it('takes nothing back where the containers are in range as they are, and what is refused is older', () => {
    const parts64 = { ...parts, template: memory('64Mi', '128Mi'), changes: [gitChange(['resources', 'limits', 'memory'], '96Mi', '128Mi')] };
    expect(reasons(parts64)).toEqual(['OutOfRange']);
    expect(reasons({ ...parts64, message: 'a limit range refuses its pods: maximum memory usage per Pod' })).toEqual(['restoreField']);
  });

  it('is for people where an amount is missing that nobody knows', () => {
    expect(reasons(parts)).toEqual(['OutOfRange']);
  });

  it('is for people where the workload asks for the same as ever and the range would take it away', () => {
    expect(reasons({ ...parts, template: memory('64Mi', '300Mi') })).toEqual(['OutOfRange']);
    expect(reasons({ ...parts, template: memory('64Mi', '300Mi'), changes: [gitChange(['env'], undefined, [{ name: 'A', value: 'b' }])] })).toEqual(['OutOfRange']);
  });
});

describe('Pod Security', () => {
  const parts: Parts = { class: 'PodSecurityViolated', message: 'Pod Security level restricted refuses its pods' };
  const tight = { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } };

  it('gets the fields that the level asks for and the pod never had', () => {
    expect(answer({ ...parts, template: { securityContext: { runAsUser: 1000 } } })?.candidates).toEqual([{
      action: 'setSecurityContext',
      fields: [
        { path: [...POD, 'containers', '[name=app]', 'securityContext', 'allowPrivilegeEscalation'], value: false },
        { path: [...POD, 'containers', '[name=app]', 'securityContext', 'capabilities', 'drop'], value: ['ALL'] },
        { path: [...POD, 'securityContext', 'runAsNonRoot'], value: true },
        { path: [...POD, 'securityContext', 'seccompProfile', 'type'], value: 'RuntimeDefault' },
      ],
    }]);
  });

  it('gets back the context that a commit took away', () => {
    expect(answer({ ...parts, template: {}, changes: [gitChange(['securityContext'], tight, undefined)] })?.candidates[0]).toMatchObject({ action: 'restoreField', commit: commit(1) });
  });

  it('tightens a container that a commit brought, beside the others, and does not take it out again', () => {
    const sidecar = { name: 'metrics', image: 'registry.example.org/metrics:1' };
    const added = { ...gitChange([], undefined, sidecar), path: [...POD, 'containers', '[name=metrics]'] };
    const at = (...rest: readonly string[]) => [...POD, 'containers', '[name=metrics]', 'securityContext', ...rest];
    expect(answer({ ...parts, containers: [{ name: 'app', securityContext: tight }, sidecar], changes: [added] })?.candidates).toEqual([{
      action: 'setSecurityContext',
      fields: [
        { path: at('allowPrivilegeEscalation'), value: false },
        { path: at('capabilities', 'drop'), value: ['ALL'] },
        { path: at('runAsNonRoot'), value: true },
        { path: at('seccompProfile', 'type'), value: 'RuntimeDefault' },
      ],
    }]);
  });

  it('at baseline loses privilege and the host, and nothing else', () => {
    const baseline = { ...parts, message: 'Pod Security level baseline refuses its pods', template: { securityContext: { privileged: true } }, pod: { hostNetwork: true } };
    expect(answer(baseline)?.candidates).toMatchObject([{ action: 'setSecurityContext', fields: [{ path: [...POD, 'hostNetwork'], value: null }, { value: null }] }]);
  });

  it('does not lose a volume that is still mounted', () => {
    const volume = { name: 'logs', hostPath: { path: '/var/log' } };
    const added = gitChange([...POD, 'volumes', '[name=logs]'], undefined, volume, { object: DEPLOYMENT });
    const baseline = { ...parts, message: 'Pod Security level baseline refuses its pods', pod: { volumes: [volume] }, changes: [added] };
    expect(reasons(baseline)).toEqual(['restoreField']);
    expect(reasons({ ...baseline, template: { volumeMounts: [{ name: 'logs', mountPath: '/logs' }] } })).toEqual(['SeveralLoosened']);
  });

  it('is for people where the pod is built on what the level forbids', () => {
    expect(reasons({ ...parts, pod: { volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }] } })).toEqual(['CannotBeRestricted']);
    expect(reasons({ ...parts, template: { securityContext: { runAsUser: 0 } } })).toEqual(['CannotBeRestricted']);
  });
});

describe('a policy', () => {
  const parts: Parts = { class: 'AdmissionDenied', subCause: 'Policy', message: 'ValidatingAdmissionPolicy no-debug denied the request: livenessProbe is missing' };
  it('gets back what it speaks of, and not what else was changed', () => {
    const changes = [gitChange(['env'], undefined, [{ name: 'A', value: 'b' }], { at: 3 }), gitChange(['livenessProbe'], { httpGet: { path: '/', port: 80 } }, undefined)];
    expect(answer({ ...parts, changes })?.candidates).toEqual([{ action: 'restoreField', path: [...POD, 'containers', '[name=app]', 'livenessProbe'], commit: commit(1) }]);
  });

  it('is never changed, and where it changed itself it is for people', () => {
    const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', name: 'no-debug' };
    const versions = [{ commit: commit(2), message: '', at: 0, objects: [object('ValidatingAdmissionPolicy', 'no-debug', {}, policy.apiVersion)] }];
    expect(reasons({ ...parts, versions, changes: [gitChange([], undefined, {}, { object: policy })] })).toEqual(['PolicyChanged']);
    expect(reasons(parts)).toEqual(['PolicyDenied']);
  });

  it('gets nothing back that it does not speak of, were it the only change, nor what it let in before it was there', () => {
    expect(reasons({ ...parts, changes: [gitChange(['env'], undefined, [{ name: 'A', value: 'b' }])] })).toEqual(['PolicyDenied']);
    const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', name: 'no-debug' };
    const versions = [{ commit: commit(2), message: '', at: 0, objects: [object('ValidatingAdmissionPolicy', 'no-debug', {}, policy.apiVersion)] }];
    const removed = gitChange(['livenessProbe'], { httpGet: { path: '/', port: 80 } }, undefined, { at: 2 });
    expect(reasons({ ...parts, versions, changes: [gitChange([], undefined, {}, { object: policy, at: 3 }), removed] })).toEqual(['PolicyChanged']);
  });
});

describe('a name that does not exist', () => {
  it('of a ServiceAccount goes back to an earlier one, and to no other', () => {
    const parts: Parts = { class: 'ServiceAccountNotFound', message: 'ServiceAccount runer does not exist', pod: { serviceAccountName: 'runer' } };
    const change = gitChange([...POD, 'serviceAccountName'], 'runner', 'runer', { object: DEPLOYMENT });
    expect(answer({ ...parts, changes: [change] })?.candidates).toEqual([{ action: 'setReference', fields: [{ path: [...POD, 'serviceAccountName'], value: 'runner' }] }]);
    expect(reasons({ ...parts, changes: [{ ...change, before: undefined }] })).toEqual(['ServiceAccountMissing']);
    const removed = { ...gitChange([], {}, undefined), path: [], object: { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'shop', name: String(change.before) } };
    expect(reasons({ ...parts, changes: [change, removed] })).toEqual(['ServiceAccountMissing']);
    expect(reasons(parts)).toEqual(['ServiceAccountMissing']);
    expect(reasons({ ...parts, message: 'ServiceAccount other does not exist', changes: [change] })).toEqual(['ServiceAccountMissing']);
    const made = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'runer' } };
    const head = { commit: 'a'.repeat(40), message: '', at: 9, objects: [made] };
    expect(reasons({ ...parts, changes: [change], versions: [head] })).toEqual(['ServiceAccountNotApplied']);
  });

  it('of a PriorityClass goes back, or to the one that was meant', () => {
    const classes = ['tier-high', 'tier-low'].map((name) => object('PriorityClass', name, {}, 'scheduling.k8s.io/v1'));
    const parts: Parts = { class: 'PriorityClassNotFound', message: 'PriorityClass tier-hihg does not exist', pod: { priorityClassName: 'tier-hihg' }, related: classes };
    expect(reasons({ ...parts, changes: [gitChange([...POD, 'priorityClassName'], 'tier-low', 'tier-hihg', { object: DEPLOYMENT })] })).toEqual(['restoreField', 'setReference']);
    expect(answer(parts)?.candidates).toEqual([{ action: 'setReference', fields: [{ path: [...POD, 'priorityClassName'], value: 'tier-high' }] }]);
    expect(reasons({ ...parts, message: 'PriorityClass gold does not exist', pod: { priorityClassName: 'gold' } })).toEqual(['PriorityClassMissing']);
  });

  it('of a RuntimeClass is taken out where it was never there before', () => {
    const parts: Parts = { class: 'FailedCreate', subCause: 'RuntimeClassNotFound', message: 'RuntimeClass gvisor does not exist', pod: { runtimeClassName: 'gvisor' } };
    expect(answer({ ...parts, changes: [gitChange([...POD, 'runtimeClassName'], undefined, 'gvisor', { object: DEPLOYMENT })] })?.candidates).toMatchObject([{ action: 'restoreField', commit: commit(1) }]);
  });
});

it.each<[string, string, Parts]>([
  ['a webhook that does not answer', 'WebhookUnavailable', { class: 'WebhookUnavailable', subCause: 'NotThere', message: 'admission webhook guard.example.org does not answer, so no pod can be created' }],
  ['a namespace that goes away', 'NamespaceTerminating', { class: 'FailedCreate', subCause: 'NamespaceTerminating', message: 'its namespace is being deleted' }],
  ['a refusal that nobody can explain', 'CreationRefused', { class: 'FailedCreate', message: 'the API server refuses its pods: no' }],
])('%s is for people', (_what, reason, parts) => {
  expect(reasons(parts)).toEqual([reason]);
});

it('pods that are invalid since a commit get that place back', () => {
  const parts: Parts = { class: 'FailedCreate', subCause: 'Invalid', message: 'the API server takes its pods for invalid: spec.containers[0].workingDir: x', template: { workingDir: 'x' } };
  expect(reasons({ ...parts, changes: [gitChange(['workingDir'], '/srv', 'x'), gitChange(['env'], undefined, [{ name: 'A', value: 'b' }])] })).toEqual(['restoreField']);
});
