import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Phase, RemediationRequest } from '@fleetmend/model';

/**
 * What a state folder shows to somebody who reads its files and asks no process. Each question is looked up when it is
 * asked; what is not there yet, or only half made, holds nothing.
 */
export interface StateFolder {
  readonly repository: string;
  /** The repository is there, or just being made beside its place. */
  repositoryBegun(): boolean;
  has(part: 'first commit' | 'kubeconfig'): boolean;
  /** The agent keeps a failure of this class open. */
  agentKnows(failure: string): boolean;
  /** The audit trail has a move to this phase. */
  audited(phase: Phase): boolean;
  /** Branches of repairs. */
  branches(): readonly string[];
  pullRequests(): readonly { readonly number: number; readonly state: string }[];
  /** How many merges were begun. */
  merges(): number;
  /** What the clusters hold. A living fleet lets nobody else read its clusters: only for one that has ended. */
  afterwards(): Afterwards;
}

export interface Afterwards {
  /** The status is missing until the hub has written it for the first time. */
  readonly requests: readonly (Omit<RemediationRequest, 'status'> & { readonly status?: RemediationRequest['status'] })[];
  /** Memory limit of the Deployment that fails first. */
  readonly limit: string | undefined;
}

interface Container {
  readonly resources?: { readonly limits?: { readonly memory?: string } };
}
interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

export function stateFolder(path: string): StateFolder {
  const repository = join(path, 'repositories', 'fleet.git');
  const forge = join(path, 'hub', 'plugins', 'forges', 'local', 'local', 'pull-requests.db');
  const parts = { 'first commit': join(repository, 'refs', 'heads', 'main'), kubeconfig: join(path, 'sandbox.kubeconfig') };
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  return {
    repository,
    repositoryBegun: () => globSync('fleet.git*', { cwd: join(path, 'repositories') }).length > 0,
    has: (part) => existsSync(parts[part]),
    agentKnows: (failure) => read(join(path, 'agents', 'prod-1', 'open-set.json')).includes(`"${failure}"`),
    audited: (phase) => read(join(path, 'hub', 'audit.jsonl')).includes(`"to":"${phase}"`),
    branches: () => globSync('*', { cwd: join(repository, 'refs', 'heads', 'fleetmend') }),
    pullRequests: () => rows(forge, 'SELECT number, state FROM pull_requests').map(({ number, state }) => ({ number: Number(number), state: String(state) })),
    merges: () => rows(forge, 'SELECT number FROM merges').length,
    afterwards: () => clustersIn(join(path, 'sandbox.db')),
  };
}

function clustersIn(file: string): Afterwards {
  const objects = (resource: string, name: string): readonly string[] =>
    rows(file, 'SELECT body FROM objects WHERE cluster = ? AND resource = ? AND name LIKE ?', 'prod-1', resource, name).map(({ body }) => String(body));
  const [deployment] = objects('apps/deployments', 'checkout').map((body) => JSON.parse(body) as Deployment);
  return {
    requests: objects('fleetmend.dev/remediationrequests', '%').map((body) => JSON.parse(body) as Afterwards['requests'][number]),
    limit: deployment?.spec.template.spec.containers[0]?.resources?.limits?.memory,
  };
}

/** The file is opened anew each time, so that nobody holds it open over a kill. */
function rows(file: string, query: string, ...values: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
  if (!existsSync(file)) return [];
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    return database.prepare(query).all(...values);
  } catch (error) {
    // Locked is a file that is just being made, or a cluster that lives.
    if (/no such table|unable to open|database is locked/.test(String(error))) return [];
    throw error;
  }
}

export interface CommitOnMain {
  readonly subject: string;
  /** The request it names in its trailer; empty: a commit of people. */
  readonly request: string;
  /** Lines added and removed, by file. */
  readonly files: readonly { readonly file: string; readonly added: number; readonly removed: number }[];
}

/** The branch that the clusters follow, oldest commit first. */
export function commitsOnMain(repository: string): readonly CommitOnMain[] {
  const log = execFileSync('git', ['-C', repository, 'log', '--reverse', '--numstat', '--format=%x00%s%x01%(trailers:key=Fleetmend-Request,valueonly,separator=%x20)', 'main'], { encoding: 'utf8' });
  return log.split('\0').slice(1).map((entry) => {
    const [head = '', ...stat] = entry.split('\n');
    const [subject = '', request = ''] = head.split('\x01');
    const files = stat.filter(Boolean).map((line) => line.split('\t')).map(([added, removed, file = '']) => ({ file, added: Number(added), removed: Number(removed) }));
    return { subject, request, files };
  });
}
