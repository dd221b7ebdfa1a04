import type { Duration } from '@fleetmend/kernel';
import type { FailureClass, KubeObject } from '@fleetmend/model';

/** Reads an observation's lines: see `observe.ts`. */
export type Settled = readonly RegExp[];

/** One failure shape that must look the same in every world. */
export interface ParityCase {
  /** Also the end of its namespace's name, in both worlds. */
  readonly name: string;
  /** What detectors make of it; `none` where they see no failure, `refused` where the API takes no object that could fail. */
  readonly class: FailureClass | 'none' | 'refused';
  /** Created in order, in the case's own namespace unless they are cluster-scoped. */
  readonly manifests: readonly KubeObject[];
  /**
   * Written after `manifests` have settled as `after` says of `look` (the case's own where it is left out); each replaces the object
   * of its name, where there is one. Without it the case is one single state of the world.
   */
  readonly later?: { readonly look?: string; readonly after: Settled; readonly manifests: readonly KubeObject[] };
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** Created before everything else, and then waited for: `probe` is created as a dry run until the answer matches. */
  readonly guard?: { readonly manifests: readonly KubeObject[]; readonly probe: KubeObject; readonly answer: RegExp };
  /** `Kind/name` of the object to look at; what it owns is looked at, too. */
  readonly look: string;
  /** Every pattern has a line that matches it. */
  readonly settled: Settled;
  /** And no line matches this: what lingers from the moment before. */
  readonly without?: RegExp;
  /** Look only after that much more time: for shapes whose sign is that nothing happens. */
  readonly rest?: Duration;
  /** What the only node looks like meanwhile. Cases with the same one are played at the same time, apart from the others. */
  readonly node?: 'tainted' | 'cordoned';
  /** Lines that only one world has, and why that is as it must be. Each must be there, or it is to be taken out of the list. */
  readonly accepted?: readonly AcceptedDifference[];
}

export interface AcceptedDifference {
  readonly only: 'sandbox' | 'real';
  readonly line: RegExp;
  readonly why: string;
}

export const namespaceOf = ({ name }: Pick<ParityCase, 'name'>): string => `parity-${name}`;
