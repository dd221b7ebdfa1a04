import { expect, it } from 'vitest';
import { handEditsOf, isHand, lastProgramWrite } from './hand-edits.ts';
import type { KubeObject } from './object.ts';

const fieldsV1 = {
  'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/restartedAt': {} } },
  'f:spec': { 'f:replicas': {}, 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:name': {}, 'f:args': {} } }, 'f:tolerations': { 'v:{"key":"a"}': {} } } } },
};
const managedFields = [
  { manager: 'kustomize-controller', operation: 'Apply', time: '2026-01-01T10:00:00Z', fieldsV1: { 'f:spec': {} } },
  { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status', time: '2026-01-01T12:00:00Z', fieldsV1: { 'f:status': {} } },
  { manager: 'kubectl-edit', operation: 'Update', time: '2026-01-01T11:00:00Z', fieldsV1 },
];
const object: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', managedFields } };

it('reads what a person set, without annotations', () => {
  const container = ['spec', 'template', 'spec', 'containers', '[name=app]'];
  expect(handEditsOf(object)).toEqual([{ manager: 'kubectl-edit', time: '2026-01-01T11:00:00Z', fields: [['spec', 'replicas'], [...container, 'name'], [...container, 'args'], ['spec', 'template', 'spec', 'tolerations']] }]);
  expect(lastProgramWrite(object)).toBe('2026-01-01T10:00:00Z');
});

it('knows the tools of people from controllers and engines', () => {
  expect(['kubectl', 'kubectl-edit', 'kubectl-client-side-apply', 'k9s', 'Mozilla'].every(isHand)).toBe(true);
  expect(['kube-controller-manager', 'argocd-controller', 'kustomize-controller', 'helm-controller', 'kubelet', 'vpa-recommender', undefined].some(isHand)).toBe(false);
});

it('finds nothing where nothing is written down', () => {
  const bare: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } };
  expect([handEditsOf(bare), lastProgramWrite(bare)]).toEqual([[], undefined]);
});
