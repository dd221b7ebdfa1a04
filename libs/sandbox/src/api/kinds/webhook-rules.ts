import { isObject, type Json, listAt, textAt } from '../json.ts';
import type { KindRules } from '../kind-rules.ts';
import { type FieldError, required } from '../refusals.ts';

/** Webhook configurations of either kind; mutating ones may be called a second time. */
function rulesFor(reinvocation: boolean): KindRules {
  return {
    generation: true,
    defaults(draft) {
      for (const webhook of listAt(draft, 'webhooks')) {
        webhook['failurePolicy'] ??= 'Fail';
        webhook['matchPolicy'] ??= 'Equivalent';
        webhook['namespaceSelector'] ??= {};
        webhook['objectSelector'] ??= {};
        webhook['timeoutSeconds'] ??= 10;
        if (reinvocation) webhook['reinvocationPolicy'] ??= 'Never';
        const config = webhook['clientConfig'];
        const service = isObject(config) ? config['service'] : undefined;
        if (isObject(service)) service['port'] ??= 443;
        for (const rule of listAt(webhook, 'rules')) rule['scope'] ??= '*';
      }
    },
    validate: (draft) => listAt(draft, 'webhooks').flatMap((webhook, index) => webhookErrors(webhook, `webhooks[${index}]`)),
  };
}

function webhookErrors(webhook: Json, path: string): readonly FieldError[] {
  const config = webhook['clientConfig'];
  const reached = isObject(config) && (isObject(config['service']) || textAt(config, 'url') !== '');
  return [
    ...(textAt(webhook, 'name') === '' ? [required(`${path}.name`)] : []),
    ...(textAt(webhook, 'sideEffects') === '' ? [required(`${path}.sideEffects`)] : []),
    ...(reached ? [] : [required(`${path}.clientConfig`)]),
  ];
}

export const mutatingWebhookRules = rulesFor(true);
export const validatingWebhookRules = rulesFor(false);
