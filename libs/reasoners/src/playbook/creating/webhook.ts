import { commitWords } from '../changes-in-effect.ts';
import type { Rule } from '../rule.ts';
import { changesOf } from '../target-changes.ts';
import { handOver } from './answer.ts';
import { nameIn, refusalText } from './refusal-text.ts';

const WORDS: Readonly<Record<string, string>> = {
  NotThere: 'nothing answers at its Service',
  Certificate: 'its certificate is not one that the API server trusts: look at caBundle and at who issues it',
  TooSlow: 'it does not answer within its time',
};

/** A webhook that does not answer refuses everybody. What stands behind it is repaired; it is never switched off. */
export const webhookUnavailable: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const name = nameIn(failure.message, /webhook (\S+)/);
  const place = refusalText(kase, /Post "(https:\/\/[^"?]+)/)?.[1];
  const [changed] = changesOf(kase, ({ kind }) => kind === 'ValidatingWebhookConfiguration' || kind === 'MutatingWebhookConfiguration');
  const why = WORDS[failure.subCause ?? ''] ?? 'it fails';
  return handOver(failure.message, 'WebhookUnavailable', `Admission webhook ${name}${place === undefined ? '' : ` at ${place}`}: ${why}. Repair what serves it${changed ? `, or take ${commitWords(changed)} back` : ''}; no webhook and no failurePolicy is switched by us.`);
};
