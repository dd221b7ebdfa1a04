import picomatch from 'picomatch';

/** True when some glob allows the path and no later `!glob` takes it away; the last match wins, as in ignore files. */
export function isEditable(path: string, globs: readonly string[]): boolean {
  let allowed = false;
  for (const glob of globs) {
    const negated = glob.startsWith('!');
    if (picomatch.isMatch(path, negated ? glob.slice(1) : glob, { dot: true })) allowed = !negated;
  }
  return allowed;
}
