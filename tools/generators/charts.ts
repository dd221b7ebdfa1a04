import { AgentConfig, DryRunConfig, HubConfig, inputSchema } from '@fleetmend/config';
import { clusterRoleRules } from '../../apps/agent/src/rights.ts';
import { dryRunRules } from '../../apps/dry-run/src/rights.ts';
import { HUB_NAMESPACE_RULES, hubClusterRules } from '../../apps/hub/src/rights.ts';
import { detectors } from '@fleetmend/detectors';
import { approvalAdmission, dryRunAdmission, type KubeObject } from '@fleetmend/model';
import { stringify } from 'yaml';
import { crdFiles } from './crds.ts';
import { MARK, type Generated } from './generated.ts';
import { agentValues, hubValues } from './chart-values.ts';

const RBAC = 'rbac.authorization.k8s.io';
const NAMESPACE = '{{ .Release.Namespace }}';
/** Names of what lives outside namespaces carry the namespace, so that two releases do not take each other's. */
const CLUSTER_NAME = '{{ include "fleetmend.clusterName" . }}';
const NAME = '{{ include "fleetmend.name" . }}';
/** The dry-run process is somebody else than the agent: nothing that one may do is the other's. */
const DRY_RUN_NAME = `${NAME}-dry-run`;
const DRY_RUN_CLUSTER_NAME = `${CLUSTER_NAME}-dry-run`;
const LABELS = { labels: 'FLEETMEND_LABELS' };

/** What the charts must not say otherwise than the code: rights, admission policy, kinds, and the schema of the values. */
export function chartFiles(): Generated {
  return new Map([
    ['charts/fleetmend-hub/templates/rbac.yaml', guarded('rbac.create', [account(), ...clusterRole(hubClusterRules(NAMESPACE)), ...namespaceRole()])],
    ['charts/fleetmend-hub/templates/approvals.yaml', guarded('approvals.install', approvalAdmission())],
    ['charts/fleetmend-hub/values.schema.json', schemaText(hubValues(inputSchema(HubConfig)))],
    ['charts/fleetmend-agent/templates/rbac.yaml', guarded('rbac.create', [account(), ...clusterRole(clusterRoleRules(detectors, { logs: false }))], logsRule())],
    ['charts/fleetmend-agent/templates/dry-run-rbac.yaml', guarded('dryRun.enabled', [account(DRY_RUN_NAME), ...clusterRole(dryRunRules(), DRY_RUN_NAME, DRY_RUN_CLUSTER_NAME), ...labelled(dryRunAdmission({ name: DRY_RUN_CLUSTER_NAME, user: `system:serviceaccount:${NAMESPACE}:${DRY_RUN_NAME}` }))])],
    ['charts/fleetmend-agent/values.schema.json', schemaText(agentValues(inputSchema(AgentConfig), inputSchema(DryRunConfig)))],
    // Helm installs `crds/` once and never upgrades it: the chart's readme says what to do then.
    ...[...crdFiles()].filter(([path]) => path.startsWith('crds/fleetmend.dev_')).map(([path, text]) => [`charts/fleetmend-hub/${path}`, text] as const),
  ]);
}

const subjectsOf = (name: string): readonly object[] => [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }];

const account = (name = NAME): object => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE, ...LABELS } });

const labelled = (objects: readonly KubeObject[]): readonly object[] => objects.map((object) => ({ ...object, metadata: { ...object.metadata, ...LABELS } }));

function clusterRole(rules: unknown, name = NAME, clusterName = CLUSTER_NAME): readonly object[] {
  const metadata = { name: clusterName, ...LABELS };
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: clusterName }, subjects: subjectsOf(name) },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules },
  ];
}

function namespaceRole(): readonly object[] {
  const metadata = { name: NAME, namespace: NAMESPACE, ...LABELS };
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata, roleRef: { apiGroup: RBAC, kind: 'Role', name: NAME }, subjects: subjectsOf(NAME) },
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules: HUB_NAMESPACE_RULES },
  ];
}

/** Logs are the one right that a values file can take away. It ends the last document, which is a list of rules. */
function logsRule(): string {
  return '{{- if (dig "podLogs" "enabled" true .Values.config) }}\n  - apiGroups:\n      - ""\n    resources:\n      - pods/log\n    verbs:\n      - get\n{{- end }}\n';
}

function guarded(value: string, documents: readonly object[], more = ''): string {
  const text = documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n').replaceAll('labels: FLEETMEND_LABELS', 'labels: {{- include "fleetmend.labels" . | nindent 4 }}');
  return `# ${MARK}\n{{- if .Values.${value} }}\n${text}${more}{{- end }}\n`;
}

const schemaText = (schema: unknown): string => `${JSON.stringify(withGoPatterns({ $comment: MARK, ...(schema as object) }), null, 2)}\n`;

/** Helm reads patterns with Go's RE2, which has no lookahead; the config's own only keeps a duration from being empty. */
function withGoPatterns(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withGoPatterns);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // `format` names our own formats, and `$schema` belongs at the root alone.
      .filter(([key, member]) => key !== '$schema' && !(key === 'format' && typeof member === 'string'))
      .flatMap(([key, member]) => (key === 'pattern' && typeof member === 'string' && member.startsWith('^(?=.)') ? [['minLength', 1], [key, member.replace('(?=.)', '')]] : [[key, withGoPatterns(member)]])),
  );
}
