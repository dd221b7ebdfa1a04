import type { Files } from '@fleetmend/sandbox';

/** Changed files as removed and added lines around what both begin and end with. */
export function diffOf(before: Files, after: Files): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    if (was === is) return [];
    const [old, now] = [was?.split('\n') ?? [], is?.split('\n') ?? []];
    const start = sharedLines(old, now);
    const end = Math.min(sharedLines(old.toReversed(), now.toReversed()), Math.min(old.length, now.length) - start);
    return [`${path}:${start + 1}`, ...old.slice(start, old.length - end).map((line) => `-${line}`), ...now.slice(start, now.length - end).map((line) => `+${line}`)];
  });
}

function sharedLines(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((line, at) => line !== b[at]);
  return index < 0 ? Math.min(a.length, b.length) : index;
}
