import type { Instant } from '@fleetmend/kernel';
import type { FailureEvent } from '@fleetmend/model';

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
  /** Last message of any kind from that cluster's agent; undefined: none since the hub started. */
  lastContact(cluster: string): Instant | undefined;
  /** The open set of that cluster equals what its agent says (heartbeat digest matched since the hub started). */
  isSynced(cluster: string): boolean;
}
