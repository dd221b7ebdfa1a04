import picomatch from 'picomatch';

/** True when some glob of a RepoBinding allows the path and no later `!glob` takes it away; the last match wins, as in ignore files. */
export function isEditable(path: string, globs: readonly string[]): boolean {
  return globs.reduce((allowed, glob) => {
    const negated = glob.startsWith('!');
    return picomatch.isMatch(path, negated ? glob.slice(1) : glob, { dot: true }) ? !negated : allowed;
  }, false);
}
