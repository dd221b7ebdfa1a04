import { z } from 'zod';
import { count, digest, sha, text, time } from './bounded.ts';
import { Condition } from './bounded.ts';
import { Target } from './finding.ts';
import { fingerprintIn } from './fingerprint.ts';
import { Label } from './object.ts';
import { Approval, ApprovalChannel } from './approval.ts';
import { Diagnosis } from './diagnosis.ts';
import { Intent, PullRequest } from './pull-request.ts';
import { Plan, Proposal, RefusedEdit } from './plan.ts';
import { Rollout } from './rollout.ts';
import { Verdict } from './verdict.ts';
import { Verification } from './verification.ts';

/** On a request that ended: a person wants the same failure to be tried again, in a new request. Its value says who asks. */
export const RETRY_ANNOTATION = 'fleetmend.dev/retry';

/** Where a cause lies. Only a `Workload` has a target in Git; the others end with a human. */
export const Scope = z.enum(['Workload', 'Node', 'Image', 'Registry', 'StorageClass', 'Webhook', 'Namespace', 'Fleet']);

export const PHASES = [
  'Detected',
  'Inhibited',
  'Diagnosing',
  'Proposed',
  'AwaitingApproval',
  'Delivering',
  'PullRequestOpen',
  'Merged',
  'Verifying',
  'Reverting',
  'Succeeded',
  'Failed',
  'Escalated',
  'Dismissed',
] as const;
export type Phase = (typeof PHASES)[number];

export const RemediationRequestSpec = z
  .object({
    clusters: z.array(Label).min(1).max(32),
    target: Target.optional(),
    subject: z.object({ kind: text(63), name: text(253) }).optional(),
    failure: z.object({ class: text(64), subCause: text(64).optional(), message: text(1024), fingerprint: digest() }),
    scope: Scope.default('Workload'),
    cancel: z.boolean().default(false),
  })
  .meta({
    'x-kubernetes-validations': [
      { rule: "self.scope != 'Workload' || has(self.target)", message: 'a request of scope Workload needs a target' },
      { rule: "self.clusters == oldSelf.clusters && self.failure == oldSelf.failure && self.scope == oldSelf.scope", message: 'only spec.cancel may change' },
      { rule: 'has(self.target) == has(oldSelf.target) && (!has(self.target) || self.target == oldSelf.target)', message: 'only spec.cancel may change' },
      { rule: 'has(self.subject) == has(oldSelf.subject) && (!has(self.subject) || self.subject == oldSelf.subject)', message: 'only spec.cancel may change' },
      { rule: '!oldSelf.cancel || self.cancel', message: 'a cancelled request stays cancelled' },
    ],
  });
export type RemediationRequestSpec = z.infer<typeof RemediationRequestSpec>;

/** A request for one cluster has that cluster's fingerprint; one for several has what is common to them. */
export function fingerprintOfRequest({ clusters, failure }: Pick<RemediationRequestSpec, 'clusters' | 'failure'>, cluster: string): string {
  return clusters.length === 1 ? failure.fingerprint : fingerprintIn(cluster, failure.fingerprint);
}

/** Whether a request is about this fingerprint of this cluster. */
export function isAbout(spec: Pick<RemediationRequestSpec, 'clusters' | 'failure'>, cluster: string, fingerprint: string): boolean {
  return spec.clusters.includes(cluster) && fingerprintOfRequest(spec, cluster) === fingerprint;
}

/** Whether the hub let this attempt start, and if not, what holds it back. */
export const Admission = z.object({
  /** `Intended`: Git has said so for as long as it is remembered, so that it is no failure of today. */
  result: z.enum(['Admitted', 'Held', 'Breaker', 'NotSelected', 'Intended']),
  reason: text(256),
  notBefore: time().optional(),
  /** The scope whose breaker is open; escalated once per scope. */
  breaker: text(128).optional(),
  at: time(),
});

export type Admission = z.infer<typeof Admission>;

/** The request that goes first. `state` is what `readLeader` saw of it last. */
export const Leader = z.object({
  name: text(253),
  namespace: text(63),
  uid: text(64),
  kind: z.enum(['Parent', 'SameField', 'SameWorkload']),
  /** `Repaired`: it ended well, and what it changed may have mended ours as well. */
  state: z.enum(['Live', 'Vetoed', 'CauseGone', 'Repaired']),
  at: time(),
});

export type Leader = z.infer<typeof Leader>;

/** A stage that failed for good, before or after delivery. */
export const StageError = z.object({ stage: text(32), reason: text(64), message: text(512), at: time() });

/** How the target stood before our change: what "worse" is measured against. */
export const Baseline = z.object({ ready: count(), guards: text(71), findings: z.array(digest()).max(10), at: time() });
export type Baseline = z.infer<typeof Baseline>;

export const ClusterProgress = z.object({ name: Label, baseline: Baseline.optional(), rollout: Rollout.optional(), verification: Verification.optional() });
export type ClusterProgress = z.infer<typeof ClusterProgress>;

export const ArchivedAttempt = z.object({
  attempt: count(),
  action: text(32),
  actionJson: text(1024).optional(),
  outcome: text(32),
  reason: text(64),
  pullRequest: text(256).optional(),
  /** The commit that it left on the base. */
  mergeSHA: sha().optional(),
  at: time(),
});

/** Effects owed after the end, each done once. */
export const Aftermath = z.object({
  escalated: z.object({ kind: text(32), url: text(512), at: time() }).optional(),
  learned: time().optional(),
  ticketClosed: time().optional(),
  orphansClosed: time().optional(),
  archived: time().optional(),
});

export const RemediationRequestStatus = z.object({
  phase: z.enum(PHASES).default('Detected'),
  /** Why the phase is what it is: the reason of the last move, or what a resting request waits for. */
  reason: text(64).optional(),
  phaseSince: time().optional(),
  attempt: z.int().min(1).max(10).default(1),
  summary: z.object({ cluster: text(256), target: text(380), cause: text(256).optional(), pullRequest: text(256).optional(), reason: text(256).optional() }).optional(),
  occurrences: z.object({ count: count(), firstSeen: time(), lastSeen: time(), samples: z.array(text(253)).max(5) }).optional(),
  admission: Admission.optional(),
  leader: Leader.optional(),
  diagnosis: Diagnosis.optional(),
  proposal: Proposal.optional(),
  plan: Plan.optional(),
  refused: z.array(RefusedEdit).max(3).optional(),
  replans: count().max(10).optional(),
  verdict: Verdict.optional(),
  approval: Approval.optional(),
  /** One for the whole request, decided when a yes was first needed. */
  approvalChannel: ApprovalChannel.optional(),
  intent: Intent.optional(),
  pullRequest: PullRequest.optional(),
  revert: PullRequest.optional(),
  /** When pull requests of ours were opened, over all attempts and re-plans, newest last: the hourly budget counts them. */
  opened: z.array(time()).max(10).optional(),
  clusters: z.array(ClusterProgress).max(32).optional(),
  error: StageError.optional(),
  /** Milliseconds spent in each phase in this attempt, stops excluded. */
  clocks: z.record(z.string().max(20), count()).optional(),
  clockAt: time().optional(),
  aftermath: Aftermath.optional(),
  attempts: z.array(ArchivedAttempt).max(10).optional(),
  conditions: z.array(Condition).max(12).optional(),
  observedGeneration: count().optional(),
});
export type RemediationRequestStatus = z.infer<typeof RemediationRequestStatus>;

/** One cause of failure, from first sight to learned outcome. */
export interface RemediationRequest {
  readonly apiVersion: string;
  readonly kind: 'RemediationRequest';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string | undefined;
    readonly finalizers?: readonly string[] | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly spec: RemediationRequestSpec;
  readonly status: RemediationRequestStatus;
}
