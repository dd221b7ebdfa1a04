import { seconds } from '@fleetmend/kernel';
import type { Finding, KubeObject } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { conditionOf } from '../owners.ts';

/** Conditions of a node that say that something is wrong with it when they are true. */
const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'] as const;

/** A node that is lost or short of something: nothing that a manifest could mend, so one person hears of it once. */
export const nodeNotReady: Detector = {
  kind: 'node-not-ready',
  classes: ['NodeNotReady'],
  reads: [{ apiVersion: 'v1', kind: 'Node', resource: 'nodes', fields: ['status.conditions'] }],
  inspects: ['Node'],
  // A kubelet that restarts, or a node that joins, is ready again by then.
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect(object) {
    if (object.kind !== 'Node' || object.metadata.deletionTimestamp !== undefined) return [];
    const ready = conditionOf(object, 'Ready');
    if (ready && ready.status !== 'True') return finding(object, ready.status === 'Unknown' ? 'Unreachable' : 'NotReady', ready);
    const pressure = PRESSURES.map((type) => ({ type, condition: conditionOf(object, type) })).find(({ condition }) => condition?.status === 'True');
    return pressure?.condition ? finding(object, pressure.type, pressure.condition) : [];
  },
};

function finding(node: KubeObject, subCause: string, { reason = '', message = '' }: { readonly reason?: string; readonly message?: string }): readonly Finding[] {
  const { name } = node.metadata;
  return [{
    class: 'NodeNotReady', subCause, target: { apiVersion: 'v1', kind: 'Node', name }, cause: { apiVersion: 'v1', kind: 'Node', name },
    observation: { reason: (reason || subCause).slice(0, 128), message: (message || `node ${name} is not ready`).slice(0, 1024), node: name },
  }];
}
