import type { ClusterObjects } from '../../objects.ts';
import type { Node } from '../shapes/cluster.ts';
import type { Pod } from '../shapes/pod.ts';

/** The lowest address of the node's pod range that no pod of the cluster holds. */
export function allocateAddress(objects: ClusterObjects, node: string): string {
  const range = objects.get<Node>('v1', 'Node', undefined, node)?.spec?.podCIDR ?? '10.244.250.0/24';
  const prefix = range.split('.').slice(0, 3).join('.');
  const taken = new Set(objects.list<Pod>('v1', 'Pod').map(({ status }) => status?.podIP));
  for (let host = 2; host < 255; host += 1) {
    const address = `${prefix}.${host}`;
    if (!taken.has(address)) return address;
  }
  throw new Error(`node ${node} has no free pod address in ${range}: it runs more than 253 pods`);
}
