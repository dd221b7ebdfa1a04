import { fingerprintOf, type KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anEvent, anOwner, condition, worldOf, type OwnerParts } from '../owner.fixture.ts';
import { creationRefused } from './creation-refused.ts';
import { refusalOf } from './refusal.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const deployment = anOwner('Deployment');
const refused = (pod: string, why: string) => `pods "${pod}" is forbidden: ${why}`;
const quota = (pod = 'checkout-7d9f8c6b5-x2x4z', used = '900Mi') => refused(pod, `exceeded quota: compute, requested: limits.memory=200Mi, used: limits.memory=${used}, limited: limits.memory=1Gi`);
const aSet = (message: string, { status, metadata, ...parts }: OwnerParts = {}) =>
  anOwner('ReplicaSet', { name: 'checkout-7d9f8c6b5', owner: deployment, spec: { replicas: 2 }, metadata: { annotations: { [REVISION]: '2' }, ...metadata }, status: { replicas: 0, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', message)], ...status }, ...parts });
const inspect = (object: KubeObject, ...others: readonly KubeObject[]) => inspectPurely(creationRefused, object, worldOf(object, deployment, ...others));

describe('creation-refused', () => {
  it('reports the Deployment that has no pod, and the quota that leaves no room', () => {
    expect(inspect(aSet(quota()))).toEqual([{
      class: 'QuotaExceeded', subCause: 'Exceeded',
      target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' },
      cause: { apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'shop', name: 'compute' },
      observation: { reason: 'FailedCreate', message: 'quota compute leaves no room for its pods' },
    }]);
  });

  it('sees one failure, whatever pod was refused, how much was used, and which ReplicaSet asked', () => {
    const findings = [aSet(quota()), aSet(quota('checkout-7d9f8c6b5-abcde', '1Gi')), aSet(quota('checkout-59bb9b4d8-abcde'), { name: 'checkout-59bb9b4d8' })].flatMap((set) => inspect(set));
    expect(new Set(findings.map((finding) => fingerprintOf('prod-1', finding))).size).toBe(1);
    expect(findings).toHaveLength(3);
  });

  it('believes the last event more than the condition, which keeps the text of the first refusal', () => {
    const set = aSet(quota());
    expect(inspect(set, anEvent(set, 'FailedCreate', 'Error creating: pods "x" is forbidden: no PriorityClass with name gold was found'))[0]?.class).toBe('PriorityClassNotFound');
  });

  it('reads of StatefulSets, DaemonSets, Jobs and CronJobs what their events say, since they have no condition for it', () => {
    const set = anOwner('StatefulSet', { name: 'db', spec: { replicas: 3 }, status: { replicas: 1 } });
    expect(inspect(set, anEvent(set, 'FailedCreate', `create Pod db-1 in StatefulSet db failed error: ${quota('db-1')}`))[0]).toMatchObject({ class: 'QuotaExceeded', target: { kind: 'StatefulSet', name: 'db' } });
    const daemon = anOwner('DaemonSet', { name: 'agent', status: { desiredNumberScheduled: 3, currentNumberScheduled: 0 } });
    expect(inspect(daemon, anEvent(daemon, 'FailedCreate', 'Error creating: pods "agent-abcde" is forbidden: violates PodSecurity "restricted:latest": privileged'))[0]).toMatchObject({ class: 'PodSecurityViolated', cause: { kind: 'Namespace', name: 'shop' } });
    const cron = anOwner('CronJob', { name: 'report' });
    const job = anOwner('Job', { name: 'report-28931', owner: cron });
    expect(inspect(job, cron, anEvent(job, 'FailedCreate', `Error creating: ${quota('report-28931-abcde')}`))[0]).toMatchObject({ class: 'QuotaExceeded', target: { kind: 'CronJob', name: 'report' } });
    expect(inspect(cron, anEvent(cron, 'FailedCreate', 'Error creating job: jobs.batch "report-1" is forbidden: exceeded quota: jobs, requested: count/jobs.batch=1, used: count/jobs.batch=3, limited: count/jobs.batch=3'))[0]).toMatchObject({ class: 'QuotaExceeded', cause: { name: 'jobs' } });
  });

  it.each<[string, KubeObject, readonly KubeObject[]]>([
    ['a refusal that is over: all pods are there', aSet(quota(), { status: { replicas: 2 } }), []],
    ['an older revision, whose template nobody wants any more', aSet(quota()), [anOwner('ReplicaSet', { name: 'checkout-new', owner: deployment, metadata: { annotations: { [REVISION]: '3' } } })]],
    ['a ReplicaSet that is being deleted', aSet(quota(), { metadata: { deletionTimestamp: '2026-01-05T09:00:00Z' } }), []],
    ['a condition that is not true any more', aSet(quota(), { status: { conditions: [condition('ReplicaFailure', 'False', 'FailedCreate', quota())] } }), []],
    ['a lost race', aSet('Operation cannot be fulfilled on resourcequotas "compute": the object has been modified; please apply your changes to the latest version and try again'), []],
  ])('is silent about %s', (_what, object, others) => {
    expect(inspect(object, ...others)).toEqual([]);
  });

  it('is silent about a run of a CronJob that would run something else by now', () => {
    const spec = (account: string) => ({ template: { spec: { serviceAccountName: account } } });
    const cron = anOwner('CronJob', { name: 'report', spec: { jobTemplate: { spec: spec('reporter') } } });
    const run = (account: string) => {
      const job = anOwner('Job', { name: 'report-28931', owner: cron, spec: spec(account) });
      return inspect(job, cron, anEvent(job, 'FailedCreate', `Error creating: pods "report-28931-" is forbidden: error looking up service account shop/${account}: serviceaccount "${account}" not found`));
    };
    expect(run('report')).toEqual([]);
    expect(run('reporter')).toHaveLength(1);
  });

  it('is silent about a StatefulSet whose later pod was created, and a finished or suspended Job', () => {
    const set = anOwner('StatefulSet', { name: 'db', spec: { replicas: 3 }, status: { replicas: 1 } });
    const fail = anEvent(set, 'FailedCreate', quota('db-1'));
    expect(inspect(set, fail, anEvent(set, 'SuccessfulCreate', 'create Pod db-1 in StatefulSet db successful', { at: '2026-01-05T09:02:00Z' }))).toEqual([]);
    const done = anOwner('Job', { name: 'migrate', status: { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded')] } });
    expect(inspect(done, anEvent(done, 'FailedCreate', quota('migrate-1')))).toEqual([]);
    const held = anOwner('Job', { name: 'migrate', spec: { suspend: true } });
    expect(inspect(held, anEvent(held, 'FailedCreate', quota('migrate-1')))).toEqual([]);
  });
});

describe('the reason of a refusal', () => {
  it.each([
    ['QuotaExceeded/AmountsRequired', refused('x', 'failed quota: compute: must specify limits.cpu for: app; limits.memory for: app')],
    ['LimitRangeViolated/AboveMaximum', refused('x', 'maximum memory usage per Container is 1Gi, but limit is 2Gi')],
    ['LimitRangeViolated/BelowMinimum', refused('x', '[minimum cpu usage per Container is 100m, but request is 10m, minimum memory usage per Pod is 64Mi.  No request is specified]')],
    ['LimitRangeViolated/Ratio', refused('x', 'cpu max limit to request ratio per Container is 4, but provided ratio is 10.000000')],
    ['PodSecurityViolated/', refused('x', 'violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true)')],
    ['AdmissionDenied/Webhook', 'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/shop/x was blocked due to the following policies \n\nrequire-labels:\n  check-team: validation error'],
    ['AdmissionDenied/Policy', refused('x', "ValidatingAdmissionPolicy 'no-host-path' with binding 'no-host-path' denied request: hostPath is not allowed")],
    ['WebhookUnavailable/NotThere', 'Internal error occurred: failed calling webhook "mutate.example.org": failed to call webhook: Post "https://hooks.guard.svc:443/mutate?timeout=10s": no endpoints available for service "hooks"'],
    ['WebhookUnavailable/Certificate', 'Internal error occurred: failed calling webhook "a.example.org": failed to call webhook: Post "https://hooks.guard.svc:443/": tls: failed to verify certificate: x509: certificate signed by unknown authority'],
    ['WebhookUnavailable/TooSlow', 'Internal error occurred: failed calling webhook "a.example.org": failed to call webhook: Post "https://hooks.guard.svc:443/?timeout=1s": context deadline exceeded'],
    ['ServiceAccountNotFound/', refused('checkout-7d9f8c6b5-', 'error looking up service account shop/runner: serviceaccount "runner" not found')],
    ['PriorityClassNotFound/', refused('x', 'no PriorityClass with name gold was found')],
    ['FailedCreate/RuntimeClassNotFound', refused('x', 'pod rejected: RuntimeClass "gvisor" not found')],
    ['FailedCreate/NamespaceTerminating', refused('x', 'unable to create new content in namespace shop because it is being terminated')],
    ['FailedCreate/Invalid', 'Pod "x" is invalid: spec.containers[0].resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi'],
    ['FailedCreate/', refused('x', 'pods with system-node-critical priorityClass is not permitted in shop namespace')],
  ])('%s', (wanted, text) => {
    const refusal = refusalOf(`Error creating: ${text}`, 'shop');
    expect(`${refusal?.class ?? ''}/${refusal?.subCause ?? ''}`).toBe(wanted);
    expect(refusal?.message).not.toContain('"x"');
  });

  it('names whom a webhook asks, and no path or time of it', () => {
    const of = (post: string) => refusalOf(`Error creating: Internal error occurred: failed calling webhook "a.example.org": failed to call webhook: ${post}`, 'shop')?.message;
    expect(of('Post "https://hooks.guard.svc:443/mutate?timeout=10s": context deadline exceeded')).toBe('admission webhook a.example.org (hooks.guard.svc) does not answer, so no pod can be created');
    expect(of('EOF')).toBe('admission webhook a.example.org does not answer, so no pod can be created');
  });

  it('survives the prefix that events of one kind get when there are many', () => {
    expect(refusalOf(`(combined from similar events): Error creating: ${quota()}`, 'shop')?.class).toBe('QuotaExceeded');
  });
});
