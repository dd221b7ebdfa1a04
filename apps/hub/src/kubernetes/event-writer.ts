import { isConflict, type Writer } from '@fleetmend/k8s';
import type { KubeObject } from '@fleetmend/model';
import { EVENT } from './kinds.ts';

/** Creates Events in the hub cluster; one of that name there already was told before. */
export function createEventWriter(writer: Writer): (event: KubeObject) => Promise<void> {
  return async (event) => {
    try {
      await writer.create(EVENT, event);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  };
}
