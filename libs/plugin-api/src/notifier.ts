import type { Phase, RemediationRequest } from '@fleetmend/model';

/** A request moved: said once per (request, attempt, move), as a consequence. */
export interface Announcement {
  readonly request: RemediationRequest;
  readonly from: Phase;
  readonly to: Phase;
  readonly reason: string;
  readonly message: string;
  /** The same move has the same key: a channel that knows it stays silent. */
  readonly key: string;
}

/** A case handed to a human. Found again by `marker` (`rr:<uid>`), so that it exists once. */
export interface Ticket {
  readonly request: RemediationRequest;
  readonly marker: string;
  readonly title: string;
  /** Plain text; built by code from typed fields. */
  readonly body: string;
}

/** A channel to people. */
export interface Notifier {
  readonly kind: string;
  announce(announcement: Announcement): Promise<void>;
  /** Files the ticket, or finds the one that exists. Undefined: this channel keeps no tickets. */
  escalate(ticket: Ticket): Promise<{ readonly url: string } | undefined>;
  /** The failure is gone: closes the ticket if it is open. */
  closeTicket(ticket: Pick<Ticket, 'request' | 'marker'>, comment: string): Promise<void>;
}
