import { messageOf, parse } from '@fleetmend/kernel';
import { isConflict, isNotFound, listObjects, type KubeClient, type Writer } from '@fleetmend/k8s';
import { PolicyRolloutSpec, PolicyRolloutStatus, type KubeObject } from '@fleetmend/model';
import { KINDS } from '../kubernetes/kinds.ts';

/** A PolicyRollout as it was read. */
export interface ReadRollout {
  readonly object: KubeObject;
  /** `namespace/name`. */
  readonly name: string;
  readonly uid: string;
  readonly spec: PolicyRolloutSpec;
  readonly status: PolicyRolloutStatus;
}

export interface RolloutObjects {
  /** All of them, oldest first: of two over the same clusters the older one comes first. */
  list(): Promise<readonly ReadRollout[]>;
  /** Under the resourceVersion that was read; undefined: somebody changed or deleted it meanwhile, and the next look decides again. */
  writeStatus(rollout: ReadRollout, status: PolicyRolloutStatus): Promise<ReadRollout | undefined>;
}

export function createRolloutObjects({ client, writer, warn }: { readonly client: KubeClient; readonly writer: Writer; readonly warn: (message: string) => void }): RolloutObjects {
  return {
    async list() {
      const { items } = await listObjects(client, KINDS.rollout);
      return items.flatMap((object) => readable(object, warn)).sort(byAge);
    },
    async writeStatus(rollout, status) {
      const { generation } = rollout.object.metadata;
      try {
        const written = await writer.replaceStatus(KINDS.rollout, { ...rollout.object, status: { ...status, ...(generation === undefined ? {} : { observedGeneration: generation }) } });
        return readRollout(written);
      } catch (error) {
        if (isConflict(error) || isNotFound(error)) return undefined;
        throw error;
      }
    },
  };
}

export function readRollout(object: KubeObject): ReadRollout {
  const { namespace = '', name, uid = '' } = object.metadata;
  const what = `PolicyRollout ${namespace}/${name}`;
  return { object, name: `${namespace}/${name}`, uid, spec: parse(PolicyRolloutSpec, object['spec'] ?? {}, what), status: parse(PolicyRolloutStatus, object['status'] ?? {}, `${what} status`) };
}

/** One that an older schema let through keeps the others from nothing. */
function readable(object: KubeObject, warn: (message: string) => void): readonly ReadRollout[] {
  try {
    return [readRollout(object)];
  } catch (error) {
    warn(messageOf(error));
    return [];
  }
}

function byAge(a: ReadRollout, b: ReadRollout): number {
  const created = ({ object }: ReadRollout) => object.metadata.creationTimestamp ?? '';
  return created(a).localeCompare(created(b)) || a.uid.localeCompare(b.uid);
}
