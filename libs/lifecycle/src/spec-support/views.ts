import { renderTime } from '@fleetmend/kernel';
import type { ClusterProgress, Phase, Plan, PullRequest, RemediationRequest, RemediationRequestStatus, Verdict } from '@fleetmend/model';
import type { EffectivePolicy } from '../effective-policy.ts';
import { productionSettings } from '../settings.ts';
import type { ClusterView, View } from '../view.ts';

export const NOW = Date.UTC(2026, 0, 5, 9, 0, 0);
export const ago = (ms: number) => renderTime(NOW - ms);
export const minute = 60_000;
const sha = (digit: string) => digit.repeat(40);
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

export const PLAN: Plan = {
  digest: digest('a'),
  edit: digest('e'),
  action: 'setResources',
  actionJson: '{"action":"setResources"}',
  tier: 'T0',
  source: { layout: 'raw', forge: 'local', repository: 'fleet', branch: 'main', evidence: [] },
  base: sha('1'),
  files: [{ path: 'shop/checkout.yaml', added: 1, removed: 1 }],
  changes: [{ file: 'shop/checkout.yaml', path: 'spec/memory', before: '64Mi', after: '128Mi' }],
  objects: [],
  proof: { renderer: 'raw', base: sha('1'), objects: 1, applications: 1, exact: true, unapplied: false },
  fields: ['local/fleet:shop/checkout.yaml:spec/memory'],
  at: ago(5 * minute),
};
export const BUNDLE = { name: 'remediation', revision: 'r1', digest: digest('b') };

export const verdict = (over: Partial<Verdict> = {}): Verdict => ({
  result: 'Allow',
  kind: 'Repair',
  tier: 'T0',
  violations: [],
  warnings: [],
  requires: { approvals: 0, priorApproval: false },
  forPlan: PLAN.digest,
  bundle: BUNDLE,
  factsAt: ago(minute),
  ...over,
});
export const intent = (over: Partial<NonNullable<RemediationRequestStatus['intent']>> = {}): NonNullable<RemediationRequestStatus['intent']> => ({
  kind: 'Repair',
  at: ago(minute),
  branch: 'fleetmend/checkout',
  parent: sha('1'),
  forPlan: PLAN.digest,
  confirmed: true,
  ...over,
});
export const pullRequest = (over: Partial<PullRequest> = {}): PullRequest => ({ url: 'pr', number: 7, branch: 'fleetmend/checkout', headSHA: sha('2'), state: 'Open', touched: false, openedAt: ago(minute), ...over });
export const diagnosis = (over: Partial<NonNullable<RemediationRequestStatus['diagnosis']>> = {}): NonNullable<RemediationRequestStatus['diagnosis']> => ({
  cause: 'limit too low',
  confidence: 0.9,
  source: 'Playbook',
  reasoner: 'playbook',
  evidence: [],
  candidates: ['{"action":"setResources"}'],
  at: ago(minute),
  ...over,
});
export const proposal = (result: NonNullable<RemediationRequestStatus['proposal']>['result'] = 'Planned') => ({ result, reason: result, message: '', at: ago(minute) });
export const progress = (over: Omit<Partial<ClusterProgress>, 'name'> = {}): ClusterProgress => ({ name: 'prod-1', ...over });
export const rollout = (state: 'Waiting' | 'Applied' | 'Refused' = 'Applied') => ({ engine: 'local', state, appliedAt: ago(10 * minute) });
export const verification = (state: 'Unclear' | 'Healthy' | 'Uncovered' | 'StillFailing' | 'Worse', since = 6 * minute) => ({ state, since: ago(since), readAt: ago(0) });

const POLICY: EffectivePolicy = {
  selectedBy: ['shop'],
  mode: 'AutoMerge',
  criticalNamespaces: [],
  priorApprovalTiers: [],
  hold: 5 * minute,
  paused: false,
  frozen: [],
  attemptsPerDay: 2,
  budgets: { openPerRepository: 5, openPerNamespace: 2, openPerCluster: 10, openPerHub: 25, createdPerHour: 4 },
};

export interface Given extends RemediationRequestStatusParts {
  readonly policy?: Partial<EffectivePolicy>;
  readonly cluster?: Partial<ClusterView>;
  readonly others?: readonly RemediationRequest[];
  readonly approvals?: View['approvals'];
  readonly cancel?: boolean;
  readonly resting?: View['resting'];
}
type RemediationRequestStatusParts = Partial<Omit<RemediationRequestStatus, 'phase'>>;

export function aRequest(phase: Phase, status: RemediationRequestStatusParts = {}, over: { readonly uid?: string; readonly cancel?: boolean; readonly name?: string; readonly workload?: string } = {}): RemediationRequest {
  const uid = over.uid ?? 'uid-1';
  return {
    apiVersion: 'fleetmend.dev/v1alpha1',
    kind: 'RemediationRequest',
    metadata: { name: over.name ?? `rr-${uid}`, namespace: 'shop-team', uid, resourceVersion: '1', creationTimestamp: ago(10 * minute) },
    spec: {
      clusters: ['prod-1'],
      target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: over.workload ?? 'checkout', container: 'app' },
      failure: { class: 'OOMKilled', message: 'killed', fingerprint: digest(uid === 'uid-1' ? 'f' : 'c') },
      scope: 'Workload',
      cancel: over.cancel ?? false,
    },
    status: { phase, attempt: 1, phaseSince: ago(minute), clockAt: ago(minute), ...status },
  };
}

/** A view of an open failure whose agent is in touch, unless said otherwise. */
export function aView(phase: Phase, { policy, cluster, others = [], approvals = [], cancel = false, resting = new Set(), ...status }: Given = {}): View {
  return {
    request: aRequest(phase, status, { cancel }),
    now: NOW,
    clusters: [{ name: 'prod-1', lastContact: NOW - 1000, entry: { state: 'open', at: NOW - minute }, synced: true, ...cluster }],
    policy: { ...POLICY, ...policy },
    bundle: BUNDLE,
    approvals,
    others,
    resting,
    settings: productionSettings,
  };
}

/** The agent says that it was healthy for the close dwell. */
export const CLOSED = { cluster: { entry: { state: 'closed' as const, at: NOW - minute } } };
export const GONE = { cluster: { entry: { state: 'gone' as const, at: NOW - minute } } };
/** More time than any phase may take. */
export const LATE = { clockAt: ago(48 * 60 * minute) };
