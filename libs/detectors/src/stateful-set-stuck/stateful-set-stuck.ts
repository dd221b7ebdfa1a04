import { seconds } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { isLeaving, isObserved, ownerFinding } from '../owners.ts';

interface View {
  readonly spec?: { readonly replicas?: number; readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } } };
  readonly status?: { readonly readyReplicas?: number; readonly updatedReplicas?: number; readonly currentRevision?: string; readonly updateRevision?: string };
}

/** A StatefulSet whose pods are well, and of which some keep an older template because its update strategy says so. */
export const statefulSetStuck: Detector = {
  kind: 'stateful-set-stuck',
  classes: ['StatefulSetStuck'],
  reads: [{
    apiVersion: 'apps/v1', kind: 'StatefulSet', resource: 'statefulsets',
    fields: ['spec.replicas', 'spec.updateStrategy', ...['observedGeneration', 'readyReplicas', 'updatedReplicas', 'currentRevision', 'updateRevision'].map((field) => `status.${field}`)],
  }],
  inspects: ['StatefulSet'],
  dwell: { time: seconds(60) },
  explainedBy: ['creation-refused'],
  explainedByPods: true,
  inspect: (object, world) => {
    if (object.kind !== 'StatefulSet' || isLeaving(object) || !isObserved(object)) return [];
    const { spec = {}, status = {} } = object as View;
    const replicas = spec.replicas ?? 1;
    const differs = status.updateRevision !== undefined && status.currentRevision !== undefined && status.updateRevision !== status.currentRevision;
    // While a pod is not ready the controller waits for it, and that pod shows why.
    if (!differs || replicas === 0 || (status.readyReplicas ?? 0) < replicas || (status.updatedReplicas ?? 0) >= replicas) return [];
    const { type, rollingUpdate } = spec.updateStrategy ?? {};
    const held = type === 'OnDelete' ? 'OnDelete' : (rollingUpdate?.partition ?? 0) > 0 ? 'Partition' : undefined;
    if (held === undefined) return [];
    const words = held === 'OnDelete' ? 'pods keep the earlier template until they are deleted by hand' : 'a partition keeps pods at the earlier template';
    return ownerFinding(object, world, { class: 'StatefulSetStuck', subCause: held, reason: held, message: words });
  },
};
