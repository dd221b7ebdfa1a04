import { renderRef } from '@fleetmend/model';
import { z } from 'zod';
import { jsonChannel } from '../json-channel.ts';
import type { NotifierDefinition } from '../notifier-definition.ts';

const Config = z.strictObject({
  routingKey: z.string().min(1).describe('Integration key of the service (Events API v2), by reference.'),
  url: z.url().default('https://events.pagerduty.com').describe('Address of the Events API.'),
  severity: z.enum(['critical', 'error', 'warning', 'info']).default('error').describe('Severity of what is escalated.'),
});

/** Limits of the Events API v2: summary 1,024 characters. */
const MAX_SUMMARY = 1_024;
const MAX_DETAILS = 8_000;

/**
 * Pages for what a person has to decide, and resolves the page when the failure is gone. The marker is the deduplication
 * key: PagerDuty itself makes one alert of the same case, however often it is sent. Moves are not told here.
 */
export const pagerduty: NotifierDefinition<z.infer<typeof Config>> = {
  kind: 'pagerduty',
  config: Config,
  create: ({ routingKey, url, severity }, { fetch }) => {
    const call = jsonChannel({ name: 'PagerDuty', fetch, advice: 'check the routing key of this notifier' });
    const enqueue = (action: 'trigger' | 'resolve', marker: string, more: object = {}) =>
      call({ url: `${url.replace(/\/+$/, '')}/v2/enqueue`, body: { routing_key: routingKey, event_action: action, dedup_key: marker, ...more } });
    return {
      kind: 'pagerduty',
      announce: async () => undefined,
      async escalate({ request, marker, title, body }) {
        const { spec, metadata } = request;
        await enqueue('trigger', marker, {
          client: 'Fleetmend',
          payload: {
            summary: title.slice(0, MAX_SUMMARY),
            source: spec.clusters.join(', '),
            severity,
            component: spec.target ? renderRef(spec.target) : spec.scope,
            class: spec.failure.class,
            custom_details: { request: `${metadata.namespace}/${metadata.name}`, text: body.slice(0, MAX_DETAILS) },
          },
        });
        // The Events API answers no address of what it made.
        return { url: `pagerduty:${marker}` };
      },
      closeTicket: ({ marker }) => enqueue('resolve', marker),
    };
  },
};
