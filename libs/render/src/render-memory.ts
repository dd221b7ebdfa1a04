import { digestOf, PermanentError } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';

/** Everything that decides what a program prints. */
export interface RenderInput {
  readonly args: readonly string[];
  readonly files: ReadonlyMap<string, string>;
}

export interface RenderMemory {
  /** Runs `render` unless it was run for the same input before, or runs just now. */
  recall(input: RenderInput, render: () => Promise<readonly KubeObject[]>): Promise<readonly KubeObject[]>;
}

/** Beyond that many renders the one that was used longest ago is forgotten. */
const REMEMBERED = 128;

/** The same files and arguments give the same objects, or the same complaint: a program is started once for them. */
export function renderMemory(): RenderMemory {
  const known = new Map<string, Promise<readonly KubeObject[]>>();
  return {
    recall(input, render) {
      const key = digestOf([input.args, [...input.files].sort(([a], [b]) => (a < b ? -1 : 1))]);
      const before = known.get(key);
      if (before) known.delete(key);
      const answer = before ?? render();
      known.set(key, answer);
      if (!before) answer.catch((error: unknown) => isLasting(error) || known.delete(key));
      for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - REMEMBERED))) known.delete(oldest);
      return answer;
    },
  };
}

/** What the program itself said of its input. That it was ended, for time or from outside, may be otherwise the next time. */
function isLasting(error: unknown): boolean {
  return error instanceof PermanentError && error.reason === 'RenderFailed' && error.cause !== undefined;
}
