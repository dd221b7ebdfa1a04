import { Label, type Question } from '@fleetmend/model';

/**
 * Every subject, spelled here and nowhere else, from wide to narrow. The cluster in a subject is who the sender is: the server
 * lets each agent publish under its own name only.
 */
export const subjects = {
  /** The last value is the truth about that fingerprint. `fail.v1.prod-1.9f2c…` (64 hex digits). */
  failure: (cluster: string, fingerprint: string) => `fail.v1.${cluster}.${fingerprint.replace(/^sha256:/, '')}`,
  digest: (cluster: string) => `hb.v1.${cluster}.digest`,
  /** The answer is published on the reply subject, which is an {@link subjects.answer}. */
  ask: (cluster: string, question: Question['question'] | 'resync') => `ask.v1.${cluster}.${question}`,
  answer: (cluster: string, id: string) => `ans.v1.${cluster}.${id}`,

  /** For the dry-run process, which hears nothing else; its answers have a kind of their own, so that it can speak for no agent. */
  askDryRun: (cluster: string) => `dry.v1.${cluster}.ask`,
  answerDryRun: (cluster: string, id: string) => `dryans.v1.${cluster}.${id}`,

  allFailures: 'fail.v1.*.*',
  allDigests: 'hb.v1.*.digest',
  allQuestions: (cluster: string) => `ask.v1.${cluster}.*`,
} as const;

/** Where replies to an identity's own requests arrive, so that no identity can listen to another's. */
export const inboxPrefix = (identity: string): string => `_INBOX.${identity}`;

const KINDS = ['fail', 'hb', 'ask', 'ans', 'dry', 'dryans'];

/** Who a subject belongs to, and its last token; undefined for what is not one of ours. */
export function readSubject(subject: string): { readonly kind: string; readonly cluster: string; readonly last: string } | undefined {
  const [kind = '', version, cluster = '', last = '', ...more] = subject.split('.');
  if (!KINDS.includes(kind) || version !== 'v1' || last === '' || more.length > 0 || !Label.safeParse(cluster).success) return undefined;
  return { kind, cluster, last };
}
