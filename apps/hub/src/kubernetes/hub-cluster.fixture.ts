import { seededRandom } from '@fleetmend/kernel';
import { createKubeClient, createWriter, HUB_MAY_WRITE, type KubeClient, type Writer } from '@fleetmend/k8s';
import { customResourceDefinitions, SYSTEM_NAMESPACE, type KubeObject } from '@fleetmend/model';
import { createApiServer, openStore, type ApiServer } from '@fleetmend/sandbox';
import { VirtualClock } from '@fleetmend/testing';
import { HUB_NAMESPACE_RULES, hubClusterRules } from '../rights.ts';

export interface HubClusterFixture {
  readonly clock: VirtualClock;
  readonly server: ApiServer;
  readonly client: KubeClient;
  readonly writer: Writer;
  readonly fetch: typeof fetch;
  close(): void;
}

/** Who a hub is in its cluster: every spec over this fixture runs with the rights that are generated for it, and with no others. */
const HUB = { user: `system:serviceaccount:${SYSTEM_NAMESPACE}:fleetmend-hub`, groups: ['system:serviceaccounts', 'system:authenticated'] } as const;

/** An embedded hub cluster on a virtual clock, with our kinds and the namespaces of two tenants, reached as over HTTP. */
export function aHubCluster({ kinds = customResourceDefinitions(), tokens = new Map() }: { readonly kinds?: readonly unknown[]; readonly tokens?: ReadonlyMap<string, { readonly user: string; readonly groups: readonly string[] }> } = {}): HubClusterFixture {
  const clock = new VirtualClock();
  const store = openStore({ path: ':memory:' });
  const server = createApiServer({ name: 'hub', store, clock, random: seededRandom(7), crds: kinds as NonNullable<Parameters<typeof createApiServer>[0]['crds']> });
  for (const name of [SYSTEM_NAMESPACE, 'shop-team']) server.objects.create(namespace(name), { manager: 'test' });
  for (const object of hubRights()) server.objects.create(object, { manager: 'test' });
  const fetch = ((input: string, init?: RequestInit) => server.fetch(new Request(input, init), { ...HUB, ownerOf: (token) => tokens.get(token) })) as typeof globalThis.fetch;
  const client = createKubeClient({ server: 'https://hub.test', fetch });
  return {
    clock,
    server,
    client,
    fetch,
    writer: createWriter(client, HUB_MAY_WRITE),
    close() {
      server.close();
      store.close();
    },
  };
}

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function hubRights(): readonly KubeObject[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const [name, subjects] = ['fleetmend-hub', [{ kind: 'ServiceAccount', name: 'fleetmend-hub', namespace: SYSTEM_NAMESPACE }]];
  const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: hubClusterRules(SYSTEM_NAMESPACE) },
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, subjects, roleRef: roleRef('ClusterRole') },
    { apiVersion, kind: 'Role', metadata: { name, namespace: SYSTEM_NAMESPACE }, rules: HUB_NAMESPACE_RULES },
    { apiVersion, kind: 'RoleBinding', metadata: { name, namespace: SYSTEM_NAMESPACE }, subjects, roleRef: roleRef('Role') },
  ];
}
