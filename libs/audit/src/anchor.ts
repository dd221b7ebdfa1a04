import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, PermanentError, renderTime, type Clock, type Duration } from '@fleetmend/kernel';
import { SignedCheckpoint, type CheckpointSigner } from './checkpoint.ts';
import type { ChainEnd } from './envelope.ts';
import { readTrail } from './read-trail.ts';

/** Where checkpoints are kept, in one file of lines: somewhere that whoever can change the trail cannot change. */
export interface AnchorPlace {
  /** Named in messages. */
  readonly name: string;
  /** All lines so far; empty: none. @throws PermanentError `AnchorUnusable` when no retry helps. */
  read(): Promise<string>;
  append(line: string): Promise<void>;
}

export interface AnchorOptions {
  /** The trail, and where its chain stands on disk. */
  readonly file: string;
  readonly end: () => ChainEnd;
  readonly writer: string;
  readonly place: AnchorPlace;
  readonly signer: CheckpointSigner;
  readonly every: Duration;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

export interface Anchor {
  /** Why the last checkpoint could not be put there; undefined: it was. */
  behind(): string | undefined;
  /** Puts a last checkpoint there. */
  stop(): Promise<void>;
}

/** The file of one writer's checkpoints: lines of JSON, oldest first. */
export const anchorName = (writer: string): string => `checkpoints-${writer}.jsonl`;

/** A folder: another machine's, or a volume that only grows. */
export function folderPlace(folder: string, writer: string): AnchorPlace {
  const file = join(folder, anchorName(writer));
  return {
    name: file,
    async read() {
      try {
        await mkdir(folder, { recursive: true });
        await (await open(file, 'a', 0o644)).close();
        return await readFile(file, 'utf8');
      } catch (error) {
        throw new PermanentError('AnchorUnusable', `the folder ${folder} for checkpoints of the audit trail cannot be written: ${messageOf(error)}; mount it, or name another one in hub.audit.anchor.folder`, { cause: error });
      }
    },
    async append(line) {
      const handle = await open(file, 'a', 0o644);
      try {
        await handle.appendFile(line);
        await handle.datasync();
      } finally {
        await handle.close();
      }
    },
  };
}

/**
 * Writes down outside, again and again, where the chain stands. Before the first, the trail is held against the last checkpoint that is
 * there: a trail that was cut while nobody looked is not gone on with as if nothing had been.
 * @throws PermanentError `AuditCut`, `AnchorUnusable`.
 */
export async function startAnchor(options: AnchorOptions): Promise<Anchor> {
  const { clock, every, warn, end, place } = options;
  let anchored = await checkAgainst(options);
  let trouble: string | undefined;
  const stopping = new AbortController();

  async function put(): Promise<void> {
    const now = end();
    if (now.sequence === anchored) return;
    const line = `${JSON.stringify(options.signer.sign({ writer: options.writer, end: now, time: renderTime(clock.now()) }))}\n`;
    await place.append(line);
    anchored = now.sequence;
  }

  async function tryPut(): Promise<void> {
    try {
      await put();
      trouble = undefined;
    } catch (error) {
      const first = trouble === undefined;
      trouble = `no checkpoint of the audit trail could be put into ${place.name}: ${messageOf(error)}`;
      if (first) warn(`${trouble}; it is tried again, and nothing is merged by the hub until then`);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await tryPut();
      await clock.sleep(every, stopping.signal).catch(() => undefined);
    }
  }

  const running = run();
  return {
    behind: () => trouble,
    async stop() {
      stopping.abort();
      await running;
      await tryPut();
    },
  };
}

/** The sequence of the last checkpoint; 0: there is none. */
async function checkAgainst({ file: trail, end, place }: AnchorOptions): Promise<number> {
  const last = (await place.read()).split('\n').filter(Boolean).at(-1);
  if (last === undefined) return 0;
  const read = SignedCheckpoint.safeParse(safeJson(last));
  if (!read.success) throw new PermanentError('AnchorUnusable', `the last line of ${place.name} is no checkpoint: keep it for the investigation, and move it away to begin anew`);
  const { sequence, hash } = read.data.checkpoint;
  const found = sequence === end().sequence ? end().hash : await hashAt(trail, sequence);
  if (found === hash) return sequence;
  throw new PermanentError('AuditCut', `the audit trail ${trail} ${found === undefined ? `ends with record ${end().sequence}, and record ${sequence} was there once` : `holds another record ${sequence} than the one that was there once`}: it was cut off or replaced. Put it back, or keep both for the investigation and move ${place.name} away to begin anew`);
}

async function hashAt(trail: string, sequence: number): Promise<string | undefined> {
  for await (const record of readTrail(trail)) if (record.sequence === sequence) return record.hash;
  return undefined;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
