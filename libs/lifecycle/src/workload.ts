import { groupOf, type RemediationRequest } from '@fleetmend/model';

/** One key per cluster for the workload that a request is about; none for requests without a target. */
export function workloadKeys({ spec }: Pick<RemediationRequest, 'spec'>): readonly string[] {
  const { target } = spec;
  if (target === undefined) return [];
  return spec.clusters.map((cluster) => `${cluster}/${groupOf(target.apiVersion)}/${target.kind}/${target.namespace ?? ''}/${target.name}`);
}
