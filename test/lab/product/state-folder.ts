import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RemediationRequest } from '@fleetmend/model';

/** What a state folder shows to somebody who looks at its files, and asks no process. */
export interface Glimpse {
  /** Parts of it that exist by now. */
  readonly has: { readonly repository: boolean; readonly firstCommit: boolean; readonly kubeconfig: boolean };
  readonly requests: readonly RemediationRequest[];
  /** The container of the demo's first failure was killed for memory. */
  readonly killedForMemory: boolean;
  /** Memory limit of that Deployment in its cluster. */
  readonly limit: string | undefined;
  /** Branches of repairs. */
  readonly branches: readonly string[];
  readonly pullRequests: readonly { readonly number: number; readonly state: string }[];
  /** Merges that were begun. */
  readonly merges: number;
}

interface Container {
  readonly resources?: { readonly limits?: { readonly memory?: string } };
}
interface DeploymentBody {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

export const repositoryOf = (stateDir: string): string => join(stateDir, 'repositories', 'fleet.git');

/** The phase of the only request, or that there is none, or that there are too many. */
export function phaseIn({ requests }: Glimpse): string {
  if (requests.length > 1) return `${requests.length} requests`;
  const [request] = requests;
  return request ? (request.status?.phase ?? 'Detected') : 'None';
}

/** Looks once. A database that is not there yet, or only half made, holds nothing. */
export function glimpse(stateDir: string): Glimpse {
  const repository = repositoryOf(stateDir);
  const objects = (resource: string, name: string): readonly string[] =>
    rows(join(stateDir, 'sandbox.db'), 'SELECT body FROM objects WHERE cluster = ? AND resource = ? AND name LIKE ?', 'prod-1', resource, name).map(({ body }) => String(body));
  const [deployment] = objects('apps/deployments', 'checkout').map((body) => JSON.parse(body) as DeploymentBody);
  const forge = join(stateDir, 'hub', 'plugins', 'forges', 'local', 'local', 'pull-requests.db');
  return {
    has: { repository: existsSync(join(repository, 'HEAD')), firstCommit: existsSync(join(repository, 'refs', 'heads', 'main')), kubeconfig: existsSync(join(stateDir, 'sandbox.kubeconfig')) },
    requests: objects('fleetmend.dev/remediationrequests', '%').map((body) => JSON.parse(body) as RemediationRequest),
    killedForMemory: objects('/pods', 'checkout-%').some((body) => body.includes('"OOMKilled"')),
    limit: deployment?.spec.template.spec.containers[0]?.resources?.limits?.memory,
    branches: globSync('*', { cwd: join(repository, 'refs', 'heads', 'fleetmend') }),
    pullRequests: rows(forge, 'SELECT number, state FROM pull_requests').map(({ number, state }) => ({ number: Number(number), state: String(state) })),
    merges: rows(forge, 'SELECT number FROM merges').length,
  };
}

/** Opened anew each time, so that nobody holds a file open over a kill. */
function rows(file: string, query: string, ...values: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
  if (!existsSync(file)) return [];
  try {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 1000 });
    return database.prepare(query).all(...values);
  } catch (error) {
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
