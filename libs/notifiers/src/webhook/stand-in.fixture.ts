import { standInServer, type Asked, type StandInServer } from '../stand-in-server.fixture.ts';

export interface Receiver extends StandInServer {
  messages(): readonly string[];
}

/** Somebody's endpoint: takes CloudEvents in structured mode (CloudEvents 1.0, HTTP binding) and knows one by its idempotency key. */
export async function receiver(): Promise<Receiver> {
  const events = new Map<string, string>();
  const server = await standInServer(({ method, headers, body, text }: Asked) => {
    const { specversion, id, source, type } = body as Readonly<Record<string, unknown>>;
    if (method !== 'POST' || !headers['content-type']?.startsWith('application/cloudevents+json') || specversion !== '1.0' || !id || !source || !type) return { status: 400 };
    events.set(String(headers['idempotency-key']), text);
    return { status: 204 };
  });
  return Object.assign(server, { messages: () => [...events.values()] });
}
