import { open, type FileHandle } from 'node:fs/promises';
import { messageOf, PermanentError, renderTime, type Clock } from '@fleetmend/kernel';
import type { Audit, AuditRecord } from '@fleetmend/ports';
import { EMPTY_CHAIN, renderLine, sealRecord, type ChainEnd } from './envelope.ts';
import { problemOf, readEnvelope } from './verify-audit.ts';

export interface FileAudit extends Audit {
  /** Where the chain stands on disk. */
  end(): ChainEnd;
  /** Writes what waits, then closes the file. */
  close(): Promise<void>;
}

export interface FileAuditOptions {
  readonly file: string;
  readonly clock: Clock;
  /** Who writes this chain: one chain per writer and file. */
  readonly writer: string;
}

interface Waiting {
  readonly record: AuditRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const TAIL = 256 * 1024;

/**
 * The embedded trail: JSON lines, each with the hash of the one before. A record is acknowledged after it was synced to disk;
 * records that arrive meanwhile share the next sync. A last line that a crash cut off was never acknowledged and is dropped.
 * @throws PermanentError `AuditUnwritable`, or `AuditCorrupt` when the last whole line is not a valid record.
 */
export async function openFileAudit({ file, clock, writer }: FileAuditOptions): Promise<FileAudit> {
  const handle = await open(file, 'a+', 0o600).catch((error: unknown) => {
    throw new PermanentError('AuditUnwritable', `the audit trail ${file} cannot be opened: ${messageOf(error)}; check that its folder exists and may be written`, { cause: error });
  });
  const { end: found, size: whole } = await readEnd(handle, file).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  let end = found;
  let size = whole;
  let queue: Waiting[] = [];
  let writing: Promise<void> = Promise.resolve();
  let closed = false;

  async function flush(): Promise<void> {
    const batch = queue;
    queue = [];
    if (batch.length === 0) return;
    let next = end;
    let text = '';
    for (const { record } of batch) {
      const envelope = sealRecord({ record, end: next, writer, time: renderTime(clock.now()) });
      next = { sequence: envelope.sequence, hash: envelope.hash };
      text += renderLine(envelope);
    }
    try {
      await handle.appendFile(text);
      await handle.datasync();
      end = next;
      size += Buffer.byteLength(text);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // Half a batch on disk would break the chain of the next one.
      await handle.truncate(size).catch(() => undefined);
      for (const { reject } of batch) reject(error);
    }
  }

  return {
    end: () => end,
    record: (record) =>
      new Promise<void>((resolve, reject) => {
        if (closed) return reject(new Error(`the audit trail ${file} is closed`));
        queue.push({ record, resolve, reject });
        if (queue.length === 1) writing = writing.then(flush);
      }),
    async close() {
      closed = true;
      await writing;
      await handle.close();
    },
  };
}

/** The end of the chain on disk, and the size of the file up to there; what a crash left after it is cut off. */
async function readEnd(handle: FileHandle, file: string): Promise<{ readonly end: ChainEnd; readonly size: number }> {
  const { size } = await handle.stat();
  const start = Math.max(0, size - TAIL);
  const buffer = Buffer.alloc(size - start);
  await handle.read(buffer, 0, buffer.length, start);
  const lastBreak = buffer.lastIndexOf(0x0a);
  const whole = start + lastBreak + 1;
  if (whole < size) await handle.truncate(whole);
  if (lastBreak < 0) return { end: EMPTY_CHAIN, size: whole };
  const text = buffer.subarray(buffer.lastIndexOf(0x0a, lastBreak - 1) + 1, lastBreak).toString('utf8');
  const last = readEnvelope(text);
  const problem = last ? problemOf(text, { sequence: last.sequence - 1, hash: last.previous }) : 'its last line is not a record';
  if (!last || problem !== undefined) {
    throw new PermanentError('AuditCorrupt', `the audit trail ${file} is damaged: ${problem ?? ''}; keep it for the investigation, move it away, and a new chain will be started`);
  }
  return { end: { sequence: last.sequence, hash: last.hash }, size: whole };
}
