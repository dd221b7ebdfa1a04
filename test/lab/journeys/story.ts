/** Prints what happened and when, in seconds since the story began. */
export interface Story {
  tell(what: string): void;
  /** All that was told, in order. */
  readonly lines: readonly string[];
}

export const startStory = (title: string): Story => {
  const began = performance.now();
  const lines: string[] = [];
  process.stdout.write(`\n${title}\n`);
  return {
    lines,
    tell(what) {
      const line = `${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${what}`;
      lines.push(line);
      process.stdout.write(`${line}\n`);
    },
  };
};
