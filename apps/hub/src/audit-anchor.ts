import { join } from 'node:path';
import { anchorName, checkpointSigner, folderPlace, startAnchor, type AnchorPlace, type FileAudit } from '@fleetmend/audit';
import { readSecret, type Environment, type HubConfig } from '@fleetmend/config';
import { branchRef, createGit, openBareRepository, type Git } from '@fleetmend/git';
import type { Clock } from '@fleetmend/kernel';

const WRITER = 'hub';
const AUTHOR = { name: 'Fleetmend', email: 'fleetmend@localhost' };

export interface AuditAnchorOptions {
  readonly config: Pick<HubConfig, 'audit' | 'stateDir'>;
  readonly audit: Pick<FileAudit, 'end'>;
  readonly clock: Clock;
  readonly env: Environment;
  readonly warn: (message: string) => void;
}

/** Starts what the config says of checkpoints. @throws PermanentError `AuditCut`, `AnchorUnusable`, `BadCheckpointKey`. */
export async function startAuditAnchor({ config, audit, clock, env, warn }: AuditAnchorOptions): Promise<{ behind(): string | undefined; stop(): Promise<void> }> {
  const { anchor } = config.audit;
  if (anchor === undefined) return { behind: () => undefined, stop: async () => {} };
  const git = createGit(env['PATH'] === undefined ? {} : { path: env['PATH'] });
  const place = anchor.repository === undefined ? folderPlace(anchor.folder ?? '', WRITER) : gitPlace({ git, dir: join(config.stateDir, 'audit-anchor.git'), clock, ...anchor.repository, authorization: anchor.repository.authorization && readSecret(anchor.repository.authorization, env) });
  return startAnchor({ file: join(config.stateDir, 'audit.jsonl'), end: audit.end, writer: WRITER, place, signer: checkpointSigner(readSecret(anchor.key, env)), every: anchor.every, clock, warn });
}

/** One file on one branch of a repository, a commit for each checkpoint. A push by somebody else in between is an error, and tried again. */
function gitPlace({ git, dir, url, branch, authorization, clock }: { readonly git: Git; readonly dir: string; readonly url: string; readonly branch: string; readonly authorization: string | undefined; readonly clock: Clock }): AnchorPlace {
  const config: Readonly<Record<string, string>> = authorization === undefined ? {} : { [`http.${url}.extraHeader`]: `Authorization: ${authorization}` };
  const [ref, file] = [branchRef(branch), anchorName(WRITER)];

  async function now(): Promise<{ readonly head: string | undefined; readonly text: string }> {
    const repository = await openBareRepository({ path: dir, git, clock });
    const { stdout } = await git.run({ config, args: ['ls-remote', '--quiet', '--', url, ref] });
    const head = stdout.toString().split('\n').find((line) => line.endsWith(`\t${ref}`))?.split('\t')[0];
    if (head === undefined) return { head, text: '' };
    if (!(await repository.has(head))) await git.run({ dir, config, args: ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head', '--', url, ref] });
    return { head, text: (await (await repository.tree(head)).read(file)) ?? '' };
  }

  return {
    name: `${file} of ${url}`,
    read: async () => (await now()).text,
    async append(line) {
      const { head, text } = await now();
      const repository = await openBareRepository({ path: dir, git, clock });
      const sha = await repository.createCommit({ parent: head, files: new Map([[file, text + line]]), message: 'checkpoint of the audit trail', author: AUTHOR, at: clock.now() });
      await git.run({ dir, config, args: ['push', '--quiet', `--force-with-lease=${ref}:${head ?? ''}`, '--', url, `${sha}:${ref}`] });
    },
  };
}
