import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { backoff, messageOf, minutes, seconds, type Clock, type Random } from '@fleetmend/kernel';
import type { Line, Sink } from './sinks.ts';
import { readEnvelope } from './verify-audit.ts';

export interface OutboxOptions {
  /** The trail, which another part of this process appends to. */
  readonly file: string;
  /** Where it is kept how far this sink has come. */
  readonly cursorFile: string;
  readonly sink: Sink;
  readonly clock: Clock;
  readonly random: Random;
  readonly warn: (message: string) => void;
}

export interface Outbox {
  /** Why the copy is not complete; undefined when the sink holds all that could be read at the last look and nothing failed since. */
  behind(): string | undefined;
  stop(): Promise<void>;
}

const LOOK = seconds(1);
const TIMEOUT = seconds(20);
const CHUNK = 1024 * 1024;
const RETRY = { initial: seconds(1), max: minutes(5) };

/**
 * Copies the trail to a sink, at least once and in order: the place is written down after a batch was stored, so that a crash between the two
 * sends it again. Whoever writes the trail never waits for it.
 */
export function startOutbox({ file, cursorFile, sink, clock, random, warn }: OutboxOptions): Outbox {
  const stopping = new AbortController();
  let trouble: string | undefined = `the audit trail has not been copied to ${sink.name} yet`;

  async function run(): Promise<void> {
    let cursor: number | undefined;
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        cursor ??= await readCursor(cursorFile);
        const { lines, end } = await readLines(file, cursor);
        if (lines.length > 0) {
          await sink.store(lines, AbortSignal.any([stopping.signal, AbortSignal.timeout(TIMEOUT)]));
          await writeCursor(cursorFile, end);
          cursor = end;
        } else {
          trouble = undefined;
          await clock.sleep(LOOK, stopping.signal);
        }
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        trouble = `the audit trail is not copied to ${sink.name}: ${messageOf(error)}`;
        if (failures === 1) warn(`${trouble}; it is tried again, and nothing is merged by the hub until then`);
        await clock.sleep(backoff(failures, random, RETRY), stopping.signal).catch(() => undefined);
      }
    }
  }

  const running = run();
  return {
    behind: () => trouble,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Whole lines from there on; a last line that is still being written waits. */
async function readLines(file: string, from: number): Promise<{ readonly lines: readonly Line[]; readonly end: number }> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (size < from) throw new Error(`${file} is shorter than what was copied of it: it was cut off or replaced; run \`fleetmend audit verify\``);
    for (let length = CHUNK; ; length *= 2) {
      const buffer = Buffer.alloc(Math.min(length, size - from));
      await handle.read(buffer, 0, buffer.length, from);
      const whole = buffer.lastIndexOf(0x0a) + 1;
      if (whole === 0 && buffer.length < size - from) continue;
      const texts = buffer.subarray(0, whole).toString('utf8').split('\n').slice(0, -1);
      return { lines: texts.map((text) => lineOf(text, file)), end: from + whole };
    }
  } finally {
    await handle.close();
  }
}

function lineOf(text: string, file: string): Line {
  const envelope = readEnvelope(text);
  if (!envelope) throw new Error(`${file} holds a line that is no record; run \`fleetmend audit verify\``);
  return { envelope, text };
}

async function readCursor(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '0';
    throw error;
  });
  // Sending everything again is harmless; skipping is not.
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : 0;
}

async function writeCursor(file: string, at: number): Promise<void> {
  await writeFile(`${file}.new`, String(at), { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}
