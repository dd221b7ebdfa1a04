import { HUB_NAMESPACE_RULES, hubClusterRules } from '../../apps/hub/src/rights.ts';
import { SYSTEM_NAMESPACE } from '@fleetmend/model';
import { stringify } from 'yaml';
import { MARK, type Generated } from './generated.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** Everything that a hub may do in its cluster, as the code that reads and writes there states it. */
export function hubRoleFiles(): Generated {
  const [name, namespace] = ['fleetmend-hub', SYSTEM_NAMESPACE];
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const documents = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules: hubClusterRules(namespace) },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name }, subjects },
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name, namespace }, rules: HUB_NAMESPACE_RULES },
    { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: { name, namespace }, roleRef: { apiGroup: RBAC, kind: 'Role', name }, subjects },
  ];
  return new Map([['charts/fleetmend-hub/rbac.yaml', `# ${MARK}\n${documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n')}`]]);
}
