import { EndpointTrouble } from '../../model-tier/chat-endpoint.ts';

/** No answer that is worth reading is longer. */
const LONGEST_BODY = 1_048_576;

/**
 * A fetch that follows no redirect (the key must not travel to another host) and hands over whole, bounded JSON only:
 * a page of HTML from a proxy in between, or a body without end, is an `EndpointTrouble` instead.
 */
export function boundedFetch(send: typeof globalThis.fetch, where: string): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await send(input, { ...init, redirect: 'error' });
    const text = await readBounded(response, where);
    // An error may come with any body: its status says enough.
    if (response.ok && !isJson(text)) throw new EndpointTrouble('NotJson', `${where} answered ${/^\s*</.test(text) ? 'a page of HTML' : 'something'} instead of JSON: check baseURL, and proxies in between`);
    return new Response(text, { status: response.status, statusText: response.statusText, headers: response.headers });
  };
}

async function readBounded({ body }: Response, where: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new EndpointTrouble('NotJson', `${where} answered with more than ${LONGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
