import { minutes, type Duration } from '@fleetmend/kernel';

/** What may be tuned. Every span has the default of a production cluster; tests and the sandbox shorten some. */
export interface AgentSettings {
  /** How long a target must be healthy before its failure counts as closed. */
  readonly hold: Duration;
  readonly heartbeat: Duration;
  /** How often changes are looked at. */
  readonly tick: Duration;
  /** Bytes on disk for logs that die with their pod. */
  readonly evidenceBytes: number;
  /** Read container logs for evidence; a list limits it to namespaces. */
  readonly logs: boolean | readonly string[];
}

export const DEFAULT_SETTINGS: AgentSettings = { hold: minutes(5), heartbeat: minutes(1), tick: 500, evidenceBytes: 64 * 1024 * 1024, logs: true };
