import { readQuantity } from '@fleetmend/kernel';
import type { AdmissionStep } from '../api/cluster.ts';
import { at, textAt } from '../api/json.ts';
import { forbidden } from '../api/refusals.ts';

/** A claim grows only once it is bound, and only where its class says that it may. Source: Kubernetes 1.34, plugin/pkg/admission/storage/persistentvolume/resize. */
export const allowClaimResize: AdmissionStep = (cluster, { operation, type, draft, old, subresource }) => {
  if (operation !== 'UPDATE' || subresource !== undefined || type.storage !== '/persistentvolumeclaims' || !old) return;
  const [wanted = 0n, before = 0n] = [draft, old].map((claim) => readQuantity(textAt(claim, 'spec', 'resources', 'requests', 'storage')));
  if (wanted <= before) return;
  if (textAt(old, 'status', 'phase') !== 'Bound') throw forbidden(type, draft.metadata.name, 'Only bound persistent volume claims can be expanded');
  const storageClass = cluster.store.list('storage.k8s.io/storageclasses').find(({ metadata }) => metadata.name === textAt(old, 'spec', 'storageClassName'));
  if (at(storageClass, 'allowVolumeExpansion') !== true) throw forbidden(type, draft.metadata.name, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
};
