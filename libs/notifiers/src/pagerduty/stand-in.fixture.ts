import { standInServer, type Answered, type Asked, type StandInServer } from '../stand-in-server.fixture.ts';

export interface PagerDutyEvents extends StandInServer {
  /** Alerts by their deduplication key. */
  readonly alerts: Map<string, { summary: string; text: string; resolved: boolean }>;
  messages(): readonly string[];
}

/**
 * PagerDuty's Events API v2 ("Send an event"): 202 with the key; a routing key that is not known, or an event that lacks
 * `payload.summary`, `source` or a known `severity`, is 400; one alert per key; a resolve of what is not there changes nothing and is 202.
 */
export async function pagerDutyEvents(): Promise<PagerDutyEvents> {
  const alerts = new Map<string, { summary: string; text: string; resolved: boolean }>();
  const invalid = (error: string): Answered => ({ status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors: [error] } });
  const server = await standInServer(({ method, path, body }: Asked): Answered => {
    if (method !== 'POST' || path !== '/v2/enqueue') return { status: 404 };
    const event = body as { routing_key: string; event_action: string; dedup_key: string; payload?: { summary?: string; source?: string; severity?: string; custom_details?: { text?: string } } };
    if (event.routing_key !== 'r0uting') return invalid("'routing_key' is invalid");
    const known = alerts.get(event.dedup_key);
    if (event.event_action === 'resolve') {
      if (known) known.resolved = true;
    } else {
      const { summary, source, severity = '', custom_details: details } = event.payload ?? {};
      if (!summary || !source || summary.length > 1024 || !['critical', 'error', 'warning', 'info'].includes(severity)) return invalid("'payload' is invalid");
      if (!known) alerts.set(event.dedup_key, { summary, text: details?.text ?? '', resolved: false });
    }
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: event.dedup_key } };
  });
  return Object.assign(server, { alerts, messages: () => [...alerts.values()].map(({ summary, text, resolved }) => `${resolved ? 'resolved' : 'triggered'}: ${summary}\n${text}`) });
}
