import type { Action } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { aCase, commit, CONTAINER_PATH, gitChange, historyOfField, object } from '../case.fixture.ts';
import { oomKilled } from './oom-killed.ts';

type Parts = Parameters<typeof aCase>[0];
const MEMORY = ['resources', 'limits', 'memory'];

const withLimit = (memory: string, requests?: Record<string, string>, cpu?: string) => ({ resources: { limits: { memory, ...(cpu && { cpu }) }, ...(requests && { requests }) } });
const limitRange = (item: Record<string, unknown>) => object('LimitRange', 'bounds', { spec: { limits: [item] } });
const quota = (hard: Record<string, string>, used: Record<string, string>) => object('ResourceQuota', 'quota', { status: { hard, used } });
const node = (name: string, memory: string, spec = {}) => object('Node', name, { spec, status: { allocatable: { memory } } });

const first = (parts: Omit<Parts, 'class'>): Action | undefined => oomKilled(aCase({ class: 'OOMKilled', ...parts })).candidates[0];
const toMemory = (memory: string, requests?: Record<string, string>): Action => ({ action: 'setResources', container: 'app', ...(requests && { requests }), limits: { memory } });

describe('the memory that a killed container gets', () => {
  it.each<[string, string, string, string]>([
    ['a size', 'CACHE', '48Mi', '480Mi'], ['a heap', 'JAVA_OPTS', '-Xms8m -Xmx48m', '-Xms8m -Xmx480m'], ['a heap of Node', 'NODE_OPTIONS', '--max-old-space-size=48', '--max-old-space-size=480'],
  ])('stays where a commit raised %s to more than twice of it: that goes back', (_what, name, before, after) => {
    const path = ['env', `[name=${name}]`, 'value'];
    const raised = (message: string, to = after) => first({ template: { ...withLimit('96Mi'), env: [{ name, value: to }] }, changes: [gitChange(path, before, to, { message })] });
    expect(raised('tuning')).toEqual({ action: 'restoreField', path: [...CONTAINER_PATH, ...path], commit: commit(1) });
    expect(raised('larger cache for the sale')).toEqual(toMemory('192Mi'));
    expect(raised('tuning', after.replace('480', '240'))).toEqual(toMemory('192Mi'));
  });

  const repairs: Record<string, [Omit<Parts, 'class'>, Action]> = {
    'is twice its limit when Git knows no other': [{ template: withLimit('64Mi') }, toMemory('128Mi')],
    'is twice its limit in the unit of the file': [{ template: withLimit('100M') }, toMemory('200M')],
    'is what it had before somebody lowered it': [{ template: withLimit('64Mi'), history: [historyOfField(MEMORY, '64Mi', '96Mi')] }, toMemory('96Mi')],
    'skips commits that left the limit alone': [{ template: withLimit('64Mi'), history: [historyOfField(MEMORY, '64Mi', '64Mi', '112Mi')] }, toMemory('112Mi')],
    'is put back by commit when Git had more than twice as much': [
      { template: withLimit('64Mi'), history: [historyOfField(MEMORY, '64Mi', '512Mi')] },
      { action: 'restoreField', path: [...CONTAINER_PATH, ...MEMORY], commit: commit(1) },
    ],
    'is twice its limit when the last change raised it': [{ template: withLimit('64Mi'), history: [historyOfField(MEMORY, '64Mi', '32Mi')] }, toMemory('128Mi')],
    'is the step when the earlier value no longer fits': [
      { template: withLimit('64Mi'), history: [historyOfField(MEMORY, '64Mi', '512Mi')], related: [limitRange({ type: 'Container', max: { memory: '256Mi' } })] },
      toMemory('128Mi'),
    ],
    'leaves the request alone': [{ template: withLimit('64Mi', { memory: '32Mi' }) }, toMemory('128Mi')],
    'takes the request along where the pod is Guaranteed': [{ template: withLimit('64Mi', { memory: '64Mi', cpu: '1' }, '1') }, toMemory('128Mi', { memory: '128Mi' })],
    'lifts the request as far as the ratio of a LimitRange asks': [
      { template: withLimit('64Mi', { memory: '32Mi' }), related: [limitRange({ type: 'Container', maxLimitRequestRatio: { memory: '2' } })] },
      toMemory('128Mi', { memory: '64Mi' }),
    ],
    'stops at the maximum of a LimitRange': [{ template: withLimit('64Mi'), related: [limitRange({ type: 'Container', max: { memory: '100Mi' } })] }, toMemory('100Mi')],
    'is named where only a LimitRange default held': [{ related: [limitRange({ type: 'Container', default: { memory: '64Mi' } })] }, toMemory('128Mi')],
    'fits into what the quota has left for every replica and one more': [
      { template: withLimit('64Mi'), related: [quota({ 'limits.memory': '384Mi' }, { 'limits.memory': '128Mi' })] },
      toMemory('128Mi'),
    ],
    'needs no spare pod where pods are recreated': [
      { template: withLimit('64Mi'), spec: { strategy: { type: 'Recreate' } }, related: [quota({ 'limits.memory': '256Mi' }, { 'limits.memory': '128Mi' })] },
      toMemory('128Mi'),
    ],
    'may be as large as the largest node that takes pods': [{ template: withLimit('64Mi'), related: [node('small', '64Mi'), node('large', '1Gi')] }, toMemory('128Mi')],
  };

  it.each(Object.entries(repairs))('%s', (_name, [parts, action]) => {
    expect(first(parts)).toEqual(action);
  });

  const refusals: Record<string, [Omit<Parts, 'class'>, string]> = {
    'when the quota has nothing left': [{ template: withLimit('64Mi'), related: [quota({ 'limits.memory': '200Mi' }, { 'limits.memory': '128Mi' })] }, 'QuotaExhausted'],
    'when a LimitRange allows hardly more': [{ template: withLimit('64Mi'), related: [limitRange({ type: 'Container', max: { memory: '80Mi' } })] }, 'LimitRangeMax'],
    'when its pod is at the maximum of a LimitRange': [{ template: withLimit('64Mi'), related: [limitRange({ type: 'Pod', max: { memory: '64Mi' } })] }, 'LimitRangeMax'],
    'when no node is larger': [{ template: withLimit('1Gi'), related: [node('a', '1Gi'), node('b', '8Gi', { unschedulable: true })] }, 'NodeTooSmall'],
    'when the container has no limit at all': [{}, 'NoLimit'],
    'when a VerticalPodAutoscaler sets its memory': [
      { template: withLimit('64Mi'), related: [object('VerticalPodAutoscaler', 'vpa', { spec: { targetRef: { kind: 'Deployment', name: 'checkout' } } })] },
      'ManagedByVpa',
    ],
    'when the template has no such container': [{ template: withLimit('64Mi'), container: 'sidecar' }, 'ContainerUnknown'],
  };

  it.each(Object.entries(refusals))('is left to a person %s', (_name, [parts, reason]) => {
    expect(first(parts)).toMatchObject({ action: 'abstain', reason });
  });

  it('names the quota, its size and its use when it abstains for it', () => {
    const action = first({ template: withLimit('64Mi'), related: [quota({ 'limits.memory': '200Mi' }, { 'limits.memory': '128Mi' })] });
    expect(action).toMatchObject({ lookAt: expect.stringMatching(/ResourceQuota quota .*200Mi.*128Mi/) });
  });

  it('is less sure of a step that the bounds cut short', () => {
    const confidence = (parts: Omit<Parts, 'class'>) => oomKilled(aCase({ class: 'OOMKilled', ...parts })).confidence;
    const cut = confidence({ template: withLimit('64Mi'), related: [limitRange({ type: 'Container', max: { memory: '100Mi' } })] });
    expect(cut).toBeLessThan(confidence({ template: withLimit('64Mi') }));
  });

  it('finds the template of a CronJob', () => {
    const kase = aCase({ class: 'OOMKilled' });
    const target = object('CronJob', 'report', { spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'app', ...withLimit('64Mi') }] } } } } } }, 'batch/v1');
    expect(oomKilled({ ...kase, target }).candidates[0]).toEqual(toMemory('128Mi'));
  });
});
