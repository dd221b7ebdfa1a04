import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { features, type Feature, type Proof } from './features.ts';

/** The part of vitest's JSON report that is read. */
interface Report {
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[] }[];
}

/** What ran, by its file from the root. */
export type Ran = ReadonlyMap<string, readonly { readonly fullName: string; readonly status: string }[]>;

/** Where it is written down what the last full run proved: `docs/proofs.json`. */
export const PROOFS_FILE = 'docs/proofs.json';

/** Every test of the reports that stand in `.test-reports`. */
export function readReports(root: string): Ran {
  const dir = join(root, '.test-reports');
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.json')) : [];
  const reports = names.map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as Report);
  return new Map(reports.flatMap(({ testResults }) => testResults.map(({ name, assertionResults }) => [relative(root, name), assertionResults] as const)));
}

/** Some test of that file with those words in its title ran, and all such passed. */
export function holds({ file, test }: Proof, ran: Ran): boolean {
  const meant = (ran.get(file) ?? []).filter(({ fullName }) => fullName.includes(test));
  return meant.some(({ status }) => status === 'passed') && meant.every(({ status }) => status !== 'failed');
}

/** Numbers of the rows that a run proves. */
export function provedBy(ran: Ran, rows: readonly Feature[] = features): readonly number[] {
  return rows.filter(({ proofs }) => proofs.length > 0 && proofs.every((proof) => holds(proof, ran))).map(({ number }) => number);
}

/** Proofs that the table rests on and that this run refutes: their file ran, and the test was not there or did not pass. */
export function refutedBy(ran: Ran, proved: readonly number[], rows: readonly Feature[] = features): readonly Proof[] {
  return rows.filter(({ number }) => proved.includes(number)).flatMap(({ proofs }) => proofs.filter((proof) => ran.has(proof.file) && !holds(proof, ran)));
}

/** Rows that were proved by the last full run. */
export function readProved(root: string): readonly number[] {
  const file = join(root, PROOFS_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { readonly proved: readonly number[] }).proved : [];
}
