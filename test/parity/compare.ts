import type { Observation } from './observe.ts';
import type { AcceptedDifference } from './parity-case.ts';

export interface Comparison {
  /** Lines that only one world has, and that nobody accepted. */
  readonly onlySandbox: Observation;
  readonly onlyReal: Observation;
  /** Accepted differences that are none. */
  readonly stale: readonly AcceptedDifference[];
}

export function compare(sandbox: Observation, real: Observation, accepted: readonly AcceptedDifference[] = []): Comparison {
  const lacking = (from: Observation, other: Observation): Observation => from.filter((line) => !other.includes(line));
  const raw = { sandbox: lacking(sandbox, real), real: lacking(real, sandbox) };
  const rest = (world: 'sandbox' | 'real'): Observation => raw[world].filter((line) => !accepted.some(({ only, line: pattern }) => only === world && pattern.test(line)));
  return {
    onlySandbox: rest('sandbox'),
    onlyReal: rest('real'),
    stale: accepted.filter(({ only, line }) => !raw[only].some((one) => line.test(one))),
  };
}

export const isEqual = ({ onlySandbox, onlyReal }: Comparison): boolean => onlySandbox.length + onlyReal.length === 0;

/** What a failing container or object mainly is, for the table: the first of these that a world shows. */
const MAIN_SIGNS = [/^refused \w+/, / waiting (?!ContainerCreating|PodInitializing)(\w+)/, / condition PodScheduled False \w+/, /^event \w+ .* (Failed\w+) \(/, / condition \w+ (?:False|Unknown) (\w+)/, / terminated \d+ \w+/, / phase \w+/, / condition \w+ \w+ \w+/];

export function mainSign(seen: Observation | undefined): string {
  if (!seen) return 'not recorded';
  for (const sign of MAIN_SIGNS) {
    const found = seen.map((line) => sign.exec(line)).find((match) => match !== null);
    if (found) return (found[1] ?? found[0]).trim();
  }
  return seen.length === 0 ? 'nothing' : `${seen.length} lines`;
}
