import type { KubeObject } from '@fleetmend/model';

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/**
 * The pod that a workload would make, as its controller would: quota, LimitRange and Pod Security act on pods and not on templates, and
 * some policies only on pods that nobody owns. Undefined: it makes none.
 */
export function podOf({ apiVersion, kind, metadata, spec }: KubeObject & { readonly spec?: unknown }): KubeObject | undefined {
  const template = fields(kind === 'CronJob' ? fields(fields(fields(spec)['jobTemplate'])['spec'])['template'] : fields(spec)['template']);
  if (!(apiVersion.startsWith('apps/') || apiVersion.startsWith('batch/')) || template['spec'] === undefined) return undefined;
  const { labels, annotations } = fields(template['metadata']);
  const [ownerVersion, ownerKind] = kind === 'Deployment' ? ['apps/v1', 'ReplicaSet'] : kind === 'CronJob' ? ['batch/v1', 'Job'] : [apiVersion, kind];
  const restart = ownerKind === 'Job' ? {} : { restartPolicy: 'Always' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${metadata.name}-`,
      namespace: metadata.namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [{ apiVersion: ownerVersion, kind: ownerKind, name: metadata.name, uid: '00000000-0000-4000-8000-000000000000', controller: true }],
    },
    spec: { ...restart, ...fields(template['spec']) },
  } as unknown as KubeObject;
}

/** A rollout of this workload needs room for one pod more than there are now. */
export function surges({ kind, spec }: KubeObject & { readonly spec?: unknown }): boolean {
  if (kind === 'StatefulSet') return false;
  const given = fields(kind === 'DaemonSet' ? fields(spec)['updateStrategy'] : fields(spec)['strategy']);
  if (given['type'] === 'Recreate' || given['type'] === 'OnDelete') return false;
  const { maxSurge } = fields(given['rollingUpdate']);
  if (kind === 'DaemonSet') return maxSurge !== undefined && maxSurge !== 0 && maxSurge !== '0%';
  return maxSurge !== 0 && maxSurge !== '0%';
}
