import type { KubeObject, RemediationRequest } from '@fleetmend/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { aServedCluster, type ServedCluster } from '../served-cluster.fixture.ts';
import { aRequest, FACTS } from '../../../../libs/lifecycle/src/told-request.fixture.ts';

let cluster: ServedCluster;
beforeEach(async () => {
  cluster = await aServedCluster({ namespaces: ['shop-team', 'fleetmend-system'] });
});
afterEach(() => cluster.close());

const put = (request: RemediationRequest) => {
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = request.metadata;
  cluster.put({ ...request, metadata } as unknown as KubeObject);
};
const waiting = aRequest({ phase: 'AwaitingApproval', diagnosis: FACTS.diagnosis as never, plan: FACTS.plan as never, verdict: { ...FACTS.verdict, violations: [{ id: 'F03', class: 'Deferred', message: 'frozen by weekend' }] } as never });
const approvals = () => cluster.objects.list('fleetmend.dev/v1alpha1', 'RemediationApproval');
const policy = (name: string) => ({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'RemediationPolicy', metadata: { name, namespace: 'shop-team' }, spec: { selector: { namespaces: ['shop'] }, mode: 'AutoMerge' } });

describe('a decision of a person', () => {
  it.each([['approve', 'Approve'], ['reject', 'Reject']] as const)('%s is put into the cluster under their own name, for this plan only', async (command, decision) => {
    put(waiting);
    const { status, out } = await cluster.run(command, 'rr-1', '-m', 'looked at it');
    expect(status).toBe(EXIT.ok);
    expect(out).toContain('64Mi -> 128Mi');
    const [made] = approvals();
    expect(made).toMatchObject({ metadata: { namespace: 'shop-team' }, spec: { decision, reason: 'looked at it', planDigest: FACTS.plan.digest, request: { name: 'rr-1' } } });
    expect(made).toMatchObject({ spec: { approver: 'kubernetes-admin' } });
  });

  it('is not made twice', async () => {
    put(waiting);
    await cluster.run('approve', 'rr-1');
    const { status, err } = await cluster.run('approve', 'rr-1');
    expect([status, err]).toEqual([EXIT.permanent, expect.stringMatching(/RemediationApproval rr-1-yes-aaaaaaaa in shop-team already/)]);
  });

  it('can be printed for kubectl instead, and then nothing is written', async () => {
    put(waiting);
    const { out } = await cluster.run('approve', 'rr-1', '--print', '-m', 'costs $5 `now`');
    expect(out).toMatch(/\| kubectl create -f -/);
    expect(out).toContain('\\$5 \\`now\\`');
    expect(approvals()).toEqual([]);
  });

  it('is refused as a yes where only reviews count, and taken as a no', async () => {
    put({ ...waiting, status: { ...waiting.status, phase: 'PullRequestOpen', approvalChannel: 'Review', pullRequest: { ...FACTS.open, url: 'https://forge.example/fleet/pulls/1' } } });
    expect(await cluster.run('approve', 'rr-1')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('approve https://forge.example/fleet/pulls/1 in the forge') });
    expect(approvals()).toEqual([]);
    expect((await cluster.run('reject', 'rr-1')).status).toBe(EXIT.ok);
    expect(approvals()).toMatchObject([{ spec: { decision: 'Reject' } }]);
  });

  it('needs a plan', async () => {
    put(aRequest());
    expect(await cluster.run('approve', 'rr-1')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('has no plan') });
  });
});

describe('holding back', () => {
  const pausedOf = (name: string) => (cluster.objects.get('fleetmend.dev/v1alpha1', 'RemediationPolicy', 'shop-team', name) as unknown as { spec: { paused: boolean } }).spec.paused;

  it('pauses one policy, or all, and takes it back', async () => {
    cluster.put(policy('a'));
    cluster.put(policy('b'));
    expect((await cluster.run('pause', 'a')).out).toContain('shop-team/a is paused');
    expect([pausedOf('a'), pausedOf('b')]).toEqual([true, false]);
    await cluster.run('pause', '--all');
    expect([pausedOf('a'), pausedOf('b')]).toEqual([true, true]);
    await cluster.run('resume', '--all');
    expect([pausedOf('a'), pausedOf('b')]).toEqual([false, false]);
  });

  it.each([[['pause'], /name one RemediationPolicy, or all of them with --all/], [['pause', 'c'], /no RemediationPolicy c; there are: shop-team\/a/]])('refuses %j and says what is there', async (args, message) => {
    cluster.put(policy('a'));
    expect(await cluster.run(...args)).toMatchObject({ status: EXIT.permanent, err: expect.stringMatching(message) });
  });

  it('cancels a request, once', async () => {
    put(waiting);
    expect((await cluster.run('cancel', 'rr-1')).out).toContain('is cancelled');
    expect((cluster.objects.get('fleetmend.dev/v1alpha1', 'RemediationRequest', 'shop-team', 'rr-1') as unknown as RemediationRequest).spec.cancel).toBe(true);
    expect((await cluster.run('cancel', 'rr-1')).out).toContain('cancelled already');
  });
});

describe('asking again', () => {
  const ended = (reason: string) => aRequest({ phase: 'Failed', reason, diagnosis: FACTS.diagnosis as never, plan: FACTS.plan as never });

  it('marks a finished request under the name of who asks, once', async () => {
    put(ended('SymptomRemains'));
    const { status, out } = await cluster.run('retry', 'rr-1');
    expect([status, out]).toEqual([EXIT.ok, expect.stringContaining('shop-team/rr-1 is asked for again')]);
    expect(out).not.toContain('precedents');
    expect(cluster.objects.get('fleetmend.dev/v1alpha1', 'RemediationRequest', 'shop-team', 'rr-1')).toMatchObject({ metadata: { annotations: { 'fleetmend.dev/retry': 'kubernetes-admin' } } });
    expect((await cluster.run('retry', 'rr-1')).out).toContain('already, by kubernetes-admin');
  });

  it('reminds of the no that stands in the way', async () => {
    put(ended('Vetoed'));
    expect((await cluster.run('retry', 'rr-1')).out).toContain('fleetmend precedents forget');
  });

  it('refuses what is still worked on, or is tried again already', async () => {
    put(waiting);
    expect(await cluster.run('retry', 'rr-1')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('in phase AwaitingApproval') });
    const { status, metadata, ...rest } = ended('SymptomRemains');
    put({ ...rest, status, metadata: { ...metadata, name: 'rr-0' } });
    expect(await cluster.run('retry', 'rr-0')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('shop-team/rr-1 is about the same failure') });
  });
});

it('explains why a request stands where it stands', async () => {
  put(waiting);
  cluster.put(policy('shop'));
  const { out } = await cluster.run('explain', 'rr-1');
  expect(out).not.toContain('Approval\n');
  for (const part of [/AwaitingApproval, attempt 1/, /OOMKilled/, /app needs more/, /64Mi → 128Mi/, /exactly the intended change/, /F03 Deferred: frozen by weekend/, /shop-team\/shop: the strictest/, /mode AutoMerge/]) expect(out).toMatch(part);
});

it.each([['Review', /Approval\n {2}by reviews of the pull request local:fleet\/pulls\/1/], ['Object', /Approval\n {2}by RemediationApproval objects \(`fleetmend approve`\)/]] as const)('explains through which channel a yes counts: %s', async (approvalChannel, wanted) => {
  put({ ...waiting, status: { ...waiting.status, approvalChannel, pullRequest: FACTS.open } });
  cluster.put(policy('shop'));
  const { out } = await cluster.run('explain', 'rr-1');
  expect(out).toMatch(wanted);
  expect(out).toContain('a no counts from either');
});
