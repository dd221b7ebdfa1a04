import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { installPackages, lackOf, missingPackages, obstacle } from '../boot/requirements.ts';
import { findWorld } from '../boot/world.ts';
import { withNeeds } from '../boot/start-lab.ts';
import { labSpecs, specFile, type LabSpec } from '../specs.ts';
import { pick, type CommandContext } from './context.ts';
import { clearRemains, holdLab, logsFolder, runSession } from './session.ts';

export interface TestOptions {
  readonly all: boolean;
  readonly only: readonly string[];
  readonly keep: boolean;
  readonly install: boolean;
  readonly json: boolean;
  /** Keep kubectl's requests for the sandbox's own spec. */
  readonly record: boolean;
}

/** The part of vitest's JSON report that is read. */
const vitestReport = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), numPendingTests: z.number(), numFailedTestSuites: z.number() });

interface Skipped {
  readonly spec: string;
  readonly reason: string;
}

interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** Specs whose servers cannot be booted on this machine. */
  readonly skipped: readonly Skipped[];
}

const choose = (options: TestOptions): readonly LabSpec[] => {
  if (options.only.length > 0) return pick(labSpecs, options.only, 'spec');
  return options.all ? labSpecs : labSpecs.filter(({ smoke }) => smoke);
};

const reasonToSkip = (spec: LabSpec, context: CommandContext): string | undefined =>
  [...withNeeds(spec.servers)].map((server) => obstacle(server, context.env)).find((reason) => reason !== undefined) ?? lackOf(spec.packages ?? {}, context.env);

const readReport = (file: string): z.infer<typeof vitestReport> | undefined => (existsSync(file) ? vitestReport.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined);

const summarise = (reportFile: string, skipped: readonly Skipped[]): Summary => {
  const report = readReport(reportFile);
  // A spec file that does not load has no tests in the report, only a failed suite.
  const failed = report ? Math.max(report.numFailedTests, report.numFailedTestSuites > 0 ? 1 : 0) : 0;
  return { passed: report?.numPassedTests ?? 0, failed, skipped };
};

/** `test`: runs the chosen specs against servers of their own; 0 only when something ran and nothing failed. */
export const test = async (options: TestOptions, context: CommandContext): Promise<number> => {
  const chosen = choose(options);
  const reportFile = join(context.root, '.test-reports', 'lab.json');
  mkdirSync(dirname(reportFile), { recursive: true });
  rmSync(reportFile, { force: true });
  const held = await holdLab(context);
  try {
    await clearRemains(context);
    if (options.install) await installPackages(missingPackages(chosen.flatMap(({ servers }) => servers), context.env, chosen.map(({ packages = {} }) => packages)), context);
    const skipped = chosen.flatMap((spec) => {
      const reason = reasonToSkip(spec, context);
      return reason ? [{ spec: spec.name, reason }] : [];
    });
    for (const { spec, reason } of skipped) context.report(`skip ${spec}: ${reason}`);
    const runnable = chosen.filter(({ name }) => !skipped.some(({ spec }) => spec === name));
    const session = {
      servers: [...new Set(runnable.flatMap(({ servers }) => servers))],
      tools: [...new Set(runnable.flatMap(({ tools }) => tools ?? []))],
      specs: runnable.map((spec) => join(context.tree, specFile(spec))),
      reportFile,
      json: options.json,
      record: options.record,
      bound: !options.keep,
    };
    const status = runnable.length > 0 ? await runSession(session, context) : 0;
    const summary = summarise(reportFile, skipped);
    const ok = status === 0 && summary.failed === 0 && summary.passed > 0;
    context.report(`lab: ${summary.passed} passed, ${summary.failed} failed, ${skipped.length} spec files skipped`);
    if (!ok) context.report(summary.passed + summary.failed === 0 ? 'lab: no test ran' : `lab: the servers' logs are in ${logsFolder(context)}`);
    if (status !== 0 && summary.passed + summary.failed === 0) context.report(`lab: see above, and the servers' logs in ${logsFolder(context)}`);
    if (options.keep && findWorld(context.cache)) context.report('lab: kept up; `npm run lab -- status` tells how to reach it, `down` ends it');
    if (options.json) process.stdout.write(`${JSON.stringify({ ok, ...summary, logs: logsFolder(context), report: reportFile })}\n`);
    return ok ? 0 : 1;
  } finally {
    held.release();
  }
};
