import { digestOf, messageOf } from '@fleetmend/kernel';
import { Answer, DryRunQuestion, DryRunReply, FailureEvent, Heartbeat, Question } from '@fleetmend/model';
import type { z } from 'zod';
import type { DropReason } from './bus.ts';
import { readSubject } from './subjects.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Below the default limit of NATS (1 MiB), with room for headers. */
export const MAX_MESSAGE_BYTES = 960 * 1024;

export const encode = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

/** Equal for the same state of the same failure in the same life of an agent: the courier stores it once. */
export function messageIdOf({ cluster, fingerprint, epoch, version }: FailureEvent): string {
  return digestOf([cluster, fingerprint, epoch, version]);
}

export type Taken<T> = { readonly ok: true; readonly value: T; readonly cluster: string } | { readonly ok: false; readonly reason: DropReason };
const drop = (reason: DropReason) => ({ ok: false, reason }) as const;

/** A failure from the wire. The subject says whose it is; a payload that claims something else is dropped. */
export function readFailure(subject: string, data: Uint8Array): Taken<FailureEvent> {
  const at = readSubject(subject);
  if (at?.kind !== 'fail') return drop('unknown-subject');
  const event = FailureEvent.safeParse(json(data));
  if (!event.success) return drop('malformed');
  if (event.data.cluster !== at.cluster) return drop('foreign-cluster');
  if (event.data.fingerprint !== `sha256:${at.last}`) return drop('foreign-fingerprint');
  return { ok: true, value: event.data, cluster: at.cluster };
}

export function readHeartbeat(subject: string, data: Uint8Array): Taken<Heartbeat> {
  const at = readSubject(subject);
  if (at?.kind !== 'hb') return drop('unknown-subject');
  const heartbeat = Heartbeat.safeParse(json(data));
  if (!heartbeat.success) return drop('malformed');
  return heartbeat.data.cluster === at.cluster ? { ok: true, value: heartbeat.data, cluster: at.cluster } : drop('foreign-cluster');
}

/** What goes back for a question, whatever becomes of it: the handler's answer, or a refusal that says why there is none. */
export async function answerTo(data: Uint8Array, handler: ((question: Question) => Promise<Answer>) | undefined): Promise<Uint8Array> {
  return reply(data, { schema: Question, who: 'agent', handler });
}

/** As {@link answerTo}, for the dry-run process. */
export async function answerDryRunTo(data: Uint8Array, handler: ((question: DryRunQuestion) => Promise<DryRunReply>) | undefined): Promise<Uint8Array> {
  return reply(data, { schema: DryRunQuestion, who: 'dry-run process', handler });
}

async function reply<Q>(data: Uint8Array, { schema, who, handler }: { readonly schema: z.ZodType<Q>; readonly who: string; readonly handler: ((question: Q) => Promise<unknown>) | undefined }): Promise<Uint8Array> {
  const question = schema.safeParse(json(data));
  if (!question.success) return refusal('UnknownQuestion', `the ${who} does not know this question: ${question.error.issues[0]?.message ?? 'malformed'}; ${who} and hub may be of different versions`);
  if (!handler) return refusal('Unavailable', `the ${who} is starting; ask again`);
  try {
    const answer = encode(await handler(question.data));
    if (answer.byteLength <= MAX_MESSAGE_BYTES) return answer;
    return refusal('TooLarge', `the answer has ${answer.byteLength} bytes, more than the ${MAX_MESSAGE_BYTES} that fit: ask for less`);
  } catch (error) {
    return refusal('Unavailable', messageOf(error));
  }
}

const refusal = (reason: string, message: string) => encode({ answer: 'refusal', reason, message: message.slice(0, 512) });

/** Undefined for what is not an answer to that question. */
export function readAnswer(question: Question, data: Uint8Array): Answer | undefined {
  const answer = Answer.safeParse(json(data));
  return answer.success && (answer.data.answer === question.question || answer.data.answer === 'refusal') ? answer.data : undefined;
}

/** Undefined for what is no answer to that question. */
export function readDryRunReply(data: Uint8Array): DryRunReply | undefined {
  return DryRunReply.safeParse(json(data)).data;
}

/** Answer to a resync: how many events were published again. */
export function readCount(data: Uint8Array): number | undefined {
  const value = json(data);
  return typeof value === 'object' && value !== null && 'published' in value && typeof value.published === 'number' ? value.published : undefined;
}

function json(data: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(data));
  } catch {
    return undefined;
  }
}

/** Counters for {@link DropReason}. */
export function countDrops(): { count(reason: DropReason): void; read(): Readonly<Record<DropReason, number>> } {
  const counts: Record<DropReason, number> = { malformed: 0, 'foreign-cluster': 0, 'foreign-fingerprint': 0, 'unknown-subject': 0 };
  return {
    count: (reason) => void (counts[reason] += 1),
    read: () => ({ ...counts }),
  };
}
