import { mkdirSync, readFileSync, renameSync, rmSync, linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';

export interface Lock {
  release(): void;
}

const holderOf = (file: string): ProcessIdentity | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
};

/**
 * Takes a lock at once, or says who holds it. A lock whose holder has died is taken over.
 *
 * The file appears complete (written aside, then linked), so that a reader never sees a lock without a holder.
 */
export const tryLock = (folder: string, name: string): Lock | ProcessIdentity => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.lock`);
  const mine = `${file}.${process.pid}`;
  const self = identify(process.pid);
  if (!self) throw new Error(`cannot read the start time of process ${process.pid}: the lab needs a mounted /proc`);
  writeFileSync(mine, JSON.stringify(self));
  try {
    for (;;) {
      try {
        linkSync(mine, file);
        return { release: () => rmSync(file, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = holderOf(file);
      if (holder && isRunning(holder)) return holder;
      // Renamed before it is removed: of two that find the same dead holder only one moves the file away.
      const stale = `${mine}.stale`;
      try {
        renameSync(file, stale);
      } catch {
        continue;
      }
      rmSync(stale, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
};

export const isLock = (result: Lock | ProcessIdentity): result is Lock => 'release' in result;

/** Waits for the lock; `onWait` is told once who holds it. */
export const lock = async (folder: string, name: string, onWait: (holder: ProcessIdentity) => void): Promise<Lock> => {
  for (let told = false; ; ) {
    const result = tryLock(folder, name);
    if (isLock(result)) return result;
    if (!told) onWait(result);
    told = true;
    await pause(500);
  }
};
