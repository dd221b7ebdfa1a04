import type { KubectlOutput } from './play.ts';

/** First words of the lines that every one of the outputs has: resources, or group versions, that all worlds serve. */
export const servedByAll = (worlds: readonly (readonly KubectlOutput[])[]): ReadonlySet<string> => {
  const listed = worlds.map((outputs) => {
    const lines = outputs.filter(({ command }) => command.compare === 'served-kinds').flatMap(({ stdout }) => stdout.split('\n'));
    return new Set(lines.map((line) => line.trim().split(/\s+/)[0] ?? ''));
  });
  const [first = new Set<string>(), ...others] = listed;
  return new Set([...first].filter((word) => word !== '' && others.every((words) => words.has(word))));
};
