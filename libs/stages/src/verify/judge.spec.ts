import { minutes } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import type { ClusterProgress, FailureClass, HealthAnswer, Verification } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { guardsDigest } from '../propose/baseline.ts';
import { judge } from './judge.ts';
import { containersAfter } from './later-symptom.ts';

const time = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const OWN = 'own';
const NOW = Date.UTC(2026, 0, 1, 0, 1, 0);

/** A request about that class in container app; what stands before the change was applied is one ready pod and our finding. */
function viewOf(failureClass: FailureClass, container: string | undefined = 'app'): View {
  const spec = { clusters: ['prod-0'], target: { container }, failure: { class: failureClass, fingerprint: OWN } };
  return { now: NOW, policy: { hold: 10_000 }, request: { spec, status: {} } } as unknown as View;
}

/** The same, with a plan that changes those fields of the target. */
function changing(failureClass: FailureClass, paths: readonly string[]): View {
  const view = viewOf(failureClass);
  const status = { plan: { actionJson: JSON.stringify({ action: 'abstain', reason: 'Test', lookAt: '' }), changes: paths.map((path) => ({ path })) } };
  return { ...view, request: { ...view.request, status } } as unknown as View;
}

const baseline = { ready: 1, guards: '', findings: [OWN], at: time(0) };
const pod = (name: string, { current = true, ready = false } = {}) => ({ name, template: current ? 'new' : 'old', current, ready, restarts: 0 });
const found = (fingerprint: string, failureClass: FailureClass, container: string | undefined = 'app', on: string | undefined = 'new-1') => ({ fingerprint, finding: { class: failureClass, target: { kind: 'Deployment', name: 'shop', container }, observation: { reason: '', message: '', pod: on } } });

function answer(over: Partial<HealthAnswer>): HealthAnswer {
  const pods = over.pods ?? [pod('new-1', { ready: true })];
  return { answer: 'health', at: NOW, exists: true, generationCurrent: true, pods, desired: 1, ready: pods.filter(({ ready }) => ready).length, findings: [], guards: {}, ...over } as HealthAnswer;
}

/** The digest of no guards at all, as the baseline of a cluster without any holds it. */
const progressOf = (over: Partial<typeof baseline> = {}, appliedAt = 0) => ({ name: 'prod-0', baseline: { ...baseline, guards: guardsDigest(answer({})), ...over }, rollout: { appliedAt: time(appliedAt) } }) as unknown as ClusterProgress;
const surge = [pod('old-1', { current: false, ready: true }), pod('new-1')];

describe('the target is judged', () => {
  it('healthy, when every pod is of the merged template and ready', () => {
    expect(judge(viewOf('CrashLoopBackOff'), progressOf(), answer({}))).toEqual({ state: 'Healthy', message: '1 of 1 pods ready' });
  });

  it('unclear, while a pod of the old template is there', () => {
    expect(judge(viewOf('CrashLoopBackOff'), progressOf(), answer({ pods: surge })).state).toBe('Unclear');
  });

  it('still failing, when the symptom shows on a pod of the merged template, and not for one of the old', () => {
    expect(judge(viewOf('CrashLoopBackOff'), progressOf(), answer({ pods: surge, findings: [found(OWN, 'CrashLoopBackOff')] as HealthAnswer['findings'] })).state).toBe('StillFailing');
    expect(judge(viewOf('CrashLoopBackOff'), progressOf(), answer({ pods: surge, findings: [found(OWN, 'CrashLoopBackOff', 'app', 'old-1')] as HealthAnswer['findings'] })).state).toBe('Unclear');
  });

  it.each<readonly [what: string, failure: FailureClass, tried: number | undefined, after: number, state: Verification['state']]>([
    ['waits for its volume to be tried again', 'FailedMount', undefined, 1, 'Unclear'],
    ['has waited for longer than kubelet does with a volume', 'FailedMount', undefined, 3, 'StillFailing'],
    ['waits in the back-off of its crashes', 'CrashLoopBackOff', -1, 4, 'Unclear'],
    ['was tried again with what it had mounted before', 'CrashLoopBackOff', 1, 4, 'Unclear'],
    ['was tried again with what there is now', 'CrashLoopBackOff', 3, 4, 'StillFailing'],
    ['has waited for longer than any back-off', 'CrashLoopBackOff', -1, 6, 'StillFailing'],
  ])('where the change is not in the template, by the next try: a pod that was there before %s', (_, failure, tried, after, state) => {
    const applied = Date.UTC(2026, 0, 1);
    const old = { ...pod('new-1'), madeAt: applied - minutes(9), ...(tried === undefined ? {} : { triedAt: applied + minutes(tried) }) };
    const health = answer({ pods: [pod('new-2', { ready: true }), old], findings: [found(OWN, failure)] as HealthAnswer['findings'] });
    const judged = (changes: readonly string[]) => judge({ ...changing(failure, changes), now: applied + minutes(after) }, progressOf(), health).state;
    expect(judged(['data/HOST'])).toBe(state);
    expect(judged(['spec/template/spec/containers/0/image'])).toBe('StillFailing');
  });

  it('at once, where the change is not in the template and the pod came after it', () => {
    const health = answer({ pods: [pod('new-2', { ready: true }), { ...pod('new-1'), madeAt: NOW }], findings: [found(OWN, 'CrashLoopBackOff')] as HealthAnswer['findings'] });
    expect(judge(changing('CrashLoopBackOff', ['data/HOST']), progressOf(), health).state).toBe('StillFailing');
  });

  it('no worse for pods that wait for their next try', () => {
    const health = answer({ pods: [{ ...pod('new-1'), madeAt: 0 }], findings: [found(OWN, 'CrashLoopBackOff')] as HealthAnswer['findings'] });
    expect(judge(changing('CrashLoopBackOff', ['data/HOST']), progressOf({}, 0), health).state).toBe('Unclear');
  });

  it('unclear, until the controller has seen the change of the template', () => {
    const health = answer({ pods: [pod('new-2', { ready: true }), pod('new-1')], generationCurrent: false, findings: [found(OWN, 'CrashLoopBackOff')] as HealthAnswer['findings'] });
    expect(judge(changing('CrashLoopBackOff', ['spec/template/spec/containers/0/image']), progressOf(), health).state).toBe('Unclear');
  });

  it('not by what a pod of the same name showed before, nor by a symptom younger than its dwell', () => {
    const dwelt = (fingerprint: string) => answer({ pods: surge, findings: [{ ...found(fingerprint, 'CrashLoopBackOff'), dwelt: false }] as unknown as HealthAnswer['findings'] });
    expect(judge(viewOf('CrashLoopBackOff'), progressOf(), dwelt(OWN)).state).toBe('Unclear');
    expect(judge(viewOf('ImagePullBackOff'), progressOf(), dwelt('fresh')).state).toBe('Unclear');
  });

  it.each<readonly [what: string, ago: number, state: Verification['state']]>([
    ['shows beside it is harm', 0, 'Worse'],
    ['may only have blinked is waited for', 5_000, 'Unclear'],
    ['is gone since was what hid it', 15_000, 'Uncovered'],
  ])('where something new shows on a pod that stayed: a symptom that %s', (_, ago, state) => {
    const findings = [{ ...found('fresh', 'CrashLoopBackOff'), seenAt: NOW }, { ...found(OWN, 'CreateContainerConfigError'), seenAt: NOW - ago }] as HealthAnswer['findings'];
    expect(judge(changing('CreateContainerConfigError', ['data/HOST']), progressOf(), answer({ pods: surge, findings })).state).toBe(state);
  });

  it('still failing only after one hold, which is three times as long after a refusal, when the symptom has no pod', () => {
    const { pod: _, ...noPod } = found(OWN, 'QuotaExceeded').finding.observation;
    const findings = [{ ...found(OWN, 'QuotaExceeded'), finding: { ...found(OWN, 'QuotaExceeded').finding, observation: noPod } }] as HealthAnswer['findings'];
    expect(judge(viewOf('QuotaExceeded'), progressOf({}, 55), answer({ findings })).state).toBe('Unclear');
    expect(judge(viewOf('QuotaExceeded'), progressOf({}, 45), answer({ findings })).state).toBe('Unclear');
    expect(judge(viewOf('QuotaExceeded'), progressOf({}, 30), answer({ findings })).state).toBe('StillFailing');
  });

  it('not by a guard that somebody changed, unless it is what refused the pods: then nobody can tell what helped', () => {
    const judged = (failure: FailureClass) => judge(viewOf(failure), progressOf(), answer({ guards: { 'ResourceQuota/shop/q': 'other' } })).state;
    expect([judged('CrashLoopBackOff'), judged('QuotaExceeded'), judged('DisruptionBlocked')]).toEqual(['Healthy', 'Unclear', 'Unclear']);
  });

  it('by the commit that came after ours where that is what runs: ours ends, and is not taken back for it', () => {
    const findings = [found('fresh', 'ImagePullBackOff')] as HealthAnswer['findings'];
    const judged = (overtaken: boolean, pods = surge) => judge(viewOf('CrashLoopBackOff'), progressOf(), answer({ pods, findings }), { later: new Set(), overtaken }).state;
    expect([judged(false), judged(true)]).toEqual(['Worse', 'Uncovered']);
    expect(judged(true, [pod('new-1')])).toBe('Worse');
  });

  it('worse, when fewer pods are ready after the hold', () => {
    expect(judge(viewOf('CrashLoopBackOff'), progressOf(), answer({ pods: [pod('new-1')] })).message).toBe('0 pods are ready, 1 were before');
  });

  it.each<readonly [what: string, own: FailureClass, container: string | undefined, fresh: readonly [FailureClass, string?], state: Verification['state']]>([
    ['a crash behind an image that could not be pulled is no harm', 'ImagePullBackOff', 'app', ['CrashLoopBackOff'], 'Uncovered'],
    ['the next missing key behind the first one neither', 'CreateContainerConfigError', 'app', ['CreateContainerConfigError'], 'Uncovered'],
    ['whatever a container shows that a refused pod never had', 'QuotaExceeded', undefined, ['OOMKilled'], 'Uncovered'],
    ['a container that does not even start any more', 'CrashLoopBackOff', 'app', ['ImagePullBackOff'], 'Worse'],
    ['another container that ran beside the failing one', 'ImagePullBackOff', 'app', ['CrashLoopBackOff', 'sidecar'], 'Worse'],
    ['what hides nothing', 'AutoscalerInactive', undefined, ['CrashLoopBackOff'], 'Worse'],
  ])('where something new shows: %s', (_, own, container, [freshClass, freshContainer], state) => {
    const view = viewOf(own, container);
    const findings = [found('fresh', freshClass, freshContainer)] as HealthAnswer['findings'];
    const request = container === undefined ? { ...view, request: { ...view.request, spec: { ...view.request.spec, target: undefined } } } : view;
    expect(judge(request, progressOf(), answer({ pods: surge, findings })).state).toBe(state);
  });

  it('uncovered, where an init container held back what fails now, and worse where that ran beside it', () => {
    const init = [{ name: 'fetch' }, { name: 'migrate' }, { name: 'proxy', restartPolicy: 'Always' }];
    const live = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shop' }, spec: { template: { spec: { initContainers: init, containers: [{ name: 'app' }] } } } };
    const after = (container: string) => [...containersAfter(live, container)];
    expect([after('migrate'), after('proxy'), after('app')]).toEqual([['proxy', 'app'], [], []]);
    const judged = (fresh: FailureClass, container: string) => judge(viewOf('CrashLoopBackOff', 'migrate'), progressOf(), answer({ pods: surge, findings: [found('fresh', fresh, container)] as HealthAnswer['findings'] }), { later: new Set(after('migrate')), overtaken: false }).state;
    expect([judged('ProbeFailed', 'app'), judged('ImagePullBackOff', 'app'), judged('CrashLoopBackOff', 'fetch')]).toEqual(['Uncovered', 'Uncovered', 'Worse']);
  });

  it.each<readonly [what: string, paths: readonly string[], fresh: FailureClass, state: Verification['state']]>([
    ['an image that is not there, of a container that was not changed', ['containers/0/resources/limits/memory'], 'ImagePullBackOff', 'Uncovered'],
    ['too little memory of a container that was not changed', ['containers/0/image'], 'OOMKilled', 'Uncovered'],
    ['a crash of a container that was not changed, which may miss what was', ['containers/0/image'], 'CrashLoopBackOff', 'Worse'],
    ['an image, where more than one container was changed', ['containers/0/image', 'containers/1/image'], 'ImagePullBackOff', 'Worse'],
    ['an image, where more than containers was changed', ['containers/0/image', 'volumes/0'], 'ImagePullBackOff', 'Worse'],
  ])('where a second fault shows that no change of ours can bring: %s', (_, paths, fresh, state) => {
    const changed = changing('OOMKilled', paths.map((path) => `spec/template/spec/${path}`));
    expect(judge(changed, progressOf(), answer({ pods: surge, findings: [found('fresh', fresh, 'sidecar')] as HealthAnswer['findings'] })).state).toBe(state);
  });

  it.each<readonly [what: string, path: string, known: readonly string[], state: Verification['state']]>([
    ['that goes by the port that was changed', 'spec/template/spec/containers/0/ports/0/containerPort', [OWN], 'Worse'],
    ['that cannot have felt the change', 'spec/template/spec/containers/0/image', [OWN], 'Healthy'],
    ['that failed before', 'spec/template/spec/containers/0/ports/0/containerPort', [OWN, 'service'], 'Healthy'],
  ])('by the Service in front of it: one %s', (_, path, known, state) => {
    const findings = [{ fingerprint: 'service', finding: { class: 'ServicePortMismatch', target: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'shop' }, observation: { reason: '', message: '' } } }] as unknown as HealthAnswer['findings'];
    const view = changing('ProbeFailed', [path]);
    const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'shop', container: 'app' };
    const request = { ...view.request, spec: { ...view.request.spec, target } };
    expect(judge({ ...view, request }, progressOf({ findings: [...known] }), answer({ findings })).state).toBe(state);
  });

  it('unclear, while the symptom that hid another has yet to close', () => {
    const findings = [found('fresh', 'CrashLoopBackOff'), found(OWN, 'ImagePullBackOff', 'app', 'old-2')] as HealthAnswer['findings'];
    expect(judge(viewOf('ImagePullBackOff'), progressOf({}, 55), answer({ pods: surge, findings })).state).toBe('Unclear');
    expect(judge(viewOf('ImagePullBackOff'), progressOf({}, 45), answer({ pods: surge, findings })).state).toBe('Uncovered');
  });

  it('worse, where what was hidden costs a pod that was ready, or the symptom is still there beside something new', () => {
    const findings = [found('fresh', 'CrashLoopBackOff')] as HealthAnswer['findings'];
    expect(judge(viewOf('ImagePullBackOff'), progressOf(), answer({ pods: [pod('new-1')], findings })).state).toBe('Worse');
    expect(judge(viewOf('ImagePullBackOff'), progressOf(), answer({ pods: surge, findings: [...findings, ...([found(OWN, 'ImagePullBackOff')] as HealthAnswer['findings'])] })).state).toBe('Worse');
  });
});
