import { createKubeClient, listObjects, loadKubeconfig } from '@fleetmend/k8s';
import { minutes, PermanentError, seconds, type Clock } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { KINDS_WITH_TROUBLES, troublesOf } from '@fleetmend/sandbox';
import { parseAllDocuments } from 'yaml';

interface Waiting {
  /** Of the commit that has to become healthy. */
  readonly files: ReadonlyMap<string, string | null>;
  readonly kubeconfig: string;
  readonly context: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const PATIENCE = minutes(3);
const WORKLOADS: readonly (readonly [string, string])[] = KINDS_WITH_TROUBLES.filter(([version]) => version === 'apps/v1');

/**
 * Waits until the workloads of a commit are there and as they should be: a fault counts only where something worked before.
 * @throws PermanentError `ScenarioStuck`
 */
export async function untilScenarioHealthy({ files, kubeconfig, context, clock, signal }: Waiting): Promise<void> {
  const wanted = objectsIn(files).filter((ref) => WORKLOADS.some(([, kind]) => ref.startsWith(`${kind}/`)));
  const connection = loadKubeconfig({ files: [kubeconfig], context });
  const client = createKubeClient({ ...connection, readOnly: true });
  const end = clock.now() + PATIENCE;
  try {
    for (;;) {
      const lists = await Promise.all(WORKLOADS.map(async ([apiVersion, kind]) => [kind, (await listObjects(client, { apiVersion, kind, resource: `${kind.toLowerCase()}s`, namespaced: true })).items] as const));
      const here = new Map(lists);
      const troubles = troublesOf((_, kind) => (here.get(kind) ?? []) as never).filter(({ about }) => wanted.includes(about));
      const missing = wanted.filter((ref) => !lists.some(([kind, items]) => items.some((object) => refOf(kind, object) === ref)));
      if (troubles.length + missing.length === 0) return;
      if (clock.now() >= end) throw new PermanentError('ScenarioStuck', `the first commit did not become healthy: ${[...missing.map((ref) => `${ref} is not there`), ...troubles.map(({ about, what }) => `${about}: ${what}`)].join('; ')}`);
      await clock.sleep(seconds(0.5), signal);
    }
  } finally {
    await connection.close();
  }
}

/** What manifests are about, as `Kind/namespace/name`. Namespaces are left out: they are shared. */
export function objectsIn(files: ReadonlyMap<string, string | null>): readonly string[] {
  const objects = [...files].flatMap(([path, text]) => (text !== null && /\.ya?ml$/.test(path) ? parseAllDocuments(text).map((document) => document.toJS() as Partial<KubeObject> | null) : []));
  return objects.flatMap((object) => (object?.kind !== undefined && object.kind !== 'Namespace' && object.metadata !== undefined ? [refOf(object.kind, object as KubeObject)] : []));
}

function refOf(kind: string, { metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? 'default'}/${metadata.name}`;
}
