import { createKubeClient } from '@fleetmend/k8s';
import { customResourceDefinitions } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { checkHubCluster } from './hub-cluster-check.ts';
import { aHubCluster } from './hub-cluster.fixture.ts';

const checked = async (kinds: readonly unknown[], namespace = 'fleetmend-system') => {
  const hub = aHubCluster({ kinds });
  // As an administrator: `fleetmend up` checks under the rights of the person who runs it.
  const client = createKubeClient({ server: 'https://hub.test', fetch: ((input: string, init?: RequestInit) => hub.server.fetch(new Request(input, init))) as typeof fetch });
  try {
    return await checkHubCluster(client, namespace).then(
      () => 'good',
      (error: unknown) => error,
    );
  } finally {
    hub.close();
  }
};

describe('a hub cluster', () => {
  it('with all kinds and the namespace is good', async () => {
    expect(await checked(customResourceDefinitions())).toBe('good');
  });

  it('without our kinds is refused with the command that installs them', async () => {
    expect(await checked([])).toMatchObject({ reason: 'CrdsMissing', message: expect.stringMatching(/fleetmend\.dev.*kubectl apply --server-side -f crds\//) });
  });

  it('without one of them is refused by its name', async () => {
    expect(await checked(customResourceDefinitions().slice(1))).toMatchObject({ reason: 'CrdsMissing', message: expect.stringContaining(`${customResourceDefinitions()[0]?.metadata.name}`) });
  });

  it('with another version of them is refused with both versions', async () => {
    const other = JSON.parse(JSON.stringify(customResourceDefinitions()).replaceAll('"v1alpha1"', '"v1beta1"')) as unknown[];
    expect(await checked(other)).toMatchObject({ reason: 'CrdVersion', message: expect.stringMatching(/fleetmend\.dev\/v1beta1.*fleetmend\.dev\/v1alpha1/) });
  });

  it('without the namespace is refused with the command that makes it', async () => {
    expect(await checked(customResourceDefinitions(), 'elsewhere')).toMatchObject({ reason: 'NamespaceMissing', message: expect.stringContaining('kubectl create namespace elsewhere') });
  });
});
