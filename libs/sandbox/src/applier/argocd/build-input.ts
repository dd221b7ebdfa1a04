import { PermanentError } from '@fleetmend/kernel';
import type { ClusterObjects } from '../../objects.ts';
import type { Application, ApplicationSource } from './shapes.ts';

/** A source with the files of its commit. */
export interface FetchedSource {
  readonly source: ApplicationSource;
  readonly revision: string;
  readonly files: ReadonlyMap<string, string>;
}

export interface BuildInput {
  readonly application: Application;
  readonly fetched: FetchedSource;
  readonly folder: string;
  readonly target: ClusterObjects;
  /** Sources that others name by `$ref/…`. */
  readonly refs: ReadonlyMap<string, FetchedSource>;
}

/** A refusal in the form of the repo-server's answers. */
export function refusedBy(code: 'Unknown' | 'FailedPrecondition', message: string): PermanentError {
  return new PermanentError('ComparisonError', `rpc error: code = ${code} desc = ${message}`);
}
