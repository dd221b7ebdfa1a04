import { availableParallelism } from 'node:os';
import { PermanentError, boundedCache, digestOf } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';

/** Everything that decides what a program prints. */
export interface RenderInput {
  /** What tells this very program from another version of it. */
  readonly program: string;
  readonly args: readonly string[];
  readonly files: ReadonlyMap<string, string>;
}

export interface Rendering {
  readonly objects: readonly KubeObject[];
  /** Length of the text that they were read from. */
  readonly size: number;
}

export interface RenderMemory {
  /** Runs `render` unless it was run for the same input before, or runs just now. */
  recall(input: RenderInput, render: () => Promise<Rendering>): Promise<readonly KubeObject[]>;
}

type Outcome = { readonly objects: readonly KubeObject[] } | { readonly error: unknown };

/** Characters of output that are kept; beyond them the render that was used longest ago is forgotten. Objects take some ten times that. */
const REMEMBERED = 16 * 1024 * 1024;
/** What an entry weighs beside its text. */
const ENTRY = 500;

/** The same program, files and arguments give the same objects, or the same complaint: a program is started once for them. */
export function renderMemory({ remembered = REMEMBERED, jobs = availableParallelism() }: { readonly remembered?: number; readonly jobs?: number } = {}): RenderMemory {
  const known = boundedCache<Outcome>(remembered);
  const running = new Map<string, Promise<readonly KubeObject[]>>();
  const inTurn = atMost(jobs);

  const run = async (key: string, render: () => Promise<Rendering>): Promise<readonly KubeObject[]> => {
    try {
      const { objects, size } = await inTurn(render);
      known.set(key, { objects }, size + ENTRY);
      return objects;
    } catch (error) {
      if (isLasting(error)) known.set(key, { error }, ENTRY);
      throw error;
    } finally {
      running.delete(key);
    }
  };

  return {
    async recall({ program, args, files }, render) {
      const key = digestOf([program, args, [...files].sort(([a], [b]) => (a < b ? -1 : 1))]);
      const before = known.get(key);
      if (before && 'error' in before) throw before.error;
      if (before) return before.objects;
      const answer = running.get(key) ?? run(key, render);
      running.set(key, answer);
      return answer;
    },
  };
}

/** What the program itself said of its input. That it was ended, for time or from outside, may be otherwise the next time. */
function isLasting(error: unknown): boolean {
  return error instanceof PermanentError && error.reason === 'RenderFailed' && error.cause !== undefined;
}

/** So many at a time: hundreds of programs side by side would all take longer than their time limit. */
function atMost(jobs: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return async (work) => {
    if (busy >= jobs) await new Promise<void>((go) => waiting.push(go));
    else busy += 1;
    try {
      return await work();
    } finally {
      // Whoever waits takes over the place.
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    }
  };
}
