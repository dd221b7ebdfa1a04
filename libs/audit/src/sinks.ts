import { z } from 'zod';
import type { Envelope } from './envelope.ts';

/** One line of the trail, on its way out. */
export interface Line {
  readonly envelope: Envelope;
  readonly text: string;
}

/** A place that the trail is copied to. `store` resolves once every line is stored there; the same lines may come again. */
export interface Sink {
  readonly name: string;
  store(lines: readonly Line[], signal: AbortSignal): Promise<void>;
}

export interface SinkOptions {
  /** Base address, without the path of the API. */
  readonly url: string;
  /** Sent as it is in `Authorization`. */
  readonly authorization?: string | undefined;
  readonly fetch: typeof fetch;
}

/** A sink that did not take the lines: they stay, and are sent again. Holds the status, and none of what was sent. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
}

/**
 * Loki's push API: `POST /loki/api/v1/push` with streams of `[<unix nanoseconds as a string>, <line>]`, answered by 204
 * (grafana.com/docs/loki, "Ingest logs"). Labels are few and of few values; everything else stays in the line. Loki drops an entry that
 * has the time and the text of one that it holds.
 */
export function lokiSink({ url, authorization, tenant, fetch }: SinkOptions & { readonly tenant?: string | undefined }): Sink {
  return {
    name: 'loki',
    async store(lines, signal) {
      const streams = [...Map.groupBy(lines, ({ envelope }) => envelope.type.slice(envelope.type.lastIndexOf('.') + 1))].map(([step, of]) => ({
        stream: { app: 'fleetmend', kind: 'audit', step },
        values: of.map(({ envelope, text }) => [`${Date.parse(envelope.time)}000000`, text]),
      }));
      const headers = { 'content-type': 'application/json', ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }), ...(authorization === undefined ? {} : { authorization }) };
      const response = await fetch(`${url.replace(/\/$/, '')}/loki/api/v1/push`, { method: 'POST', headers, body: JSON.stringify({ streams }), signal, redirect: 'error' });
      await response.body?.cancel();
      if (!response.ok) throw new SinkError(`Loki answered ${response.status} to a push of ${lines.length} lines`);
    },
  };
}

/** What `_bulk` answers, as far as it is read: 200 with one result for each action, in their order (Elasticsearch's reference, "Bulk API"). */
const BulkAnswer = z.object({ items: z.array(z.object({ create: z.object({ status: z.int() }) })) });

/**
 * Elasticsearch's bulk API: `POST /<index>/_bulk`, newline-delimited, each document as `create` under the id of its record. An id that
 * exists is answered by 409 for that item: it was stored by an earlier try.
 */
export function elasticsearchSink({ url, authorization, index, fetch }: SinkOptions & { readonly index: string }): Sink {
  return {
    name: 'elasticsearch',
    async store(lines, signal) {
      const body = lines.map(({ envelope, text }) => `${JSON.stringify({ create: { _id: envelope.id } })}\n${JSON.stringify({ ...(JSON.parse(text) as object), '@timestamp': envelope.time })}\n`).join('');
      const headers = { 'content-type': 'application/x-ndjson', ...(authorization === undefined ? {} : { authorization }) };
      const response = await fetch(`${url.replace(/\/$/, '')}/${encodeURIComponent(index)}/_bulk`, { method: 'POST', headers, body, signal, redirect: 'error' });
      if (!response.ok) {
        await response.body?.cancel();
        throw new SinkError(`Elasticsearch answered ${response.status} to a bulk of ${lines.length} records`);
      }
      const answer = BulkAnswer.safeParse(await response.json().catch(() => undefined));
      if (!answer.success || answer.data.items.length !== lines.length) throw new SinkError('Elasticsearch answered something else than one result for each record');
      const refused = answer.data.items.filter(({ create: { status } }) => status !== 409 && (status < 200 || status > 299));
      if (refused.length > 0) throw new SinkError(`Elasticsearch stored ${lines.length - refused.length} of ${lines.length} records; the first refusal was ${refused[0]?.create.status}`);
    },
  };
}
