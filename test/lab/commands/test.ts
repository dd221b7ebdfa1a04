import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { installPackages, lackOf, missingPackages, obstacle } from '../boot/requirements.ts';
import { findWorld } from '../boot/world.ts';
import { withNeeds } from '../boot/start-lab.ts';
import { cacheOfJob } from '../build/cache.ts';
import { labSpecs, specFile, type LabSpec } from '../specs.ts';
import { pick, UsageError, type CommandContext } from './context.ts';
import { buildFor, clearRemains, holdLab, logsFolder, runSession } from './session.ts';
import { shareOut } from './share-out.ts';

export interface TestOptions {
  readonly all: boolean;
  readonly only: readonly string[];
  readonly keep: boolean;
  readonly install: boolean;
  /** Labs side by side, each with its share of the specs. */
  readonly jobs: number;
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

const summarise = (reportFiles: readonly string[], skipped: readonly Skipped[]): Summary => {
  const reports = reportFiles.flatMap((file) => readReport(file) ?? []);
  return {
    passed: reports.reduce((sum, { numPassedTests }) => sum + numPassedTests, 0),
    // A spec file that does not load has no tests in the report, only a failed suite.
    failed: reports.reduce((sum, { numFailedTests, numFailedTestSuites }) => sum + Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0), 0),
    skipped,
  };
};

/** `lab.json`, `lab-2.json` … */
const reportOf = (root: string, job: number): string => join(root, '.test-reports', job === 0 ? 'lab.json' : `lab-${job + 1}.json`);

const removeReports = (root: string): void => {
  const folder = join(root, '.test-reports');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder).filter((file) => /^lab(-\d+)?\.json$/.test(file))) rmSync(join(folder, name));
};

/** One share of the specs in a lab of its own; the exit status of all that. */
const runShare = async (specs: readonly LabSpec[], { job, ...options }: Pick<TestOptions, 'json' | 'record' | 'keep'> & { readonly job: number }, context: CommandContext): Promise<number> => {
  const session = {
    servers: [...new Set(specs.flatMap(({ servers }) => servers))],
    tools: [...new Set(specs.flatMap(({ tools }) => tools ?? []))],
    specs: specs.map((spec) => join(context.tree, specFile(spec))),
    reportFile: reportOf(context.root, job),
    json: options.json,
    record: options.record,
    bound: !options.keep,
  };
  if (job === 0) return runSession(session, context);
  const held = await holdLab(context);
  try {
    await clearRemains(context);
    return await runSession(session, context);
  } finally {
    held.release();
  }
};

/** Where one fails to boot, the others are waited for: nothing that was started may be left behind. */
const runShares = async (shares: readonly (readonly LabSpec[])[], options: TestOptions, context: CommandContext): Promise<number> => {
  // Beforehand and once: two labs would build the same.
  if (shares.length > 1) await buildFor(shares.flat(), context);
  const ended = await Promise.allSettled(shares.map((specs, job) => runShare(specs, { ...options, job }, { ...context, cache: cacheOfJob(context.cache, job) })));
  const lost = ended.find((one) => one.status === 'rejected');
  if (lost !== undefined) throw lost.reason;
  return Math.max(0, ...ended.map((one) => (one.status === 'fulfilled' ? one.value : 1)));
};

/** `test`: runs the chosen specs against servers of their own; 0 only when something ran and nothing failed. */
export const test = async (options: TestOptions, context: CommandContext): Promise<number> => {
  if (options.keep && options.jobs > 1) throw new UsageError('--keep keeps one lab: leave out --jobs');
  const chosen = choose(options);
  removeReports(context.root);
  const held = await holdLab(context);
  try {
    await clearRemains(context);
    if (options.install) await installPackages(missingPackages(chosen.flatMap(({ servers }) => servers), context.env, chosen.map(({ packages = {} }) => packages)), context);
    const skipped = chosen.flatMap((spec) => {
      const reason = reasonToSkip(spec, context);
      return reason ? [{ spec: spec.name, reason }] : [];
    });
    for (const { spec, reason } of skipped) context.report(`skip ${spec}: ${reason}`);
    const shares = shareOut(chosen.filter(({ name }) => !skipped.some(({ spec }) => spec === name)), options.jobs);
    const status = await runShares(shares, options, context);
    const reports = shares.map((_, job) => reportOf(context.root, job));
    const logs = shares.map((_, job) => logsFolder({ ...context, cache: cacheOfJob(context.cache, job) })).join(', ');
    const summary = summarise(reports, skipped);
    const ok = status === 0 && summary.failed === 0 && summary.passed > 0;
    context.report(`lab: ${summary.passed} passed, ${summary.failed} failed, ${skipped.length} spec files skipped`);
    if (!ok) context.report(summary.passed + summary.failed === 0 ? 'lab: no test ran' : `lab: the servers' logs are in ${logs}`);
    if (status !== 0 && summary.passed + summary.failed === 0) context.report(`lab: see above, and the servers' logs in ${logs}`);
    if (options.keep && findWorld(context.cache)) context.report('lab: kept up; `npm run lab -- status` tells how to reach it, `down` ends it');
    if (options.json) process.stdout.write(`${JSON.stringify({ ok, ...summary, logs, reports })}\n`);
    return ok ? 0 : 1;
  } finally {
    held.release();
  }
};
