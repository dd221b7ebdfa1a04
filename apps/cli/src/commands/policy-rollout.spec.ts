import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '@fleetmend/model';
import { parse } from 'yaml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { aServedCluster, type ServedCluster } from '../served-cluster.fixture.ts';

let cluster: ServedCluster;
beforeEach(async () => {
  cluster = await aServedCluster({ namespaces: ['fleetmend-system'] });
});
afterEach(() => cluster.close());

const STEP = `sha256:${'5'.repeat(64)}`;
const counts = { decisions: 12, replayed: 0, evalErrors: 0, newDenies: 1, newAllows: 0, verified: 0, failedVerifications: 0 };
const put = (status: Readonly<Record<string, unknown>>) =>
  cluster.put({
    apiVersion: 'fleetmend.dev/v1alpha1',
    kind: 'PolicyRollout',
    metadata: { name: 'baseline', namespace: 'fleetmend-system' },
    spec: { bundle: { digest: `sha256:${'b'.repeat(64)}`, source: { file: '/bundle' } }, waves: [{ name: 'canary', clusters: { matchLabels: { ring: '0' } } }], stages: [{ mode: 'Enforce' }] },
    status,
  } as unknown as KubeObject);
const progressing = { state: 'Progressing', wave: 'canary', stage: 'Shadow', reason: 'Sample: prod-1 in Shadow: 12 of 50 decisions', clusters: [{ name: 'prod-1', wave: 'canary', mode: 'Shadow', since: '2026-01-05T09:00:00Z', done: false, counts }] };
const waiting = { ...progressing, reason: 'Approval: wave prod starts only when a named human says so', awaits: { step: STEP, what: 'wave prod starts only when a named human says so' } };

it('shows every rollout, and one of them with its clusters', async () => {
  expect((await cluster.run('policy', 'rollout', 'status')).out).toContain('No policy rollouts');
  put(progressing);
  expect((await cluster.run('policy', 'rollout', 'status')).out).toMatch(/fleetmend-system +baseline +b{12} +Progressing +canary +Shadow +Sample: prod-1 in Shadow: 12 of 50 decisions/);
  expect((await cluster.run('policy', 'rollout', 'status', 'baseline')).out).toMatch(/prod-1 +canary +Shadow +12 +1 +0 +0 +0 of 0/);
});

it('promotes what waits for a human, under the name of who says so', async () => {
  put(waiting);
  expect((await cluster.run('policy', 'rollout', 'status', 'baseline')).out).toContain('`fleetmend policy rollout promote baseline` says yes');
  const { status, out } = await cluster.run('policy', 'rollout', 'promote', 'baseline', '-m', 'looked at the differences');
  expect([status, out]).toEqual([EXIT.ok, expect.stringMatching(/approved by .+ \(RemediationApproval fleetmend-system\/baseline-yes-55555555\)/)]);
  expect(cluster.objects.list('fleetmend.dev/v1alpha1', 'RemediationApproval')).toMatchObject([{ metadata: { namespace: 'fleetmend-system' }, spec: { decision: 'Approve', planDigest: STEP, request: { name: 'baseline' }, reason: 'looked at the differences' } }]);
  expect(await cluster.run('policy', 'rollout', 'promote', 'baseline')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('already') });
});

it('promotes nothing that waits for a sample, and says so', async () => {
  put(progressing);
  expect(await cluster.run('policy', 'rollout', 'promote', 'baseline')).toMatchObject({ status: EXIT.permanent, err: expect.stringMatching(/waits for no human.*12 of 50 decisions/) });
});

it('halts, once, and reminds of Git', async () => {
  put(progressing);
  expect((await cluster.run('policy', 'rollout', 'halt', 'baseline')).out).toMatch(/go back to their last good bundle[^]*write `halted: true` into Git/);
  expect(cluster.objects.get('fleetmend.dev/v1alpha1', 'PolicyRollout', 'fleetmend-system', 'baseline')).toMatchObject({ spec: { halted: true } });
  expect((await cluster.run('policy', 'rollout', 'halt', 'baseline')).out).toContain('is halted already');
});

it('names the rollouts that there are, for one that is not', async () => {
  put(progressing);
  expect(await cluster.run('policy', 'rollout', 'halt', 'basline')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('there are: fleetmend-system/baseline') });
});

it('shows the sample that ships, which fits the kind', async () => {
  cluster.put(parse(readFileSync(join(import.meta.dirname, '../../../../crds/samples/policyrollout.yaml'), 'utf8')) as KubeObject);
  expect((await cluster.run('policy', 'rollout', 'status', 'baseline-2026-01')).out).toContain('no cluster is on its way');
});

it('tells the digest of a bundle as a rollout names it', async () => {
  expect((await cluster.run('policy', 'digest', join(import.meta.dirname, '../../../../policies/bundle'))).out).toMatch(/^sha256:[0-9a-f]{64}\n$/);
  expect(await cluster.run('policy', 'digest', '/no/bundle')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('/no/bundle') });
});
