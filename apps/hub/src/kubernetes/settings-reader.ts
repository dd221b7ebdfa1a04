import { parse, type Schema } from '@fleetmend/kernel';
import { findObject, listObjects, type KubeClient, type ResourceType } from '@fleetmend/k8s';
import { APPROVAL_ADMISSION, enforcesApprovals, FleetClusterSpec, FleetClusterStatus, RemediationApprovalSpec, RemediationPolicySpec, RepoBindingSpec, type KubeObject } from '@fleetmend/model';
import type { Setting, Settings } from '@fleetmend/ports';
import { ADMISSION_KINDS, KINDS } from './kinds.ts';

/** What people have written down, read from the hub cluster each time. Trouble throws: no answer is never "nothing is forbidden". */
export function createSettingsReader(client: KubeClient): Settings {
  const read = async <Spec>(type: ResourceType, schema: Schema<Spec>): Promise<readonly (Setting<Spec> & { readonly object: KubeObject })[]> =>
    (await listObjects(client, type)).items.map((object) => ({ ...readSetting(object, schema), object }));
  return {
    policies: () => read(KINDS.policy, RemediationPolicySpec),
    bindings: () => read(KINDS.binding, RepoBindingSpec),
    clusters: async () => (await read(KINDS.cluster, FleetClusterSpec)).map((cluster) => ({ ...cluster, status: parse(FleetClusterStatus, cluster.object['status'] ?? {}, `FleetCluster ${cluster.name}`) })),
    async approvals() {
      const place = { name: APPROVAL_ADMISSION };
      const [policy, binding] = await Promise.all([findObject(client, ADMISSION_KINDS.policy, place), findObject(client, ADMISSION_KINDS.binding, place)]);
      if (!enforcesApprovals(policy, binding)) return { trusted: false, approvals: [] };
      return { trusted: true, approvals: await read(KINDS.approval, RemediationApprovalSpec) };
    },
  };
}

function readSetting<Spec>(object: KubeObject, schema: Schema<Spec>): Setting<Spec> {
  const { name, namespace = '', uid = '', labels = {}, creationTimestamp = '' } = object.metadata;
  return { name, namespace, uid, labels, createdAt: creationTimestamp, spec: parse(schema, object['spec'] ?? {}, `${object.kind} ${namespace}/${name}`) };
}
