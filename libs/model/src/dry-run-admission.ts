import type { KubeObject } from './object.ts';

const API_VERSION = 'admissionregistration.k8s.io/v1';

/** Name of the policy and of its binding, where the chart gives them no other one. */
export const DRY_RUN_ADMISSION = 'fleetmend-dry-run';

/**
 * Denies one identity everything that would be kept: on every resource, by every verb that changes, failing closed. RBAC has no word
 * for a dry run, so this is what makes the dry-run process unable to write.
 * @param user `system:serviceaccount:<namespace>:<name>`.
 */
export function dryRunAdmission({ name, user }: { readonly name: string; readonly user: string }): readonly KubeObject[] {
  return [
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }] },
        matchConditions: [{ name: 'is-the-dry-run-process', expression: `request.userInfo.username == '${user}'` }],
        validations: [{ expression: 'request.dryRun == true', message: 'the dry-run process of Fleetmend may ask and never write', reason: 'Forbidden' }],
      },
    },
    { apiVersion: API_VERSION, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } },
  ];
}
