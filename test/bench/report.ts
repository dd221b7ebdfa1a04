import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { isWithin, median, type Row } from './measurement.ts';

export interface Hardware {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

export function readHardware(): Hardware {
  return { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism(), memoryGiB: Math.round(totalmem() / 2 ** 30), system: `${platform()} ${arch()}`, node: process.version };
}

export function renderHardware({ cpu, cores, memoryGiB, system, node }: Hardware): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}`;
}

/** A table for people. `ours` is what is left of a run without its renderers, `CPU` what this process computed. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    if ('missing' in row) return [row.name, 'not measured', '', '', '', '', row.missing];
    const { runs, cpu, renderers = runs.map(() => 0) } = row;
    const ours = runs.map((run, at) => run - (renderers[at] ?? 0));
    return [row.name, time(median(runs)), row.renderers ? time(median(renderers)) : '–', time(median(ours)), time(median(cpu)), `≤ ${time(row.budget)}`, `${isWithin(row) ? 'kept' : 'MISSED'}; ${row.note}`];
  });
  const all = [['what', 'median', 'renderers', 'ours', 'CPU', 'budget', ''], ...lines];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  const isText = (column: number) => column === 0 || column === widths.length - 1;
  return all.map((line) => line.map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd()).join('\n');
}

function time(milliseconds: number): string {
  return milliseconds < 10_000 ? `${milliseconds < 100 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** One JSON object, for `--json`. */
export function renderJson({ rows, hardware, applications }: { readonly rows: readonly Row[]; readonly hardware: Hardware; readonly applications: number }): string {
  const measured = rows.map((row) =>
    'missing' in row
      ? { ...row, kept: false }
      : { name: row.name, medianMs: round(median(row.runs)), renderersMs: row.renderers && round(median(row.renderers)), cpuMs: round(median(row.cpu)), budgetMs: row.budget, kept: isWithin(row), note: row.note, runsMs: row.runs.map(round) },
  );
  return JSON.stringify({ kept: rows.every(isWithin), applications, hardware, rows: measured });
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
