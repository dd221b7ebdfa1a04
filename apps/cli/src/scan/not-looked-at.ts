import type { Detector } from '@fleetmend/plugin-api';

/** A kind that may not be read, and what that keeps from being seen. */
export interface NotLookedAt {
  readonly resource: string;
  /** Detectors that look for trouble in that kind: of it they could not say anything. */
  readonly silent: readonly string[];
  /** Detectors that only read it to say more. */
  readonly saidLess: readonly string[];
}

/** What a watch that never got through keeps from being seen. A kind that the cluster does not have keeps nothing. */
export function notLookedAt(watches: readonly { readonly resource: string; readonly state: string }[], detectors: readonly Detector[]): readonly NotLookedAt[] {
  return watches
    .filter(({ state }) => state !== 'synced' && state !== 'absent')
    .map(({ resource }) => {
      const readers = detectors.flatMap((detector) => detector.reads.filter((read) => read.resource === resource).map(({ kind }) => ({ name: detector.kind, inspects: detector.inspects.includes(kind) })));
      const named = (inspects: boolean) => [...new Set(readers.filter((reader) => reader.inspects === inspects).map(({ name }) => name))].toSorted();
      return { resource, silent: named(true), saidLess: named(false).filter((name) => !named(true).includes(name)) };
    })
    .toSorted((a, b) => a.resource.localeCompare(b.resource));
}
