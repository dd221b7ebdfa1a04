import type { KubeObject } from '@fleetmend/model';
import type { ParityCase } from '../parity-case.ts';
import { claim, deployment } from './shapes.ts';

const LOOK = 'PersistentVolumeClaim/data';
const onClaim = { pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } };
const storageClass = (name: string, spec: object): KubeObject => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, ...spec });

export const storageCases: readonly ParityCase[] = [
  { name: 'claim-class-missing', class: 'PersistentVolumeClaimPending', look: LOOK, manifests: [claim('data', { storageClassName: 'fast' })], settled: [/^event PersistentVolumeClaim .* ProvisioningFailed/] },
  { name: 'claim-without-class', class: 'PersistentVolumeClaimPending', look: LOOK, manifests: [claim('data')], settled: [/^event PersistentVolumeClaim .* FailedBinding/] },
  {
    name: 'claim-waits-for-a-pod', class: 'none', look: LOOK,
    manifests: [storageClass('parity-late', { provisioner: 'parity.dev/silent', volumeBindingMode: 'WaitForFirstConsumer' }), claim('data', { storageClassName: 'parity-late' })],
    settled: [/^event PersistentVolumeClaim .* WaitForFirstConsumer/],
  },
  {
    name: 'provisioner-silent', class: 'PersistentVolumeClaimPending', look: LOOK,
    manifests: [storageClass('parity-silent', { provisioner: 'parity.dev/silent' }), claim('data', { storageClassName: 'parity-silent' })],
    settled: [/^event PersistentVolumeClaim .* ExternalProvisioning/],
  },
  { name: 'pod-of-unbound-claim', class: 'Unschedulable', look: 'Deployment/app', manifests: [claim('data', { storageClassName: 'fast' }), deployment(onClaim)], settled: [/ condition PodScheduled False Unschedulable/, /^event Pod .* FailedScheduling /] },
];
