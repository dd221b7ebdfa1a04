import { asked, tokenWanted } from './token.ts';

export interface HubEvent {
  readonly type: string;
  readonly data: string;
}

/** How long the page waits before it asks again. */
const AGAIN_AFTER = 3_000;

export interface Listener {
  readonly opened: () => void;
  readonly lost: () => void;
  readonly event: (event: HubEvent) => void;
}

/** The hub's stream of events, for ever. A browser's own EventSource can send no token. */
export async function listen({ opened, lost, event }: Listener): Promise<never> {
  for (;;) {
    try {
      const response = await fetch('/api/events', { headers: asked('text/event-stream') });
      if (response.status === 401) tokenWanted.value = true;
      if (!response.ok || !response.body) throw new Error(`the hub answered ${response.status}`);
      opened();
      const decoder = new TextDecoder();
      let rest = '';
      const reader = response.body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const { events, unread } = parseEvents(rest + decoder.decode(part.value, { stream: true }));
        rest = unread;
        events.forEach(event);
      }
    } catch {
      // Whatever it was, the next try says whether it is over; the page shows that it hears nothing.
    }
    lost();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
  }
}

/** Whole events of a piece of the stream, and the beginning of the next one. */
export function parseEvents(text: string): { readonly events: readonly HubEvent[]; readonly unread: string } {
  const parts = text.replaceAll('\r\n', '\n').split('\n\n');
  const unread = parts.pop() ?? '';
  const events = parts.flatMap((part): readonly HubEvent[] => {
    const lines = part.split('\n');
    const of = (field: string) => lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).replace(/^ /, ''));
    const data = of('data').join('\n');
    return data === '' ? [] : [{ type: of('event')[0] ?? 'message', data }];
  });
  return { events, unread };
}
