// The last word of a CI run: adds up the JSON reports of all tiers, and fails if any test failed or none ran.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readProved, readReports, refutedBy } from './feature-proofs.ts';
import { root } from './run-command.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites?: number;
  readonly testResults: readonly { readonly name: string; readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** A spec file that could not be loaded has no tests to count, and is a failure all the same. */
export function sumReports(reports: readonly Report[]): { readonly passed: number; readonly failed: number; readonly skipped: number } {
  const broken = reports.flatMap((report) => report.testResults).filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  return {
    passed: reports.reduce((sum, report) => sum + report.numPassedTests, 0),
    failed: reports.reduce((sum, report) => sum + report.numFailedTests, 0) + broken,
    skipped: reports.reduce((sum, report) => sum + report.numPendingTests, 0),
  };
}

if (import.meta.main) {
  const dir = join(root, '.test-reports');
  const files = readdirSync(dir).filter((file) => file.endsWith('.json'));
  const { passed, failed, skipped } = sumReports(files.map((file) => JSON.parse(readFileSync(join(dir, file), 'utf8')) as Report));
  const refuted = refutedBy(readReports(root), readProved(root));
  for (const { file, test } of refuted) process.stdout.write(`README's feature table rests on ${file} "${test}", which did not pass: mend it, or run \`npm run proofs\` and \`npm run generate\`\n`);
  if (skipped > 0) process.stdout.write(`skipped: ${skipped} (each says why above)\n`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exit(failed === 0 && refuted.length === 0 && passed > 0 ? 0 : 1);
}
