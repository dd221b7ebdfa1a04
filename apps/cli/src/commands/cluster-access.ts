import { createKubeClient, createWriter, loadKubeconfig, type KubeClient, type MayWrite, type Writer } from '@fleetmend/k8s';
import { PermanentError } from '@fleetmend/kernel';
import { kubeconfigFiles, type ReadOptions } from './requests.ts';

/** A cluster, reached under the rights of whoever runs the command. */
export interface ClusterAccess {
  readonly client: KubeClient;
  readonly writer: Writer;
}

/** Opens the cluster that the options name, for as long as `act` takes. What is not in `mayWrite` cannot be written. */
export async function withCluster<T>(
  { options, env, mayWrite }: { readonly options: ReadOptions; readonly env: Readonly<Record<string, string | undefined>>; readonly mayWrite: readonly MayWrite[] },
  act: (access: ClusterAccess) => Promise<T>,
): Promise<T> {
  const connection = loadKubeconfig({ files: kubeconfigFiles(options, env), context: options.context });
  try {
    const client = createKubeClient({ ...connection, userAgent: 'fleetmend' });
    return await act({ client, writer: createWriter(client, mayWrite) });
  } finally {
    await connection.close();
  }
}

/**
 * The user name that the API server knows this kubeconfig by (SelfSubjectReview, authentication.k8s.io/v1).
 * @throws PermanentError `WhoAmI`
 */
export async function whoAmI(client: KubeClient): Promise<string> {
  const review = (await client.json({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  })) as { readonly status?: { readonly userInfo?: { readonly username?: string } } };
  const name = review.status?.userInfo?.username;
  if (!name) throw new PermanentError('WhoAmI', `the cluster at ${client.server} does not say who you are (SelfSubjectReview is empty): an approval needs a name`);
  return name;
}
