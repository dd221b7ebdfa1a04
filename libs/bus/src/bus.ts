import type { Duration } from '@fleetmend/kernel';
import type { Answer, DryRunQuestion, DryRunReply, FailureEvent, Heartbeat, Question } from '@fleetmend/model';

/** What an agent can do with the courier. It speaks as one cluster and cannot speak as another. */
export interface AgentBus {
  /** Resolves when the courier has stored the event; the same version twice is stored once. Rejects when it could not in time: try again. */
  publishFailure(event: FailureEvent): Promise<void>;
  /** Told and forgotten: the next one comes in a minute. */
  publishHeartbeat(heartbeat: Heartbeat): Promise<void>;
  /** Answers what the hub asks. A handler that throws is answered for, as a refusal `Unavailable`. */
  onQuestion(handler: (question: Question) => Promise<Answer>): void;
  /** The hub's picture differs: publish the whole open set again; answers how many events that were. */
  onResync(handler: () => Promise<number>): void;
  /** Stops answering and lets go of the connection. */
  close(): Promise<void>;
}

/** What the dry-run process can do with the courier: hear its one question, and answer. */
export interface DryRunBus {
  onQuestion(handler: (question: DryRunQuestion) => Promise<DryRunReply>): void;
  close(): Promise<void>;
}

/** One stored event, on its way until somebody acknowledges it. */
export interface FailureDelivery {
  /** Who the authenticated subject says that it is. */
  readonly cluster: string;
  readonly event: FailureEvent;
  /** It is durable elsewhere now. Only this ends its redelivery. */
  ack(): void;
  /** Still busy with it: do not give it to anybody again yet. Say so every ten seconds. */
  working(): void;
  /** Give it again, after `delay` (a default of the courier when absent). */
  nak(delay?: Duration): void;
}

/** Why a message was thrown away at the door. Counted, never acted upon. */
export const DROP_REASONS = ['malformed', 'foreign-cluster', 'foreign-fingerprint', 'unknown-subject'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface HubBus {
  /** Takes stored events, old ones first. Several hubs share them: each event is given to one. Resolves when taking has begun. */
  consumeFailures(handler: (delivery: FailureDelivery) => void): Promise<void>;
  onHeartbeat(handler: (heartbeat: Heartbeat) => void): Promise<void>;
  /** @throws ClusterSilentError after `timeout`, or at once when no agent of that cluster is connected. */
  ask(cluster: string, question: Question, timeout: Duration): Promise<Answer>;
  /** Undefined: no dry-run process of that cluster is connected. @throws ClusterSilentError after `timeout`. */
  askDryRun(cluster: string, question: DryRunQuestion, timeout: Duration): Promise<DryRunReply | undefined>;
  /** Asks an agent to publish its whole open set again. @throws ClusterSilentError */
  resync(cluster: string, timeout: Duration): Promise<number>;
  /** How many messages were dropped at the door, by reason. */
  dropped(): Readonly<Record<DropReason, number>>;
  /** Stops taking. What is not acknowledged will be given again, to whoever consumes next. */
  close(): Promise<void>;
}

/** The courier: agents and the hub never hold a credential of each other, only of this. */
export interface Bus {
  agent(cluster: string): AgentBus;
  dryRun(cluster: string): DryRunBus;
  hub(): HubBus;
  /** Closes everything that came from it. */
  close(): Promise<void>;
}
