import type { z } from 'zod';
import { RemediationApprovalSpec } from './approval.ts';
import { FleetClusterSpec, FleetClusterStatus } from './fleet-cluster.ts';
import { API_GROUP, API_VERSION } from './names.ts';
import type { KubeObject } from './object.ts';
import { PolicyRolloutSpec, PolicyRolloutStatus } from './policy-rollout.ts';
import { RemediationPolicySpec } from './remediation-policy.ts';
import { RemediationRequestSpec, RemediationRequestStatus } from './remediation-request.ts';
import { RepoBindingSpec } from './repo-binding.ts';
import { structuralSchema } from './structural-schema.ts';

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  /** 0: always shown. 1: only with `-o wide`. */
  readonly priority?: number;
}

interface CustomKind {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status?: z.ZodType;
  readonly columns: readonly Column[];
  readonly selectableFields?: readonly string[];
}

const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The six kinds of the group, and everything about them that the API server has to know. */
export const customKinds: readonly CustomKind[] = [
  {
    kind: 'RemediationRequest',
    plural: 'remediationrequests',
    shortName: 'rr',
    scope: 'Namespaced',
    description: 'One cause of failure, from first sight to learned outcome.',
    spec: RemediationRequestSpec,
    status: RemediationRequestStatus,
    columns: [
      { name: 'Cluster', type: 'string', jsonPath: '.status.summary.cluster' },
      { name: 'Target', type: 'string', jsonPath: '.status.summary.target' },
      { name: 'Failure', type: 'string', jsonPath: '.spec.failure.class' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Pull Request', type: 'string', jsonPath: '.status.summary.pullRequest' },
      age,
      { name: 'Attempt', type: 'integer', jsonPath: '.status.attempt', priority: 1 },
      { name: 'Seen', type: 'integer', jsonPath: '.status.occurrences.count', priority: 1 },
      { name: 'Cause', type: 'string', jsonPath: '.status.summary.cause', priority: 1 },
      { name: 'Reason', type: 'string', jsonPath: '.status.summary.reason', priority: 1 },
    ],
    selectableFields: ['.status.phase', '.spec.failure.class'],
  },
  {
    kind: 'RemediationPolicy',
    plural: 'remediationpolicies',
    shortName: 'rpol',
    scope: 'Namespaced',
    description: 'Where and how repair is allowed: the only home of windows and budgets.',
    spec: RemediationPolicySpec,
    columns: [{ name: 'Mode', type: 'string', jsonPath: '.spec.mode' }, { name: 'Paused', type: 'string', jsonPath: '.spec.paused' }, age],
  },
  {
    kind: 'PolicyRollout',
    plural: 'policyrollouts',
    shortName: 'pro',
    scope: 'Namespaced',
    description: 'Moves one policy bundle over the fleet, wave by wave.',
    spec: PolicyRolloutSpec,
    status: PolicyRolloutStatus,
    columns: [
      { name: 'State', type: 'string', jsonPath: '.status.state' },
      { name: 'Wave', type: 'string', jsonPath: '.status.wave' },
      { name: 'Stage', type: 'string', jsonPath: '.status.stage' },
      { name: 'Reason', type: 'string', jsonPath: '.status.reason' },
      age,
    ],
  },
  {
    kind: 'FleetCluster',
    plural: 'fleetclusters',
    shortName: 'fc',
    scope: 'Cluster',
    description: 'One cluster of the fleet.',
    spec: FleetClusterSpec,
    status: FleetClusterStatus,
    columns: [
      { name: 'Agent', type: 'string', jsonPath: '.status.agent.version' },
      { name: 'Last Seen', type: 'date', jsonPath: '.status.agent.lastSeen' },
      { name: 'Open', type: 'integer', jsonPath: '.status.open' },
      { name: 'Policy', type: 'string', jsonPath: '.status.policy.assigned', priority: 1 },
      age,
    ],
  },
  {
    kind: 'RepoBinding',
    plural: 'repobindings',
    shortName: 'rb',
    scope: 'Namespaced',
    description: 'Allow-list and mapping from (cluster, namespace, kind) to a place in Git.',
    spec: RepoBindingSpec,
    columns: [{ name: 'Repository', type: 'string', jsonPath: '.spec.repository' }, { name: 'Branch', type: 'string', jsonPath: '.spec.branch' }, age],
  },
  {
    kind: 'RemediationApproval',
    plural: 'remediationapprovals',
    shortName: 'rappr',
    scope: 'Namespaced',
    description: "A named human's yes or no to one plan of one request. Immutable.",
    spec: RemediationApprovalSpec,
    columns: [
      { name: 'Request', type: 'string', jsonPath: '.spec.request.name' },
      { name: 'Decision', type: 'string', jsonPath: '.spec.decision' },
      { name: 'Approver', type: 'string', jsonPath: '.spec.approver' },
      age,
    ],
  },
];

/** The CustomResourceDefinitions of all six kinds, ready to be applied. */
export function customResourceDefinitions(): readonly KubeObject[] {
  return customKinds.map(definition);
}

function definition({ kind, plural, shortName, scope, description, spec, status, columns, selectableFields }: CustomKind): KubeObject {
  const properties = {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: structuralSchema(spec),
    ...(status === undefined ? {} : { status: structuralSchema(status) }),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [shortName], categories: ['fleetmend'] },
      versions: [
        {
          name: API_VERSION,
          served: true,
          storage: true,
          ...(status === undefined ? {} : { subresources: { status: {} } }),
          additionalPrinterColumns: columns,
          ...(selectableFields === undefined ? {} : { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
          schema: { openAPIV3Schema: { type: 'object', description, required: ['spec'], properties } },
        },
      ],
    },
  };
}
