import { readFileSync } from 'node:fs';

/** A process that cannot be confused with a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot at which it started (`/proc/PID/stat`, field 22). */
  readonly started: string;
}

const startTicks = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command (field 2) is in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    return state === 'Z' || state === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
};

/** What is running under this number now, or undefined when nothing is (a zombie counts as nothing). */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const started = startTicks(pid);
  return started === undefined ? undefined : { pid, started };
};

export const isRunning = (process: ProcessIdentity): boolean => startTicks(process.pid) === process.started;
