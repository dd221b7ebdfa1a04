import { detectors } from '@fleetmend/detectors';
import { describe, expect, it } from 'vitest';
import { clusterRoleRules } from './rights.ts';

const rules = clusterRoleRules(detectors);

describe('the rights of an agent', () => {
  it('are get, list and watch, and of logs get alone', () => {
    for (const { verbs, resources } of rules) expect(verbs).toEqual(resources.includes('pods/log') ? ['get'] : ['get', 'list', 'watch']);
  });

  it('hold no wildcard, no Secret, no ConfigMap, no token, and nothing that runs or forwards', () => {
    const all = rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    for (const forbidden of ['*', 'secrets', 'configmaps', 'serviceaccounts', 'serviceaccounts/token', 'pods/exec', 'pods/attach', 'pods/proxy', 'pods/portforward', 'nodes/proxy', 'services/proxy']) expect(all).not.toContain(forbidden);
  });

  it('cover all that the detectors read', () => {
    const granted = rules.flatMap(({ apiGroups, resources }) => apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)));
    for (const { apiVersion, resource } of detectors.flatMap((detector) => detector.reads)) expect(granted).toContain(`${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${resource}`);
  });

  it('grow with what a detector asks for, once', () => {
    const [first] = detectors;
    if (!first) throw new Error('no detector');
    const more = clusterRoleRules([{ ...first, reads: [{ apiVersion: 'example.org/v1', kind: 'Widget', resource: 'widgets', fields: [] }, { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: [] }] }]);
    expect(more).toContainEqual({ apiGroups: ['example.org'], resources: ['widgets'], verbs: ['get', 'list', 'watch'] });
    expect(more.find(({ apiGroups, resources }) => apiGroups[0] === '' && resources.includes('pods'))?.resources.filter((resource) => resource === 'pods')).toHaveLength(1);
  });

  it('leave logs out when they are switched off', () => {
    expect(JSON.stringify(clusterRoleRules(detectors, { logs: false }))).not.toContain('pods/log');
  });
});
