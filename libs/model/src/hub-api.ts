import type { DecisionCounts, RolloutMode } from './policy-rollout.ts';
import type { EvidenceItem } from './question.ts';
import type { RemediationRequest } from './remediation-request.ts';

/** What the hub's read API answers, as JSON. Everything in it was redacted before it reached the hub. */

/** `GET /api/requests` answers `{items}` of these: one line of the list, as `kubectl get rr -o wide` shows it. */
export interface RequestSummary {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly clusters: readonly string[];
  readonly target: string | undefined;
  readonly failure: string;
  readonly phase: string;
  readonly reason: string | undefined;
  readonly attempt: number;
  readonly seen: number;
  readonly cause: string | undefined;
  readonly pullRequest: string | undefined;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339; since when it is in its phase. */
  readonly phaseSince: string | undefined;
}

/** `GET /api/clusters` answers `{items}` of these. */
export interface ClusterSummary {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly agentVersion: string | undefined;
  /** Milliseconds since the Unix epoch; absent: nothing heard since the hub started. */
  readonly lastContact: number | undefined;
  /** Open failures. */
  readonly open: number;
  /** Digest of the policy bundle that judges for it. */
  readonly policy: string | undefined;
}

/** `GET /api/overview`: the fleet in a few numbers, over the requests that still exist. */
export interface Overview {
  readonly live: number;
  /** Wait for a person: an approval, a review, a merge. */
  readonly waiting: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly escalated: number;
  readonly dismissed: number;
  /** Succeeded of all that were tried and ended; absent while none was. */
  readonly successRatio: number | undefined;
  /** Milliseconds from the first sight of a failure to its verified recovery, mean. */
  readonly timeToRepair: number | undefined;
}

/** One thing that happened to a request. */
export interface StoryLine {
  readonly mood: 'news' | 'good' | 'bad' | 'wait';
  readonly text: string;
}

/** `GET /api/requests/NAMESPACE/NAME/story`. */
export interface RequestStory {
  readonly request: RemediationRequest;
  readonly story: readonly StoryLine[];
  /** What of its evidence is still kept. */
  readonly evidence: readonly EvidenceItem[];
}

/** One cluster of a wave; without a mode it has not begun. */
export interface RolloutClusterSummary {
  readonly name: string;
  readonly mode?: RolloutMode;
  readonly done: boolean;
  readonly counts?: DecisionCounts;
}

/** `GET /api/rollouts` answers `{items}` of these: policy rollouts, oldest first. */
export interface RolloutSummary {
  readonly namespace: string;
  readonly name: string;
  /** Digest. */
  readonly bundle: string;
  readonly state: string;
  /** Why it stands where it stands, or why it halted. */
  readonly reason: string | undefined;
  /** RFC 3339. */
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  /** What a named human has to say yes to. */
  readonly awaits: string | undefined;
  readonly stages: readonly { readonly mode: RolloutMode; readonly minDecisions?: number | undefined }[];
  readonly waves: readonly { readonly name: string; readonly needsApproval: boolean; readonly clusters: readonly RolloutClusterSummary[] }[];
}
