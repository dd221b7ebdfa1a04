import type { Instant } from '@fleetmend/kernel';
import type { FailureEvent, SharedCause } from '@fleetmend/model';

/** What is known of one fingerprint of one cluster. */
export type OpenEntry = FailureEvent;

/**
 * The hub's picture of what fails where, per cluster; rebuilt from the agents after every restart.
 * `closed` and `gone` entries stay for a while, because they are facts that a request still waits for.
 */
export interface OpenSet {
  /** When this picture began to form: before that, silence means nothing. */
  readonly since: Instant;
  find(cluster: string, fingerprint: string): OpenEntry | undefined;
  open(cluster: string): readonly OpenEntry[];
  /** Open failures, of all clusters, that the cause makes plausible; see `causesOf`. */
  sharing(cause: SharedCause): Iterable<OpenEntry>;
  /** When the last failure that the cause made plausible ended; undefined: none did since the hub started. */
  sharingEnded(cause: SharedCause): Instant | undefined;
  /** Nodes of a cluster that are lost. */
  lostNodes(cluster: string): readonly OpenEntry[];
  /** Pods of that cluster, as its agent said last; undefined: it has not said. */
  pods(cluster: string): number | undefined;
  /** Last message of any kind from that cluster's agent; undefined: none since the hub started. */
  lastContact(cluster: string): Instant | undefined;
  /** The open set of that cluster equals what its agent says (heartbeat digest matched since the hub started). */
  isSynced(cluster: string): boolean;
}
