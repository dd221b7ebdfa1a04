import { canonicalJson, sha256, uuidFrom } from '@fleetmend/kernel';
import type { AuditRecord } from '@fleetmend/ports';
import { z } from 'zod';

/** `previous` of the very first record. */
export const GENESIS = `sha256:${'0'.repeat(64)}`;

/**
 * One line of the trail: attributes of a CloudEvents 1.0 event (specversion, id, source, type, subject, time, data), and the chain:
 * `sequence` counts from 1, `previous` is the hash of the line before, `hash` is over everything else in canonical JSON.
 */
export const Envelope = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  data: z.record(z.string(), z.unknown()),
  sequence: z.int().min(1),
  previous: z.string(),
  hash: z.string(),
});
export type Envelope = z.infer<typeof Envelope>;

/** Where the chain stands. */
export interface ChainEnd {
  readonly sequence: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainEnd = { sequence: 0, hash: GENESIS };

/** The next link after `end`. `time` is RFC 3339. */
export function sealRecord({ record, end, writer, time }: { readonly record: AuditRecord; readonly end: ChainEnd; readonly writer: string; readonly time: string }): Envelope {
  const { step, actor, request, data } = record;
  const sequence = end.sequence + 1;
  const body = {
    specversion: '1.0' as const,
    id: uuidFrom(writer, String(sequence), end.hash),
    source: `/fleetmend/${writer}`,
    type: `dev.fleetmend.audit.${step}`,
    subject: `${request.namespace}/${request.name}`,
    time,
    datacontenttype: 'application/json' as const,
    data: { actor, request: { uid: request.uid, attempt: request.attempt }, ...data },
    sequence,
    previous: end.hash,
  };
  return { ...body, hash: hashOf(body) };
}

/** The hash that a line must carry. */
export function hashOf(body: Omit<Envelope, 'hash'>): string {
  return sha256(canonicalJson(body));
}

export function renderLine(envelope: Envelope): string {
  return `${canonicalJson(envelope)}\n`;
}
