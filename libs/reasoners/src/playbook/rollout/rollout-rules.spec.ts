import type { KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { aCase, commit, gitChange, object } from '../case.fixture.ts';
import { rolloutRules } from './rollout-rules.ts';

type Parts = Parameters<typeof aCase>[0];
interface Other {
  readonly target?: KubeObject;
  readonly log?: string;
}
const API: Readonly<Record<string, string>> = { CronJob: 'batch/v1', Job: 'batch/v1', HorizontalPodAutoscaler: 'autoscaling/v2', PodDisruptionBudget: 'policy/v1' };
const ref = (kind: string, name = 'checkout') => ({ apiVersion: API[kind] ?? 'apps/v1', kind, namespace: 'shop', name });
const of = (kind: string, spec: Readonly<Record<string, unknown>>, name = 'checkout') => object(kind, name, { spec }, API[kind] ?? 'apps/v1');

/** A case about any kind of target, as Git has it at the head and as it is live. */
function answer(parts: Parts, { target, log }: Other = {}) {
  const kase = aCase({ ...parts, ...(log === undefined ? {} : { log }) });
  const rule = rolloutRules[parts.class as keyof typeof rolloutRules];
  const head = target ? [{ commit: commit(9), message: 'head', at: 0, objects: [target, ...(parts.related ?? [])] }] : kase.versions;
  return rule?.({ ...kase, ...(target ? { target } : {}), versions: parts.versions ?? head });
}
const reasons = (parts: Parts, other?: Other) => answer(parts, other)?.candidates.map((action) => (action.action === 'abstain' ? action.reason : action.action));
const changed = (kind: string, path: readonly string[], before: unknown, after: unknown, message = 'tidy') => gitChange(path, before, after, { object: ref(kind), message });

describe('a switch that keeps a workload from getting on', () => {
  const paused: Parts = { class: 'DeploymentPaused', spec: { paused: true } };
  const zero: Parts = { class: 'ScaledToZero', spec: { replicas: 0 } };

  it('goes back to what it was before a commit threw it by the way', () => {
    expect(answer({ ...paused, changes: [changed('Deployment', ['spec', 'paused'], undefined, true)] })?.candidates).toEqual([{ action: 'restoreField', path: ['spec', 'paused'], commit: commit(1) }]);
    expect(reasons({ ...zero, changes: [changed('Deployment', ['spec', 'replicas'], 3, 0)] })).toEqual(['restoreField']);
    const set = of('StatefulSet', { replicas: 2, updateStrategy: { type: 'OnDelete' } });
    expect(reasons({ class: 'StatefulSetStuck', subCause: 'OnDelete', changes: [changed('StatefulSet', ['spec', 'updateStrategy'], undefined, { type: 'OnDelete' })] }, { target: set })).toEqual(['restoreField']);
    const cron = of('CronJob', { suspend: true });
    expect(reasons({ class: 'CronJobNotRunning', subCause: 'Suspended', changes: [changed('CronJob', ['spec', 'suspend'], false, true)] }, { target: cron })).toEqual(['restoreField']);
  });

  it('is asked for nothing until a Service is led to it: then that goes back', () => {
    const target = of('Deployment', { replicas: 0, template: { metadata: { labels: { colour: 'green' } } } });
    const flip = (after: string) => gitChange(['spec', 'selector', 'colour'], 'blue', after, { object: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'quote' } });
    const service = (colour: string) => object('Service', 'quote', { spec: { selector: { colour } } });
    const ask = (after: string) => answer({ class: 'ScaledToZero', changes: [flip(after)], related: [service(after)] }, { target })?.candidates;
    expect(ask('green')).toMatchObject([{ action: 'restoreField', object: { kind: 'Service', name: 'quote' }, path: ['spec', 'selector', 'colour'] }]);
    expect(ask('red')).toMatchObject([{ action: 'abstain', reason: 'AsCommitted' }]);
  });

  it.each(['pause the rollout until the index is rebuilt', 'retire legacy, scale to zero', 'suspend for the audit', 'temporary', 'graph 2.0 as a canary', 'off for the moment, it floods the logs'])('is for people where the commit says so: %s', (message) => {
    expect(reasons({ ...zero, changes: [changed('Deployment', ['spec', 'replicas'], 3, 0, message)] })).toEqual(['IntentUnknown']);
  });

  it('is for people where it was never different, or was thrown by hand', () => {
    expect(reasons({ ...paused, changes: [] })).toEqual(['AsCommitted']);
    expect(reasons({ ...zero, versions: [{ commit: commit(1), message: '', at: 0, objects: [of('Deployment', { replicas: 3 })] }] })).toEqual(['ChangedByHand']);
    const scaler = of('HorizontalPodAutoscaler', { scaleTargetRef: { kind: 'Deployment', name: 'checkout' } });
    expect(reasons({ ...zero, related: [scaler], versions: [{ commit: commit(1), message: '', at: 0, objects: [of('Deployment', {})] }] })).toEqual(['ManagedByAutoscaler']);
  });
});

describe('a CronJob', () => {
  it('gets back the schedule, the time zone or the window that it had', () => {
    const back = (subCause: string, field: string, before: unknown, after: unknown) => reasons({ class: 'CronJobNotRunning', subCause, changes: [changed('CronJob', ['spec', field], before, after)] }, { target: of('CronJob', { [field]: after }) });
    expect(back('InvalidSchedule', 'schedule', '0 3 28 * *', '0 3 31 2 *')).toEqual(['restoreField']);
    expect(back('UnknownTimeZone', 'timeZone', 'Europe/Berlin', 'Europe/Berlni')).toEqual(['restoreField']);
    expect(back('NoStartingWindow', 'startingDeadlineSeconds', 60, 0)).toEqual(['restoreField', 'setSchedule']);
    expect(answer({ class: 'CronJobNotRunning', subCause: 'NoStartingWindow' }, { target: of('CronJob', { startingDeadlineSeconds: 0 }) })?.candidates).toEqual([{ action: 'setSchedule', fields: [{ path: ['spec', 'startingDeadlineSeconds'], value: null }] }]);
    expect(reasons({ class: 'CronJobNotRunning', subCause: 'InvalidSchedule' }, { target: of('CronJob', { schedule: '0 0 31 2 *' }) })).toEqual(['BadSchedule']);
  });
});

describe('a Job', () => {
  const POD = ['spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers', '[name=work]'];
  const cron = (container: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) => of('CronJob', { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'work', ...container }] } } } }, ...more });
  const failed: Parts = { class: 'JobFailed', subCause: 'BackoffLimitExceeded', message: 'its pods failed more often than it may retry', container: 'work' };

  it('of a CronJob gets back what its log speaks of, and not what else was changed', () => {
    const changes = [changed('CronJob', [...POD, 'workingDir'], '/a', '/b'), changed('CronJob', [...POD, 'env', '[name=TARGET]', 'value'], 's3', 's4')];
    expect(answer({ ...failed, changes }, { target: cron({ env: [{ name: 'TARGET', value: 's4' }], workingDir: '/b' }), log: 'no such bucket in TARGET' })?.candidates).toEqual([{ action: 'restoreField', path: [...POD, 'env', '[name=TARGET]', 'value'], commit: commit(1) }]);
  });

  it('gets back a whole list where an item of it was renamed', () => {
    const changes = [changed('CronJob', [...POD, 'env', '[name=TARGET]'], { name: 'TARGET', value: 's3' }, undefined), changed('CronJob', [...POD, 'env', '[name=OTHER]'], undefined, { name: 'OTHER', value: 's3' })];
    expect(answer({ ...failed, changes }, { target: cron({ env: [{ name: 'OTHER', value: 's3' }] }), log: 'TARGET is not set' })?.candidates).toEqual([{ action: 'restoreField', path: [...POD, 'env'], commit: commit(1) }]);
  });

  it('gets its deadline back', () => {
    const target = of('CronJob', { jobTemplate: { spec: { activeDeadlineSeconds: 5 } } });
    expect(reasons({ class: 'JobFailed', subCause: 'DeadlineExceeded', changes: [changed('CronJob', ['spec', 'jobTemplate', 'spec', 'activeDeadlineSeconds'], 60, 5)] }, { target })).toEqual(['restoreField']);
  });

  it('that failed too often does not get a deadline back, and none of what its log does not speak of', () => {
    const target = cron({ env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'sftp', key: 'password' } } }, { name: 'MODE', value: 'b' }] });
    const changes = [changed('CronJob', ['spec', 'jobTemplate', 'spec', 'activeDeadlineSeconds'], 60, 50)];
    expect(reasons({ ...failed, changes }, { target, log: 'bye' })).toEqual(['JobFailed']);
    const setting = [changed('CronJob', [...POD, 'env', '[name=MODE]', 'value'], 'a', 'b')];
    expect(reasons({ ...failed, changes: setting }, { target, log: 'bye' })).toEqual(['restoreField']);
    expect(reasons({ ...failed, changes: setting }, { target, log: 'the value of PASSWORD is invalid' })).toEqual(['JobFailed']);
  });

  it('is for people where others do not answer, nothing was changed, or it cannot be changed', () => {
    expect(reasons(failed, { target: cron({}), log: 'dial tcp 10.0.0.1:5432: connection refused' })).toEqual(['ExternalDependency']);
    expect(reasons(failed, { target: cron({}), log: 'bye' })).toEqual(['JobFailed']);
    expect(reasons(failed, { target: of('Job', { template: { spec: { containers: [{ name: 'work' }] } } }), log: 'bye' })).toEqual(['JobIsImmutable']);
  });

  it('loses the sidecar that a commit gave it, unless a run would still hang in the way', () => {
    const target = cron({}, { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'work' }, { name: 'proxy' }] } } } } });
    const stuck: Parts = { class: 'JobStuck', subCause: 'SidecarRunning', container: 'proxy' };
    const changes = [changed('CronJob', [...POD.slice(0, -1), '[name=proxy]'], undefined, { name: 'proxy' })];
    expect(answer({ ...stuck, changes }, { target })?.candidates).toEqual([{ action: 'restoreField', path: [...POD.slice(0, -1), '[name=proxy]'], commit: commit(1) }]);
    expect(reasons({ ...stuck, changes }, { target: { ...target, spec: { ...(target['spec'] as object), concurrencyPolicy: 'Forbid' } } })).toEqual(['RunHasToEnd']);
    expect(reasons(stuck, { target })).toEqual(['SidecarRunsOn']);
  });
});

describe('a CronJob whose runs are ended by the next one', () => {
  it('gets the policy or the schedule back that let them be done, and is for people where neither was changed', () => {
    const target = of('CronJob', { concurrencyPolicy: 'Replace', schedule: '* * * * *' });
    const parts: Parts = { class: 'CronJobNotRunning', subCause: 'Replaced', message: 'each of its runs is ended by the next one before it is done' };
    expect(answer({ ...parts, changes: [changed('CronJob', ['spec', 'concurrencyPolicy'], 'Forbid', 'Replace')] }, { target })?.candidates).toEqual([{ action: 'restoreField', path: ['spec', 'concurrencyPolicy'], commit: commit(1) }]);
    expect(reasons({ ...parts, changes: [changed('CronJob', ['spec', 'schedule'], '*/5 * * * *', '* * * * *')] }, { target })).toEqual(['restoreField']);
    expect(reasons(parts, { target })).toEqual(['RunsTakeTooLong']);
  });
});

describe('a DaemonSet', () => {
  const POD = ['spec', 'template', 'spec'];
  it('goes back to its nodes, and is for people where the nodes changed', () => {
    const target = of('DaemonSet', { template: { spec: { nodeSelector: { role: 'egde' }, containers: [] } } });
    expect(answer({ class: 'DaemonSetMisscheduled', subCause: 'NoNode', changes: [changed('DaemonSet', [...POD, 'nodeSelector', 'role'], 'edge', 'egde')] }, { target })?.candidates).toEqual([{ action: 'restoreField', path: [...POD, 'nodeSelector', 'role'], commit: commit(1) }]);
    expect(reasons({ class: 'DaemonSetMisscheduled', subCause: 'Untolerated', changes: [changed('DaemonSet', [...POD, 'tolerations'], [{ key: 'gpu' }], undefined)] }, { target: of('DaemonSet', {}) })).toEqual(['restoreField']);
    expect(reasons({ class: 'DaemonSetMisscheduled', subCause: 'NoNode' }, { target })).toEqual(['NodesChanged']);
  });
});

describe('a disruption budget', () => {
  const parts: Parts = { class: 'DisruptionBlocked', subCause: 'NeverAllowed', message: 'disruption budget web wants every pod that there is, so none may ever go', related: [object('PodDisruptionBudget', 'web', { spec: { minAvailable: 2 } }, 'policy/v1')] };
  const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace: 'shop', name: 'web' };
  const inGit = { commit: commit(9), message: 'head', at: 0, objects: [of('Deployment', { replicas: 2 }), object('PodDisruptionBudget', 'web', { spec: { minAvailable: 2 } }, 'policy/v1')] };

  it('gets the replicas back that it counted on', () => {
    expect(answer({ ...parts, changes: [changed('Deployment', ['spec', 'replicas'], 3, 2)] })?.candidates).toEqual([{ action: 'restoreField', path: ['spec', 'replicas'], commit: commit(1) }]);
  });

  it('goes back to what it was, and one that is new gets one pod more', () => {
    expect(answer({ ...parts, versions: [inGit], changes: [gitChange(['spec', 'minAvailable'], 1, 2, { object: budget })] })?.candidates).toEqual([{ action: 'restoreField', object: budget, path: ['spec', 'minAvailable'], commit: commit(1) }]);
    expect(answer({ ...parts, versions: [inGit], changes: [gitChange([], undefined, {}, { object: budget })] })?.candidates).toEqual([{ action: 'setReplicas', replicas: 3 }]);
  });

  it('that was always so is for people', () => {
    expect(reasons(parts)).toEqual(['DisruptionBudgetMeant']);
  });
});

describe('an autoscaler', () => {
  const hpa = (spec: Readonly<Record<string, unknown>>) => of('HorizontalPodAutoscaler', { scaleTargetRef: { kind: 'Deployment', name: 'checkot' }, ...spec });
  const request: Parts = { class: 'AutoscalerInactive', subCause: 'MissingRequest', message: 'container app has no request for cpu, by which its autoscaler web counts' };

  it('gets the request that it measures by', () => {
    expect(reasons({ ...request, changes: [gitChange(['resources', 'requests', 'cpu'], '50m', undefined)] })).toEqual(['restoreField']);
    expect(answer({ ...request, related: [of('Deployment', { template: { spec: { containers: [{ name: 'x', resources: { requests: { cpu: '30m' } } }] } } }, 'other')] })?.candidates).toEqual([{ action: 'setResources', container: 'app', requests: { cpu: '30m' } }]);
    expect(answer(request)?.candidates).toEqual([{ action: 'setResources', container: 'app', requests: { cpu: '100m' } }]);
  });

  it('gets the target that was meant', () => {
    const parts: Parts = { class: 'AutoscalerInactive', subCause: 'TargetNotFound', related: [of('Deployment', {})] };
    expect(answer(parts, { target: hpa({}) })?.candidates).toEqual([{ action: 'setReference', fields: [{ path: ['spec', 'scaleTargetRef', 'name'], value: 'checkout' }] }]);
    expect(reasons({ ...parts, changes: [changed('HorizontalPodAutoscaler', ['spec', 'scaleTargetRef', 'name'], 'checkout', 'checkot')] }, { target: hpa({}) })?.[0]).toBe('restoreField');
    expect(reasons({ ...parts, related: [] }, { target: hpa({}) })).toEqual(['ScaleTargetMissing']);
  });

  it('gets no workload that another one scales, nor the next version of what it scaled', () => {
    const other = of('HorizontalPodAutoscaler', { scaleTargetRef: { kind: 'Deployment', name: 'checkout' } }, 'other');
    const parts: Parts = { class: 'AutoscalerInactive', subCause: 'TargetNotFound' };
    expect(reasons({ ...parts, related: [of('Deployment', {}), other] }, { target: hpa({}) })).toEqual(['ScaleTargetMissing']);
    expect(reasons({ ...parts, related: [of('Deployment', {}, 'api-v2'), of('Deployment', {}, 'web')] }, { target: hpa({ scaleTargetRef: { kind: 'Deployment', name: 'api-v1' } }) })).toEqual(['ScaleTargetMissing']);
  });

  it('gets the workload that its target was renamed to, however that is called now', () => {
    const named = (name: string, app: string) => of('Deployment', { selector: { matchLabels: { app } } }, name);
    const related = [named('storefront', 'web'), named('api', 'api')];
    const versions = [related, [named('checkot', 'web'), named('api', 'api')]].map((objects, index) => ({ commit: commit(2 - index), message: '', at: 2 - index, objects }));
    const ask = (head: readonly ReturnType<typeof named>[]) => answer({ class: 'AutoscalerInactive', subCause: 'TargetNotFound', related: head, versions: [{ ...versions[0], objects: head }, versions[1]] as Parts['versions'] }, { target: hpa({}) })?.candidates;
    expect(ask(related)).toEqual([{ action: 'setReference', fields: [{ path: ['spec', 'scaleTargetRef', 'name'], value: 'storefront' }] }]);
    expect(ask([named('storefront', 'shop'), named('api', 'api')])).toMatchObject([{ action: 'abstain' }]);
  });

  it('gets a container that exists, or its metrics back', () => {
    const scaled = of('Deployment', { template: { spec: { containers: [{ name: 'web' }], initContainers: [{ name: 'wait-for-db' }] } } }, 'checkot');
    const target = hpa({ metrics: [{ type: 'ContainerResource', containerResource: { name: 'cpu', container: 'app' } }] });
    expect(answer({ class: 'AutoscalerInactive', subCause: 'ContainerNotFound', related: [scaled] }, { target })?.candidates).toEqual([{ action: 'setHPA', fields: [{ path: ['spec', 'metrics', '0', 'containerResource', 'container'], value: 'web' }] }]);
    expect(reasons({ class: 'AutoscalerInactive', subCause: 'MetricsUnavailable', changes: [changed('HorizontalPodAutoscaler', ['spec', 'metrics'], [], [{}])] }, { target: hpa({ metrics: [{}] }) })).toEqual(['restoreField']);
    expect(reasons({ class: 'AutoscalerInactive', subCause: 'MetricsUnavailable' }, { target })).toEqual(['MetricsUnavailable']);
    expect(reasons({ class: 'AutoscalerInactive', subCause: 'AmbiguousSelector' }, { target })).toEqual(['TwoAutoscalers']);
  });

  it('gets the maximum back that a commit lowered; growth is for people', () => {
    const limited: Parts = { class: 'AutoscalerLimited', subCause: 'TooManyReplicas' };
    expect(reasons({ ...limited, changes: [changed('HorizontalPodAutoscaler', ['spec', 'maxReplicas'], 10, 2)] }, { target: hpa({ maxReplicas: 2 }) })).toEqual(['restoreField']);
    expect(reasons(limited, { target: hpa({ maxReplicas: 2 }) })).toEqual(['RealGrowth']);
  });
});

it('a rollout that no pod explains goes back to the pace or the place that was changed last', () => {
  expect(reasons({ class: 'ProgressDeadlineExceeded', spec: { minReadySeconds: 500 }, changes: [changed('Deployment', ['spec', 'minReadySeconds'], 5, 500)] })).toEqual(['restoreField']);
  expect(reasons({ class: 'ProgressDeadlineExceeded' })).toEqual(['RolloutStuck']);
});
