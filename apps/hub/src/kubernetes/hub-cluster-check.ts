import { PermanentError } from '@fleetmend/kernel';
import { findObject, isNotFound, type KubeClient } from '@fleetmend/k8s';
import { API_GROUP, API_VERSION, GROUP_VERSION } from '@fleetmend/model';
import { KINDS, NAMESPACE } from './kinds.ts';

const INSTALL = 'install them with `kubectl apply --server-side -f crds/`, or start `fleetmend up --context NAME --install-crds`';

interface Group {
  readonly versions?: readonly { readonly version: string }[];
}
interface Resources {
  readonly resources?: readonly { readonly kind: string; readonly name: string }[];
}

/**
 * The hub cluster has what a hub needs: our kinds in our version, and the namespace.
 * @throws PermanentError `CrdsMissing`, `CrdVersion`, `NamespaceMissing`, each naming which and the command that helps.
 */
export async function checkHubCluster(client: KubeClient, namespace: string): Promise<void> {
  const versions = await servedVersions(client);
  if (versions.length === 0) throw new PermanentError('CrdsMissing', `the cluster at ${client.server} does not have our kinds (API group ${API_GROUP}): ${INSTALL}`);
  if (!versions.includes(API_VERSION)) {
    throw new PermanentError('CrdVersion', `the cluster at ${client.server} has our kinds as ${versions.map((version) => `${API_GROUP}/${version}`).join(', ')}, and this hub speaks ${GROUP_VERSION}: upgrade the hub, or the kinds with \`kubectl apply --server-side -f crds/\``);
  }
  const served = ((await client.json({ path: `/apis/${GROUP_VERSION}` })) as Resources).resources ?? [];
  const missing = Object.values(KINDS).filter((type) => !served.some((resource) => resource.kind === type.kind));
  if (missing.length > 0) throw new PermanentError('CrdsMissing', `the cluster at ${client.server} lacks ${missing.map((type) => `${type.resource}.${API_GROUP}`).join(', ')}: ${INSTALL}`);
  const withoutStatus = [KINDS.request, KINDS.cluster].filter((type) => !served.some((resource) => resource.name === `${type.resource}/status`));
  if (withoutStatus.length > 0) throw new PermanentError('CrdVersion', `the CRDs ${withoutStatus.map((type) => `${type.resource}.${API_GROUP}`).join(', ')} have no status subresource and so are not of this release: apply crds/ of this release`);
  if (!(await findObject(client, NAMESPACE, { name: namespace }))) throw new PermanentError('NamespaceMissing', `the cluster at ${client.server} has no namespace ${namespace}: \`kubectl create namespace ${namespace}\`, or set hub.namespace`);
}

async function servedVersions(client: KubeClient): Promise<readonly string[]> {
  try {
    return (((await client.json({ path: `/apis/${API_GROUP}` })) as Group).versions ?? []).map(({ version }) => version);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
