import { clusterRoleRules } from '@fleetmend/agent';
import { detectors } from '@fleetmend/detectors';
import { stringify } from 'yaml';
import { MARK, type Generated } from './generated.ts';

/** Everything that an agent may do in its cluster, from what its detectors read and what it answers: reading, and nothing else. */
export function agentRoleFiles(): Generated {
  const name = 'fleetmend-agent';
  const namespace = 'fleetmend-system';
  const documents = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules: clusterRoleRules(detectors) },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
  return new Map([['charts/fleetmend-agent/rbac.yaml', `# ${MARK}\n${documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n')}`]]);
}
