import { parse, type Schema } from '@fleetmend/kernel';
import { findObject, listObjects, type KubeClient, type ResourceType } from '@fleetmend/k8s';
import { FleetClusterSpec, FleetClusterStatus, RemediationApprovalSpec, RemediationPolicySpec, RepoBindingSpec, type KubeObject } from '@fleetmend/model';
import type { Setting, Settings } from '@fleetmend/ports';
import { KINDS } from './kinds.ts';

/** The admission policy, and its binding, that force `spec.approver` to be the user who asks. */
export const APPROVAL_ADMISSION = 'fleetmend-approvals';
const ADMISSION_KINDS: readonly ResourceType[] = [
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', resource: 'validatingadmissionpolicies', namespaced: false },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', resource: 'validatingadmissionpolicybindings', namespaced: false },
];

/** What people have written down, read from the hub cluster each time. Trouble throws: no answer is never "nothing is forbidden". */
export function createSettingsReader(client: KubeClient): Settings {
  const read = async <Spec>(type: ResourceType, schema: Schema<Spec>): Promise<readonly (Setting<Spec> & { readonly object: KubeObject })[]> =>
    (await listObjects(client, type)).items.map((object) => ({ ...readSetting(object, schema), object }));
  return {
    policies: () => read(KINDS.policy, RemediationPolicySpec),
    bindings: () => read(KINDS.binding, RepoBindingSpec),
    clusters: async () => (await read(KINDS.cluster, FleetClusterSpec)).map((cluster) => ({ ...cluster, status: parse(FleetClusterStatus, cluster.object['status'] ?? {}, `FleetCluster ${cluster.name}`) })),
    async approvals() {
      const guards = await Promise.all(ADMISSION_KINDS.map((type) => findObject(client, type, { name: APPROVAL_ADMISSION })));
      if (guards.some((guard) => guard === undefined)) return { trusted: false, approvals: [] };
      return { trusted: true, approvals: await read(KINDS.approval, RemediationApprovalSpec) };
    },
  };
}

function readSetting<Spec>(object: KubeObject, schema: Schema<Spec>): Setting<Spec> {
  const { name, namespace = '', uid = '', labels = {}, creationTimestamp = '' } = object.metadata;
  return { name, namespace, uid, labels, createdAt: creationTimestamp, spec: parse(schema, object['spec'] ?? {}, `${object.kind} ${namespace}/${name}`) };
}
