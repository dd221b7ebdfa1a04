import { seconds } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { isLeaving, isObserved, ownerFinding, wasChanged } from '../owners.ts';

interface View {
  readonly spec?: { readonly paused?: boolean; readonly replicas?: number };
  readonly status?: { readonly updatedReplicas?: number };
}

/** A paused Deployment whose template has changed: what was committed does not reach any pod. */
export const deploymentPaused: Detector = {
  kind: 'deployment-paused',
  classes: ['DeploymentPaused'],
  reads: [{ apiVersion: 'apps/v1', kind: 'Deployment', resource: 'deployments', fields: ['spec.paused', 'spec.replicas', 'status.observedGeneration', 'status.updatedReplicas'] }],
  inspects: ['Deployment'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) => {
    if (object.kind !== 'Deployment' || isLeaving(object) || !isObserved(object) || !wasChanged(object)) return [];
    const { spec = {}, status = {} } = object as View;
    const replicas = spec.replicas ?? 1;
    if (spec.paused !== true || replicas === 0 || (status.updatedReplicas ?? 0) >= replicas) return [];
    return ownerFinding(object, world, { class: 'DeploymentPaused', reason: 'DeploymentPaused', message: 'the rollout is paused while its template has changed' });
  },
};
