import { renderTime, sha256, shortDigest, type Clock } from '@fleetmend/kernel';
import type { KubeObject, Phase, RemediationRequest } from '@fleetmend/model';
import { z } from 'zod';
import type { NotifierDefinition } from '../notifier-definition.ts';

const COMPONENT = 'fleetmend-hub';
/** Limits of a core/v1 Event: the API server's validation refuses longer ones. */
const MAX_MESSAGE = 1024;
const MAX_REASON = 128;
const BAD_NEWS: readonly Phase[] = ['Failed', 'Escalated', 'Reverting'];

interface Message {
  readonly request: RemediationRequest;
  /** The same key is the same event. */
  readonly key: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly text: string;
}

/**
 * Tells each move as a core/v1 Event on the `RemediationRequest`, so that `kubectl describe rr` tells the story.
 * The event's name is made from the move's key: told twice, it exists once.
 */
export const kubernetesEvent: NotifierDefinition<Record<string, never>> = {
  kind: 'kubernetes-event',
  config: z.strictObject({}) as z.ZodType<Record<string, never>>,
  create: (_config, { writeEvent, clock }) => {
    const tell = (message: Message) => writeEvent(renderEvent(message, clock));
    return {
      kind: 'kubernetes-event',
      announce: ({ request, from, to, reason, message, key }) =>
        tell({ request, key, type: BAD_NEWS.includes(to) ? 'Warning' : 'Normal', reason: to, text: `${from} → ${to} (${reason})${message ? `: ${message}` : ''}` }),
      escalate: async ({ request, marker, title, body }) => {
        await tell({ request, key: `${marker}/ticket`, type: 'Warning', reason: 'NeedsHuman', text: `${title}\n${body}` });
        // Events expire: no ticket that somebody could find tomorrow.
        return undefined;
      },
      closeTicket: ({ request, marker }, comment) => tell({ request, key: `${marker}/closed`, type: 'Normal', reason: 'TicketClosed', text: comment }),
    };
  },
};

function renderEvent({ request, key, type, reason, text }: Message, clock: Clock): KubeObject {
  const { name, namespace, uid } = request.metadata;
  const now = renderTime(clock.now());
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${shortDigest(sha256(key), 16)}`, namespace },
    involvedObject: { apiVersion: request.apiVersion, kind: request.kind, namespace, name, uid },
    type,
    reason: reason.slice(0, MAX_REASON),
    message: text.slice(0, MAX_MESSAGE),
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: COMPONENT,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}
