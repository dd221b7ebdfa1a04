import { API_GROUP } from './names.ts';
import type { KubeObject } from './object.ts';

/** Name of the admission policy, and of its binding, that make a RemediationApproval worth something. */
export const APPROVAL_ADMISSION = 'fleetmend-approvals';

const API_VERSION = 'admissionregistration.k8s.io/v1';

/**
 * What is asked of every RemediationApproval, whoever holds the right to create one. Without it `approver` would be whatever
 * its author writes. An update is let through only on an object that is being deleted, and then without a change of what it
 * says: the garbage collector takes its finalizers off that way.
 */
const VALIDATIONS = [
  {
    expression: "request.operation != 'CREATE' || object.spec.approver == request.userInfo.username",
    message: 'spec.approver has to be the user who asks: `kubectl auth whoami` shows the name',
    messageExpression: "'spec.approver has to be the user who asks, ' + request.userInfo.username + ', and says ' + object.spec.approver",
    reason: 'Forbidden',
  },
  {
    expression: "request.operation != 'CREATE' || !(request.userInfo.username.startsWith('system:serviceaccount:') || request.userInfo.username.startsWith('system:node:') || request.userInfo.username == 'system:anonymous')",
    message: 'a service account, a node or an anonymous client cannot approve: a person has to, under a name of their own',
    reason: 'Forbidden',
  },
  {
    expression: "request.operation != 'UPDATE' || (has(oldObject.metadata.deletionTimestamp) && object.spec == oldObject.spec)",
    message: 'an approval cannot be changed: delete it and make another',
    reason: 'Forbidden',
  },
] as const;

/**
 * The ValidatingAdmissionPolicy and its binding, ready to be applied after the kinds. It fails closed: an API server that
 * cannot evaluate it takes no approval.
 */
export function approvalAdmission(): readonly KubeObject[] {
  return [
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: APPROVAL_ADMISSION },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [{ apiGroups: [API_GROUP], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['remediationapprovals'] }] },
        validations: VALIDATIONS,
      },
    },
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: APPROVAL_ADMISSION },
      spec: { policyName: APPROVAL_ADMISSION, validationActions: ['Deny'] },
    },
  ];
}

/**
 * The two, as a cluster has them, force what approvals are trusted for. Extra conditions, exceptions, a selector or a changed
 * expression may leave a way around it: then they do not.
 */
export function enforcesApprovals(policy: KubeObject | undefined, binding: KubeObject | undefined): boolean {
  if (policy === undefined || binding === undefined) return false;
  const { failurePolicy, matchConstraints, validations, matchConditions, paramKind } = specOf(policy);
  const { policyName, validationActions, matchResources, paramRef } = specOf(binding);
  if (isSet(matchConditions) || isSet(paramKind) || isSet(matchResources) || isSet(paramRef)) return false;
  const { resourceRules, excludeResourceRules, namespaceSelector, objectSelector } = recordOf(matchConstraints);
  if (isSet(excludeResourceRules) || isSet(namespaceSelector) || isSet(objectSelector)) return false;
  const covered = listOf(resourceRules).map(recordOf).some((rule) =>
    names(rule['apiGroups'], [API_GROUP]) && names(rule['apiVersions'], ['*']) && names(rule['resources'], ['remediationapprovals']) && names(rule['operations'], ['CREATE', 'UPDATE']) && !isSet(rule['resourceNames']) && rule['scope'] !== 'Cluster');
  const expressions = listOf(validations).map((validation) => recordOf(validation)['expression']);
  return covered && failurePolicy === 'Fail' && VALIDATIONS.every(({ expression }) => expressions.includes(expression)) && policyName === APPROVAL_ADMISSION && names(validationActions, ['Deny']);
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {});
const specOf = (object: KubeObject) => recordOf(object['spec']);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const names = (value: unknown, wanted: readonly string[]): boolean => wanted.every((one) => listOf(value).includes(one));
/** The API server fills selectors in as `{}`, which excludes nothing. */
const isSet = (value: unknown): boolean => value !== undefined && value !== null && Object.keys(recordOf(value)).length > 0;
