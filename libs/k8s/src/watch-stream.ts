import type { KubeObject } from '@fleetmend/model';

/** One line of a watch. `ERROR` carries a Status instead of an object. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** The stream broke inside a line, or a line was not a watch event. Nothing after the last good event has been seen. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
}

/** More than the largest object that the API server accepts, several times over: whoever sends that is not an API server. */
const LONGEST_LINE = 32 * 1024 * 1024;

/**
 * The events of a watch response, as they arrive. Ends when the server ends the stream between two lines.
 * @throws BrokenStreamError; the signal's reason, at once when it is aborted.
 */
export async function* readWatch(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<WatchEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const cancel = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await read(reader, signal);
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) throw new BrokenStreamError(`a watch line is longer than ${LONGEST_LINE} characters`);
      for (const line of lines) if (line.trim() !== '') yield parseEvent(line);
    }
    if (rest.trim() !== '') throw new BrokenStreamError('the watch stream ended inside a line');
  } finally {
    signal.removeEventListener('abort', cancel);
    await reader.cancel().catch(() => undefined);
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>, signal: AbortSignal) {
  signal.throwIfAborted();
  try {
    return await reader.read();
  } catch (cause) {
    throw new BrokenStreamError(`the watch stream broke: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    signal.throwIfAborted();
  }
}

function parseEvent(line: string): WatchEvent {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event === 'object' && event !== null && 'type' in event && 'object' in event && typeof event.object === 'object' && event.object !== null) return event as WatchEvent;
  } catch (cause) {
    throw new BrokenStreamError(`a watch line is not JSON: ${line.slice(0, 80)}`, { cause });
  }
  throw new BrokenStreamError(`a watch line is not an event: ${line.slice(0, 80)}`);
}
