import type { DatabaseSync } from 'node:sqlite';
import { parse } from '@fleetmend/kernel';
import type { Review } from '@fleetmend/plugin-api';
import { Comment, Merge, PullRequestRow, StoredReview } from './schema.ts';

export type NewPullRequest = Pick<PullRequestRow, 'repository' | 'branch' | 'base' | 'title' | 'body' | 'author' | 'head'> & {
  readonly baseSHA: string;
  readonly labels: readonly string[];
  readonly reviewers: readonly string[];
  readonly at: number;
};

export type Ending = { readonly state: 'Merged'; readonly mergeSHA: string; readonly baseSHA: string } | { readonly state: 'Closed'; readonly kind: 'Us' | 'Human' | 'Bot' };

/** What the local forge remembers beside the Git repository itself. Every call is one statement; {@link atomically} joins several. */
export interface PullRequestStore {
  insert(draft: NewPullRequest): number;
  get(number: number): PullRequestRow | undefined;
  /** Newest first. */
  ofBranch(repository: string, branch: string): readonly PullRequestRow[];
  list(repository: string | undefined): readonly PullRequestRow[];
  bases(repository: string): readonly string[];
  /** Ends an open one; says whether it was still open. */
  end(number: number, ending: Ending & { readonly by: string; readonly head: string; readonly at: number }): boolean;
  noteMerge(merge: Merge): void;
  merges(number: number): readonly Merge[];
  addReview(number: number, review: Review & { readonly body: string; readonly at: number }): void;
  reviews(number: number): readonly StoredReview[];
  /** Does nothing when the marker was used already; an empty marker never counts as used. */
  addComment(number: number, comment: Comment): void;
  comments(number: number): readonly Comment[];
  noteOurCommit(repository: string, sha: string): void;
  isOurCommit(repository: string, sha: string): boolean;
  atomically<T>(work: () => T): T;
  close(): void;
}

export function pullRequestStore(database: DatabaseSync): PullRequestStore {
  const all = <T>(schema: Parameters<typeof parse<T>>[0], sql: string, ...values: readonly (string | number)[]): readonly T[] =>
    database.prepare(sql).all(...values).map((row) => parse(schema, row, 'a row of pull-requests.db'));
  const run = (sql: string, ...values: readonly (string | number | null)[]): { readonly changes: number; readonly id: number } => {
    const { changes, lastInsertRowid } = database.prepare(sql).run(...values);
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  };

  return {
    insert: (draft) =>
      run(
        "INSERT INTO pull_requests (repository, branch, base, title, body, labels, reviewers, author, opened_at, state, head, base_sha) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'Open', ?, ?)",
        ...[draft.repository, draft.branch, draft.base, draft.title, draft.body, JSON.stringify(draft.labels), JSON.stringify(draft.reviewers), draft.author, draft.at, draft.head, draft.baseSHA],
      ).id,
    get: (number) => all(PullRequestRow, 'SELECT * FROM pull_requests WHERE number = ?', number)[0],
    ofBranch: (repository, branch) => all(PullRequestRow, 'SELECT * FROM pull_requests WHERE repository = ? AND branch = ? ORDER BY number DESC', repository, branch),
    list: (repository) =>
      repository === undefined ? all(PullRequestRow, 'SELECT * FROM pull_requests ORDER BY number') : all(PullRequestRow, 'SELECT * FROM pull_requests WHERE repository = ? ORDER BY number', repository),
    bases: (repository) => database.prepare('SELECT DISTINCT base FROM pull_requests WHERE repository = ?').all(repository).map((row) => String(row['base'])),
    end(number, { by, head, at, ...ending }) {
      const fields = ending.state === 'Merged' ? { mergeSHA: ending.mergeSHA, baseSHA: ending.baseSHA, kind: null } : { mergeSHA: null, baseSHA: null, kind: ending.kind };
      const sql = 'UPDATE pull_requests SET state = ?, merge_sha = ?, base_sha = coalesce(?, base_sha), closed_kind = ?, closed_by = ?, head = ?, closed_at = ? WHERE number = ? AND state = ?';
      return run(sql, ending.state, fields.mergeSHA, fields.baseSHA, fields.kind, by, head, at, number, 'Open').changes === 1;
    },
    noteMerge: ({ number, sha, login, head, base_sha }) => void run('INSERT INTO merges (number, sha, login, head, base_sha) VALUES (?, ?, ?, ?, ?)', number, sha, login, head, base_sha),
    merges: (number) => all(Merge, 'SELECT * FROM merges WHERE number = ?', number),
    addReview: (number, { author, state, headSHA, body, at }) => void run('INSERT INTO reviews (number, author, state, head, body, at) VALUES (?, ?, ?, ?, ?, ?)', number, author, state, headSHA, body, at),
    reviews: (number) => all(StoredReview, 'SELECT * FROM reviews WHERE number = ? ORDER BY rowid', number),
    addComment: (number, { author, marker, body, at }) => void run('INSERT OR IGNORE INTO comments (number, author, marker, body, at) VALUES (?, ?, ?, ?, ?)', number, author, marker, body, at),
    comments: (number) => all(Comment, 'SELECT * FROM comments WHERE number = ? ORDER BY rowid', number),
    noteOurCommit: (repository, sha) => void run('INSERT OR IGNORE INTO our_commits (repository, sha) VALUES (?, ?)', repository, sha),
    isOurCommit: (repository, sha) => database.prepare('SELECT 1 FROM our_commits WHERE repository = ? AND sha = ?').get(repository, sha) !== undefined,
    atomically(work) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}
