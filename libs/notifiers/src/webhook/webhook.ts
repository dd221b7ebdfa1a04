import { createHmac } from 'node:crypto';
import { renderTime } from '@fleetmend/kernel';
import type { Phase, RemediationRequest } from '@fleetmend/model';
import { PHASES } from '@fleetmend/model';
import type { RolloutTeller } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { AnnouncedPhases } from '../announced-phases.ts';
import { jsonChannel } from '../json-channel.ts';
import type { NotifierDefinition } from '../notifier-definition.ts';
import { openSaid } from '../said.ts';

const Config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Where to send to.'),
  secret: z.string().min(16).optional().describe('Key of the signature, by reference.'),
  announce: AnnouncedPhases(PHASES),
});

/**
 * Sends each move, each case for a human and each halt of a policy rollout as a CloudEvent (structured mode, version 1.0) to an address of yours.
 *
 * `Idempotency-Key` and the event's `id` are the same whenever the same news is sent again. With a secret,
 * `X-Fleetmend-Signature: sha256=<hex>` is the HMAC over the bytes of the body.
 */
export const webhook: NotifierDefinition<z.infer<typeof Config>, RolloutTeller> = {
  kind: 'webhook',
  config: Config,
  create: ({ url, secret, announce }, { fetch, clock, stateDir }) => {
    const call = jsonChannel({ name: 'the webhook', fetch, advice: 'check the address and the secret of this webhook' });
    const said = openSaid({ stateDir, clock });
    const sendEvent = ({ key, type, about, data }: { readonly key: string; readonly type: string; readonly about: { readonly namespace: string; readonly name: string }; readonly data: object }) =>
      said.once(key, async () => {
        const text = JSON.stringify({ specversion: '1.0', id: key, type: `dev.fleetmend.${type}`, source: 'fleetmend/hub', subject: `${about.namespace}/${about.name}`, time: renderTime(clock.now()), datacontenttype: 'application/json', data });
        const signature: Readonly<Record<string, string>> = secret === undefined ? {} : { 'x-fleetmend-signature': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}` };
        await call({ url, text, headers: { 'content-type': 'application/cloudevents+json', 'idempotency-key': key, ...signature } });
        return 'sent';
      });
    const send = (type: string, { key, request, data }: { readonly key: string; readonly request: RemediationRequest; readonly data: object }) =>
      sendEvent({ key, type: `request.${type}`, about: request.metadata, data: { request: summaryOf(request), ...data } });
    return {
      kind: 'webhook',
      async announce({ request, from, to, reason, message, key }) {
        if (announce.includes(to)) await send('moved', { key, request, data: { from, to, reason, message } });
      },
      async escalate({ request, marker, title, body }) {
        await send('escalated', { key: `${marker}/ticket`, request, data: { marker, title, body } });
        return undefined;
      },
      async closeTicket({ request, marker }, comment) {
        if (said.find(`${marker}/ticket`) !== undefined) await send('recovered', { key: `${marker}/closed`, request, data: { marker, comment } });
      },
      async announceHalt({ key, ...data }) {
        await sendEvent({ key, type: 'rollout.halted', about: data.rollout, data });
      },
    };
  },
};

function summaryOf({ metadata, spec, status }: RemediationRequest): object {
  return { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid, clusters: spec.clusters, target: spec.target, failure: { class: spec.failure.class, fingerprint: spec.failure.fingerprint }, phase: status.phase satisfies Phase, attempt: status.attempt, pullRequest: status.pullRequest?.url };
}
