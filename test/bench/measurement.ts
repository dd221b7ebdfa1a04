/** One thing that was measured, several times, against its budget. */
export interface Measurement {
  readonly name: string;
  /** Milliseconds of wall clock, one per run. */
  readonly runs: readonly number[];
  /** Of these, how many a renderer's process was running, one per run; left out where none runs. */
  readonly renderers?: readonly number[] | undefined;
  /** Milliseconds of processor time that this process itself took, one per run: what other load on the machine does not blur. */
  readonly cpu: readonly number[];
  /** Milliseconds; the median has to stay within. */
  readonly budget: number;
  readonly note: string;
}

/** Something that could not be measured, and why. */
export interface Missing {
  readonly name: string;
  readonly missing: string;
}

export type Row = Measurement | Missing;

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new RangeError('nothing was measured, so there is no median');
  return (low + high) / 2;
}

/** What was not measured keeps no budget. */
export function isWithin(row: Row): boolean {
  return !('missing' in row) && median(row.runs) <= row.budget;
}

/** Wall clock and processor time of some work. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly took: number; readonly cpu: number; readonly value: T }> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { took: performance.now() - start, cpu: (user + system) / 1000, value };
}
