import { readFileSync, writeFileSync } from 'node:fs';
import { isPermanent } from '@fleetmend/kernel';

const TRIES = 20;
const STEP = 20;

/**
 * Listens on the port of last time, else on the first free one from `first` on, and remembers it: what was printed once
 * stays true over restarts.
 */
export async function onKeptPort<T>(input: { readonly file: string; readonly name: string; readonly first: number; readonly listen: (port: number) => Promise<T> }): Promise<T> {
  const { file, name, first, listen } = input;
  const kept = readPorts(file);
  const candidates = [...(kept[name] === undefined ? [] : [kept[name]]), ...Array.from({ length: TRIES }, (_, index) => first + index * STEP)];
  for (const port of candidates) {
    const listening = await tried(() => listen(port));
    if (listening === undefined) continue;
    writeFileSync(file, `${JSON.stringify({ ...readPorts(file), [name]: port })}\n`);
    return listening.value;
  }
  return listen(0);
}

async function tried<T>(run: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
  try {
    return { value: await run() };
  } catch (error) {
    if (isPermanent(error) && error.reason === 'PortInUse') return undefined;
    throw error;
  }
}

/** A damaged note only costs the old numbers. */
function readPorts(file: string): Readonly<Record<string, number>> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  } catch {
    return {};
  }
}
