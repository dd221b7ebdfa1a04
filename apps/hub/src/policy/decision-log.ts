import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, PermanentError, type Clock } from '@fleetmend/kernel';
import type { DecisionCounts, RolloutMode } from '@fleetmend/model';
import type { Comparison, Judged } from '@fleetmend/ports';

/** Inputs that are kept for each cluster, to be judged again by a bundle that comes later. */
const INPUTS_PER_CLUSTER = 200;
/** One larger than this is not kept. */
const INPUT_MAX = 256 * 1024;

const TABLES = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS comparisons (
    rollout TEXT NOT NULL, climb TEXT NOT NULL, cluster TEXT NOT NULL, mode TEXT NOT NULL, request TEXT NOT NULL, plan TEXT NOT NULL, kind TEXT NOT NULL,
    replayed INTEGER NOT NULL, evalError INTEGER NOT NULL, newDeny INTEGER NOT NULL, newAllow INTEGER NOT NULL,
    PRIMARY KEY (rollout, climb, cluster, mode, request, plan, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS verifications (
    rollout TEXT NOT NULL, climb TEXT NOT NULL, cluster TEXT NOT NULL, request TEXT NOT NULL, attempt INTEGER NOT NULL, held INTEGER NOT NULL,
    PRIMARY KEY (rollout, climb, cluster, request, attempt)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS inputs (
    cluster TEXT NOT NULL, request TEXT NOT NULL, plan TEXT NOT NULL, kind TEXT NOT NULL, bundle TEXT NOT NULL, denied INTEGER NOT NULL, json TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (cluster, request, plan, kind)
  ) STRICT;
`;

export interface Verified {
  readonly rollout: string;
  readonly climb: string;
  readonly cluster: string;
  readonly request: string;
  readonly attempt: number;
  readonly held: boolean;
}

/** What was decided, by which bundle, and how another would have decided. Kept over restarts. */
export interface DecisionLog {
  /** The same plan again is the same decision: of two, what is worse counts. */
  compared(comparison: Comparison, how?: { readonly replayed: boolean }): void;
  verified(verified: Verified): void;
  judged(judged: Judged): void;
  counts(of: { readonly rollout: string; readonly climb: string; readonly cluster: string; readonly mode: RolloutMode }): DecisionCounts;
  /** The latest inputs of a cluster, newest first. */
  inputs(cluster: string): readonly { readonly plan: Comparison['plan']; readonly input: unknown }[];
  /** The bundle of the latest decision about a request in a cluster. */
  bundleOf(request: string, cluster: string): string | undefined;
  /** Forgets what was counted for rollouts and climbs that are not listed. */
  keepOnly(climbs: readonly { readonly rollout: string; readonly climb: string }[]): void;
  close(): void;
}

/** @throws PermanentError `DecisionLogCorrupt` naming the file. */
export function openDecisionLog({ file, clock }: { readonly file: string; readonly clock: Clock }): DecisionLog {
  const database = open(file);
  const compare = database.prepare(`INSERT INTO comparisons VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET replayed = min(replayed, excluded.replayed), evalError = max(evalError, excluded.evalError), newDeny = max(newDeny, excluded.newDeny), newAllow = max(newAllow, excluded.newAllow)`);
  const verify = database.prepare('INSERT OR REPLACE INTO verifications VALUES (?, ?, ?, ?, ?, ?)');
  const keep = database.prepare('INSERT OR REPLACE INTO inputs VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const prune = database.prepare('DELETE FROM inputs WHERE cluster = ? AND rowid NOT IN (SELECT rowid FROM inputs WHERE cluster = ? ORDER BY at DESC, rowid DESC LIMIT ?)');
  const decided = database.prepare('SELECT count(*) decisions, coalesce(sum(replayed), 0) replayed, coalesce(sum(evalError), 0) evalErrors, coalesce(sum(newDeny), 0) newDenies, coalesce(sum(newAllow), 0) newAllows FROM comparisons WHERE rollout = ? AND climb = ? AND cluster = ? AND mode = ?');
  const ended = database.prepare('SELECT coalesce(sum(held), 0) verified, coalesce(sum(1 - held), 0) failed FROM verifications WHERE rollout = ? AND climb = ? AND cluster = ?');
  const latest = database.prepare('SELECT request, plan, kind, json FROM inputs WHERE cluster = ? ORDER BY at DESC, rowid DESC LIMIT ?');
  const bundle = database.prepare('SELECT bundle FROM inputs WHERE request = ? AND cluster = ? ORDER BY at DESC, rowid DESC LIMIT 1');
  return {
    compared({ cluster, trial, plan, evalError, newDeny, newAllow }, { replayed } = { replayed: false }) {
      compare.run(trial.rollout, trial.climb, cluster, trial.mode, plan.request, plan.digest, plan.kind, Number(replayed), Number(evalError), Number(newDeny), Number(newAllow));
    },
    verified: ({ rollout, climb, cluster, request, attempt, held }) => void verify.run(rollout, climb, cluster, request, attempt, Number(held)),
    judged({ cluster, bundle: by, plan, input, denied }) {
      const json = JSON.stringify(input);
      if (json.length > INPUT_MAX) return;
      keep.run(cluster, plan.request, plan.digest, plan.kind, by.digest, Number(denied), json, clock.now());
      prune.run(cluster, cluster, INPUTS_PER_CLUSTER);
    },
    counts({ rollout, climb, cluster, mode }) {
      const row = decided.get(rollout, climb, cluster, mode) ?? {};
      const outcome = mode === 'Enforce' ? ended.get(rollout, climb, cluster) : undefined;
      const number = (value: unknown) => Number(value ?? 0);
      return {
        decisions: number(row['decisions']),
        replayed: number(row['replayed']),
        evalErrors: number(row['evalErrors']),
        newDenies: number(row['newDenies']),
        newAllows: number(row['newAllows']),
        verified: number(outcome?.['verified']),
        failedVerifications: number(outcome?.['failed']),
      };
    },
    inputs: (cluster) => latest.all(cluster, INPUTS_PER_CLUSTER).map((row) => ({ plan: { request: String(row['request']), digest: String(row['plan']), kind: String(row['kind']) }, input: JSON.parse(String(row['json'])) as unknown })),
    bundleOf: (request, cluster) => bundle.get(request, cluster)?.['bundle'] as string | undefined,
    keepOnly(climbs) {
      const kept = JSON.stringify(climbs.map(({ rollout, climb }) => `${rollout} ${climb}`));
      for (const table of ['comparisons', 'verifications']) database.prepare(`DELETE FROM ${table} WHERE rollout || ' ' || climb NOT IN (SELECT value FROM json_each(?))`).run(kept);
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** One plan that was judged, as it was handed to the policy. */
export interface RecordedInput {
  readonly cluster: string;
  readonly request: string;
  readonly plan: string;
  readonly input: unknown;
}

/**
 * What a hub's log holds, oldest first, for whoever judges it again elsewhere. Only reads, also while the hub writes.
 * @throws PermanentError `DecisionLogUnreadable` naming the file
 */
export function readRecordedInputs(file: string): readonly RecordedInput[] {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return database.prepare('SELECT cluster, request, plan, json FROM inputs ORDER BY at, rowid').all().map((row) => ({ cluster: String(row['cluster']), request: String(row['request']), plan: String(row['plan']), input: JSON.parse(String(row['json'])) as unknown }));
    } finally {
      database.close();
    }
  } catch (error) {
    throw new PermanentError('DecisionLogUnreadable', `the log of policy decisions ${file} cannot be read: ${messageOf(error)}; it is \`policy-decisions.db\` in the state directory of a hub`, { cause: error });
  }
}

function open(file: string): DatabaseSync {
  try {
    // Inputs hold rendered manifests, as the mirrors beside it do: nobody else on the machine has to read them. SQLite gives the
    // files that it makes beside this one the same mode.
    writeFileSync(file, '', { flag: 'a', mode: 0o600 });
    const database = new DatabaseSync(file);
    database.exec(TABLES);
    return database;
  } catch (error) {
    throw new PermanentError('DecisionLogCorrupt', `the log of policy decisions ${file} cannot be used: ${messageOf(error)}; move it away, a rollout that is on its way then counts anew`, { cause: error });
  }
}
