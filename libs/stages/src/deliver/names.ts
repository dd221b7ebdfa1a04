import { shortDigest } from '@fleetmend/kernel';
import type { Plan, RemediationRequest } from '@fleetmend/model';

/** `fleetmend/<target>-<uid8>-<plan8>`: the same plan of the same request always has the same branch. */
export function branchName(request: RemediationRequest, plan: Pick<Plan, 'digest'>, kind: 'Repair' | 'Revert'): string {
  const target = (request.spec.target?.name ?? 'request').toLowerCase().replace(/[^a-z0-9-]/g, '-').slice(0, 63);
  const prefix = kind === 'Revert' ? 'fleetmend/revert-' : 'fleetmend/';
  return `${prefix}${target}-${request.metadata.uid.replace(/[^a-z0-9]/gi, '').slice(0, 8)}-${shortDigest(plan.digest, 8)}`;
}

/** Stands in the body of our pull requests and tickets. Whoever lacks it is not ours. */
export function marker(request: RemediationRequest): string {
  return `rr:${request.metadata.uid}`;
}
