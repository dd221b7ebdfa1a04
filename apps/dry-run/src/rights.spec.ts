import { dryRunAdmission } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { dryRunRules, resourceOf } from './rights.ts';

const FORBIDDEN_GROUPS = ['admissionregistration.k8s.io', 'rbac.authorization.k8s.io', 'authentication.k8s.io', 'certificates.k8s.io', 'apiextensions.k8s.io', '*'];
const FORBIDDEN_RESOURCES = ['secrets', 'serviceaccounts', 'serviceaccounts/token', 'namespaces', 'nodes', 'pods/exec', 'pods/ephemeralcontainers', '*'];

describe('the rights of the dry-run process', () => {
  it('hold nothing that reads, deletes, or touches admission, RBAC, ServiceAccounts, tokens and Secrets', () => {
    for (const { apiGroups, resources, verbs } of dryRunRules()) {
      expect(apiGroups.filter((group) => FORBIDDEN_GROUPS.includes(group))).toEqual([]);
      expect(resources.filter((resource) => FORBIDDEN_RESOURCES.includes(resource) || resource.includes('/'))).toEqual([]);
      expect(verbs.filter((verb) => !['create', 'patch'].includes(verb))).toEqual([]);
    }
  });

  it('cover every kind that it asks about', () => {
    const granted = new Set(dryRunRules().flatMap(({ apiGroups, resources }) => resources.map((resource) => `${apiGroups[0]}/${resource}`)));
    for (const [apiVersion, kind] of [['apps/v1', 'Deployment'], ['v1', 'Service'], ['batch/v1', 'CronJob'], ['autoscaling/v2', 'HorizontalPodAutoscaler'], ['policy/v1', 'PodDisruptionBudget']] as const) {
      expect(granted).toContain(`${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${resourceOf(apiVersion, kind)}`);
    }
    expect(resourceOf('v1', 'Secret')).toBeUndefined();
  });

  it('are taken away by a policy on everything, by every verb, that fails closed', () => {
    const [policy] = dryRunAdmission({ name: 'p', user: 'u' });
    expect(policy?.['spec']).toMatchObject({ failurePolicy: 'Fail', matchConstraints: { resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }] } });
  });
});
