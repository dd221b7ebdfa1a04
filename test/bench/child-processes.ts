import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { basename } from 'node:path';

/** Time during which at least one child process of that program ran, and how many were started. */
export interface ProgramTime {
  readonly started: number;
  readonly milliseconds: number;
}

export interface ProcessWatch {
  /** Programs by name since the last call. */
  take(): ReadonlyMap<string, ProgramTime>;
  stop(): void;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Watches every child process of this one, by the channel that Node itself tells of them on. */
export function watchProcesses(): ProcessWatch {
  const spans = new Map<string, Span[]>();
  const started = (message: unknown): void => {
    const child = (message as { readonly process: ChildProcess }).process;
    const from = performance.now();
    child.once('exit', () => {
      const name = basename(child.spawnfile);
      spans.set(name, [...(spans.get(name) ?? []), { from, to: performance.now() }]);
    });
  };
  subscribe('child_process', started);
  return {
    take() {
      const taken = new Map([...spans].map(([name, all]) => [name, { started: all.length, milliseconds: covered(all) }]));
      spans.clear();
      return taken;
    },
    stop: () => void unsubscribe('child_process', started),
  };
}

/** Length of what the spans cover together: what ran side by side counts once. */
export function covered(spans: readonly Span[]): number {
  let total = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}
