import { findObject } from '@fleetmend/k8s';
import type { Heartbeat } from '@fleetmend/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFleetRegister } from './fleet-register.ts';
import { aHubCluster, type HubClusterFixture } from './hub-cluster.fixture.ts';
import { KINDS, LEASE } from './kinds.ts';

let hub: HubClusterFixture;
beforeEach(() => {
  hub = aHubCluster();
});
afterEach(() => hub.close());

const heartbeat = (rest: Partial<Heartbeat> = {}): Heartbeat => ({ schema: 1, cluster: 'prod-1', agent: { version: '0.1.0' }, epoch: 1, at: 1, open: 0, xor: '0'.repeat(16), pods: 20, ...rest });
const cluster = () => findObject(hub.client, KINDS.cluster, { name: 'prod-1' });
const register = () => createFleetRegister({ ...hub, namespace: 'fleetmend-system' });

it('registers a cluster by its first heartbeat, with what its agent says', async () => {
  await register().heard(heartbeat({ open: 3 }));
  expect(await cluster()).toMatchObject({ status: { agent: { version: '0.1.0', lastSeen: '2026-01-05T09:00:00Z' }, open: 3, conditions: [{ type: 'Connected', status: 'True' }] } });
});

it('leaves labels and the gitops part to the platform team', async () => {
  await register().heard(heartbeat());
  hub.server.objects.apply({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'FleetCluster', metadata: { name: 'prod-1', labels: { env: 'prod' } }, spec: { gitops: { engine: 'argocd' } } }, { manager: 'platform', force: true });
  await register().heard(heartbeat({ open: 1 }));
  expect(await cluster()).toMatchObject({ metadata: { labels: { env: 'prod' } }, spec: { gitops: { engine: 'argocd' } }, status: { open: 1 } });
});

it('renews the Lease with each heartbeat, and writes the status only when it says something new', async () => {
  const fleet = register();
  await fleet.heard(heartbeat());
  const first = await cluster();
  await hub.clock.run(10_000);
  await fleet.heard(heartbeat());
  expect((await cluster())?.metadata.resourceVersion).toBe(first?.metadata.resourceVersion);
  expect(await findObject(hub.client, LEASE, { namespace: 'fleetmend-system', name: 'fleetmend-agent-prod-1' })).toMatchObject({ spec: { holderIdentity: 'prod-1', renewTime: '2026-01-05T09:00:10.000000Z' } });
});

it('keeps since when the agent is connected', async () => {
  const fleet = register();
  await fleet.heard(heartbeat());
  await hub.clock.run(120_000);
  await fleet.heard(heartbeat());
  expect(await cluster()).toMatchObject({ status: { agent: { lastSeen: '2026-01-05T09:02:00Z' }, conditions: [{ lastTransitionTime: '2026-01-05T09:00:00Z' }] } });
});

describe('what policy bundles have put into the cluster', () => {
  const DIGEST = `sha256:${'b'.repeat(64)}`;
  const OTHER = `sha256:${'a'.repeat(64)}`;
  const policy = async () => ((await cluster()) as { status?: { policy?: object } } | undefined)?.status?.policy;

  it.each<readonly [string, Heartbeat['inCluster'], object | undefined]>([
    ['is the bundle that all of it is of', { digests: [DIGEST], whole: true }, { inCluster: DIGEST, inClusterWhole: true }],
    ['is no bundle while it is of two', { digests: [OTHER, DIGEST], whole: false }, { inClusterWhole: false }],
    ['is said not to be whole before Gatekeeper took it', { digests: [DIGEST], whole: false }, { inCluster: DIGEST, inClusterWhole: false }],
    ['is not mentioned where there is none', { digests: [], whole: true }, undefined],
    ['is not mentioned where an older agent says nothing of it', undefined, undefined],
  ])('%s', async (_, inCluster, wanted) => {
    await register().heard(heartbeat({ inCluster }));
    expect(await policy()).toEqual(wanted);
  });

  it('is written at once when it changes, beside what the hub itself has assigned, and taken out when it is gone', async () => {
    const fleet = register();
    await fleet.heard(heartbeat({ inCluster: { digests: [OTHER], whole: true } }));
    await hub.writer.mergePatch(KINDS.cluster, { name: 'prod-1' }, { status: { policy: { assigned: DIGEST } } }, { subresource: 'status' });
    await fleet.heard(heartbeat({ inCluster: { digests: [DIGEST], whole: true } }));
    expect(await policy()).toEqual({ assigned: DIGEST, inCluster: DIGEST, inClusterWhole: true });
    await fleet.heard(heartbeat({ inCluster: { digests: [], whole: true } }));
    expect(await policy()).toEqual({ assigned: DIGEST });
  });

  it('stays as it was known when the agent can no longer tell: it must not look as if there were none', async () => {
    const fleet = register();
    await fleet.heard(heartbeat({ inCluster: { digests: [OTHER], whole: true } }));
    await fleet.heard(heartbeat());
    expect(await policy()).toEqual({ inCluster: OTHER, inClusterWhole: true });
  });
});
