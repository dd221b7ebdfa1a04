import type { Duration } from '@fleetmend/kernel';

export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
}

export interface ChatOrder {
  readonly turns: readonly Turn[];
  readonly maxOutputTokens: number;
  /** The form that the answer must have, as JSON Schema; absent: the prompt alone says it. */
  readonly schema?: JsonSchema;
}

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface ChatAnswer {
  readonly text: string;
  /** It ended because it may not grow longer. */
  readonly cutOff: boolean;
  /** Undefined: the server does not say. */
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/**
 * One chat model behind one address: turns in, text out. No tools, no memory, no retries: those are the caller's affair.
 * Throws `EndpointTrouble` for whatever is the endpoint's fault, and the signal's reason when aborted.
 */
export interface ChatEndpoint {
  readonly provider: string;
  readonly model: string;
  /** Whether it can be handed a schema at all. */
  readonly structured: boolean;
  ask(order: ChatOrder, signal: AbortSignal): Promise<ChatAnswer>;
}

export type TroubleKind = 'Unreachable' | 'TimedOut' | 'RateLimited' | 'KeyRefused' | 'Refused' | 'NoStructure' | 'ServerError' | 'NotJson';

/** What went wrong with an endpoint. The message holds neither the key, nor the prompt, nor what the endpoint wrote. */
export class EndpointTrouble extends Error {
  override readonly name = 'EndpointTrouble';
  readonly kind: TroubleKind;
  /** How long it asked to be left alone. */
  readonly retryAfter: Duration | undefined;

  constructor(kind: TroubleKind, message: string, { retryAfter, cause }: { readonly retryAfter?: Duration | undefined; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

/** The kind of a failed HTTP exchange by its status. `schemaSent`: a server without structured output answers 400 or 422 to it. */
export function troubleOfStatus(status: number, where: string, { schemaSent, retryAfter }: { readonly schemaSent: boolean; readonly retryAfter?: Duration | undefined }): EndpointTrouble {
  if (status === 429) return new EndpointTrouble('RateLimited', `${where} allows no more calls for now (429)`, { retryAfter });
  if (status === 401 || status === 403) return new EndpointTrouble('KeyRefused', `${where} refused the key (${status}): check the secret that apiKey points at`);
  if ((status === 400 || status === 422) && schemaSent) return new EndpointTrouble('NoStructure', `${where} refused the request with a schema (${status})`);
  if (status === 404) return new EndpointTrouble('Refused', `${where} has no such address or model (404): check baseURL and model`);
  if (status >= 500) return new EndpointTrouble('ServerError', `${where} failed (${status})`);
  return new EndpointTrouble('Refused', `${where} refused the request (${status})`);
}

/** `Retry-After` in seconds or as a date, in milliseconds from `now`; undefined for neither. Source: RFC 9110, 10.2.3. */
export function readRetryAfter(header: string | null | undefined, now: number): Duration | undefined {
  if (header === null || header === undefined || header.trim() === '') return undefined;
  const wanted = Number(header);
  const span = Number.isFinite(wanted) ? wanted * 1000 : Date.parse(header) - now;
  return Number.isFinite(span) ? Math.max(0, span) : undefined;
}
