import type { RemediationRequest, RemediationRequestStatus } from '@fleetmend/model';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const SHA = 'b'.repeat(40);
const AT = '2026-01-05T09:00:00Z';

/** A request for Deployment shop/checkout of prod-1 with the given facts. */
export function aRequest(status: Partial<RemediationRequestStatus> = {}, name = 'rr-1'): RemediationRequest {
  return {
    apiVersion: 'fleetmend.dev/v1alpha1',
    kind: 'RemediationRequest',
    metadata: { name, namespace: 'shop-team', uid: `uid-${name}`, resourceVersion: '7', creationTimestamp: AT },
    spec: { clusters: ['prod-1'], scope: 'Workload', cancel: false, target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, failure: { class: 'OOMKilled', message: 'killed', fingerprint: DIGEST } },
    status: { phase: 'Detected', attempt: 1, ...status },
  };
}

/** Facts of the demo's repair, one by one. */
export const FACTS = {
  diagnosis: { cause: 'app needs more', confidence: 0.85, source: 'Playbook', reasoner: 'playbook', evidence: [], candidates: [], at: AT },
  plan: {
    digest: DIGEST,
    edit: DIGEST,
    action: 'setResources',
    actionJson: '{}',
    tier: 'T0',
    source: { layout: 'raw', forge: 'local', repository: 'fleet', branch: 'main', evidence: [] },
    base: SHA,
    files: [{ path: 'web.yaml', added: 1, removed: 1 }],
    changes: [{ file: 'web.yaml', path: 'spec/template/spec/containers/0/resources/limits/memory', before: '64Mi', after: '128Mi' }],
    objects: [],
    proof: { renderer: 'raw', base: SHA, objects: 1, applications: 1, exact: true, unapplied: false },
    fields: [],
    at: AT,
  },
  verdict: { result: 'Allow', kind: 'Repair', tier: 'T0', violations: [], warnings: [], requires: { approvals: 0, priorApproval: false }, forPlan: DIGEST, bundle: { name: 'fleetmend', revision: 'r1', digest: DIGEST }, factsAt: AT },
  open: { url: 'local:fleet/pulls/1', number: 1, branch: 'fleetmend/checkout', state: 'Open', touched: false, openedAt: AT },
  merged: { url: 'local:fleet/pulls/1', number: 1, branch: 'fleetmend/checkout', state: 'Merged', touched: false, openedAt: AT, mergeSHA: SHA },
} as const satisfies Record<string, unknown>;

export const LEARNED = { learned: AT } as const;
