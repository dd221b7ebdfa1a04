import { createKubeClient, loadKubeconfig } from '@fleetmend/k8s';
import type { KubeObject, RemediationRequest } from '@fleetmend/model';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { aServedCluster, type ServedCluster } from '../served-cluster.fixture.ts';
import { aRequest, FACTS } from '../../../../libs/lifecycle/src/told-request.fixture.ts';

let cluster: ServedCluster;
beforeEach(async () => {
  cluster = await aServedCluster({ namespaces: ['shop-team'] });
});
afterEach(() => cluster.close());

const put = (request: RemediationRequest) => {
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = request.metadata;
  cluster.put({ ...request, metadata } as unknown as KubeObject);
};

/** The column of `kubectl get rr -o wide`, as the API server prints it. */
async function printed(column: string): Promise<readonly unknown[]> {
  const connection = loadKubeconfig({ files: [cluster.kubeconfig] });
  const table = (await createKubeClient(connection).json({ path: '/apis/fleetmend.dev/v1alpha1/remediationrequests', accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })) as { readonly columnDefinitions: readonly { readonly name: string }[]; readonly rows: readonly { readonly cells: readonly unknown[] }[] };
  await connection.close();
  const place = table.columnDefinitions.findIndex(({ name }) => name === column);
  return table.rows.map(({ cells }) => cells[place]);
}

it('gives the same reason as kubectl does', async () => {
  put(aRequest({ phase: 'Escalated', reason: 'TooUncertain', summary: { cluster: 'prod-1', target: 'Deployment/shop/checkout', reason: 'TooUncertain' } }, 'rr-1'));
  put(aRequest({ phase: 'PullRequestOpen', reason: 'Delivered', pullRequest: FACTS.open, summary: { cluster: 'prod-1', target: 'Deployment/shop/checkout', reason: 'waits for a review' } }, 'rr-2'));
  put(aRequest({ reason: 'Detected' }, 'rr-3'));
  const { items } = JSON.parse((await cluster.run('get', '-o', 'json')).out) as { readonly items: readonly { readonly reason?: string }[] };
  expect((await printed('Reason')).map((reason) => reason ?? '')).toEqual(items.map(({ reason }) => reason ?? ''));
  expect(items.map(({ reason }) => reason)).toEqual(['TooUncertain', 'waits for a review', undefined]);
  expect((await cluster.run('get')).out).toMatch(/rr-2 .*PullRequestOpen .*waits for a review/);
});

it('tells the story of one request', async () => {
  put(aRequest({ phase: 'PullRequestOpen', diagnosis: FACTS.diagnosis as never, plan: FACTS.plan as never, pullRequest: FACTS.open }));
  expect((await cluster.run('describe', 'rr-1', '-n', 'shop-team')).out).toMatch(/shop-team\/rr-1 {2}PullRequestOpen[^]*cause: app needs more[^]*pull request #1 is open/);
  expect(await cluster.run('describe', 'rr-9')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('there is no request rr-9') });
});
