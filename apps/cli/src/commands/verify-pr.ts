import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { createGit, readCommitSignature, readPublicKey } from '@fleetmend/git';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import type { RemediationRequest, SignedStatement } from '@fleetmend/model';
import { onCluster, type CommandFactory } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { FORGE } from '../up/demo-settings.ts';
import { stateLayout } from '../up/state-layout.ts';
import { checkAttestation, readAttestation, writeAttestation } from '../verify/attestation.ts';
import { checkCommit, type Check } from '../verify/checks.ts';
import { findHead, gitDirOf, readPushedCommit } from '../verify/pushed-commit.ts';
import { readRequests, type ReadOptions } from './requests.ts';

interface VerifyOptions extends ReadOptions {
  readonly gitDir?: string | undefined;
  readonly allowedSigners?: string | undefined;
  readonly attestationKey?: string | undefined;
  readonly attestationOut?: string | undefined;
  readonly audit?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `verify-pr URL|NUMBER`: proves that what was pushed is what was judged, and who signed it. */
export const verifyPullRequestCommand: CommandFactory = (world) =>
  onCluster(new Command('verify-pr').argument('<pull-request>', 'its URL, or its number').description('prove that a pull request holds what policy judged, signed by a key of yours'), world)
    .option('--git-dir <dir>', "a clone that holds the pull request's branch; the local forge's own repository where none is named")
    .option('--allowed-signers <file>', 'public keys that count, one a line, as `ssh-keygen -Y` and Git read them (Ed25519)')
    .option('--attestation-key <file>', "the hub's public key (PEM): its signed statement has to hold; the local fleet's own where none is named")
    .option('--attestation-out <dir>', 'write the signed statement there, for `cosign verify-blob`')
    .option('--audit <file>', "the hub's audit trail, or a copy: where statements are kept; the local fleet's own where none is named")
    .option('--json', 'the last line is one JSON object')
    .action(async (wanted: string, options: VerifyOptions) => {
      const request = findByPullRequest(await readRequests(options, world.env), wanted);
      const { checks, attestation } = await verify(request, options, world.env['PATH']);
      const held = checks.every((each) => each.held);
      for (const { name, held: good, detail } of checks) world.print(`${good ? '✓' : '✗'} ${name.padEnd(11)}  ${detail}`);
      if (options.attestationOut !== undefined) world.print(`written; check it yourself with: ${writeAttestation(options.attestationOut, needed(attestation), keyOf(options, request))}`);
      if (options.json) world.print(JSON.stringify({ pullRequest: request.status.pullRequest?.url, head: request.status.pullRequest?.headSHA, request: `${request.metadata.namespace}/${request.metadata.name}`, held, checks }));
      else world.print(held ? 'holds: what was pushed is what was judged' : 'does NOT hold: do not merge it before you know why');
      world.done(held ? EXIT.ok : EXIT.failed);
    });

async function verify(request: RemediationRequest, options: VerifyOptions, path: string | undefined): Promise<Verified> {
  const { pullRequest, plan } = request.status;
  const sha = pullRequest?.headSHA;
  if (pullRequest === undefined || sha === undefined || plan === undefined) throw new PermanentError('NothingPushed', `request ${request.metadata.name} has no pushed commit to verify`);
  const { forge, repository } = plan.source;
  if (options.gitDir === undefined && forge !== FORGE) throw new PermanentError('NoClone', `${pullRequest.url} is on forge ${forge}: clone ${repository}, run \`git fetch origin ${pullRequest.branch}\` in it, and name it with --git-dir`);
  const dir = gitDirOf(options.gitDir ?? join(stateLayout(options.stateDir).repositories, `${repository}.git`));
  const git = createGit(path === undefined ? {} : { path });
  const commit = await readPushedCommit({ git, dir, sha, branch: pullRequest.branch });
  const head = await findHead({ git, dir, branch: pullRequest.branch });
  const trusted = options.allowedSigners === undefined ? [] : readSigners(options.allowedSigners);
  const moved: HeadCheck[] = head === undefined || head === sha ? [] : [{ name: 'head', held: false, detail: `the branch now stands at ${head}, and ${sha} was pushed by the hub` }];
  const key = keyOf(options, request);
  const attestation = await readAttestation({ trail: options.audit ?? join(stateLayout(options.stateDir).hub, 'audit.jsonl'), wanted: options.audit !== undefined || options.attestationKey !== undefined || options.attestationOut !== undefined, commit: sha });
  const attested = key === undefined ? [] : [checkAttestation({ signed: attestation, publicKey: key, request, commit, sha })];
  return { checks: [...moved, ...checkCommit({ request, commit, signature: readCommitSignature(commit.object), trusted }), ...attested], attestation };
}

interface Verified {
  readonly checks: readonly (Check | HeadCheck)[];
  readonly attestation: SignedStatement | undefined;
}

/** The key that was named, or for a pull request of the local fleet its own. */
function keyOf({ attestationKey, stateDir }: VerifyOptions, { status: { plan } }: RemediationRequest): string | undefined {
  if (attestationKey !== undefined || plan?.source.forge !== FORGE) return attestationKey;
  const { publicKey } = stateLayout(stateDir).attestation;
  return existsSync(publicKey) ? publicKey : undefined;
}

/** @throws PermanentError `NoAttestation`. */
function needed(attestation: SignedStatement | undefined): SignedStatement {
  if (attestation !== undefined) return attestation;
  throw new PermanentError('NoAttestation', 'the audit trail holds no signed statement for this commit: set hub.attestation.key, and name the right trail with --audit');
}

interface HeadCheck {
  readonly name: 'head';
  readonly held: false;
  readonly detail: string;
}

/** @throws PermanentError `PullRequestUnknown`, `PullRequestAmbiguous`. */
function findByPullRequest(requests: readonly RemediationRequest[], wanted: string): RemediationRequest {
  const number = wanted.replace(/^#/, '');
  const found = requests.filter(({ status: { pullRequest } }) => pullRequest !== undefined && (pullRequest.url === wanted || String(pullRequest.number) === number));
  const [only, second] = found;
  if (!only) throw new PermanentError('PullRequestUnknown', `no request in this cluster has the pull request ${wanted}: \`fleetmend get\` shows those that do`);
  if (second) throw new PermanentError('PullRequestAmbiguous', `${wanted} could be ${found.map(({ status }) => status.pullRequest?.url).join(' or ')}: name the URL`);
  return only;
}

/** @throws PermanentError `BadAllowedSigners`. */
function readSigners(file: string): readonly string[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PermanentError('BadAllowedSigners', `the allowed signers ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const keys = content.split('\n').flatMap((line) => (line.startsWith('#') ? [] : (readPublicKey(line) ?? [])));
  if (keys.length === 0) throw new PermanentError('BadAllowedSigners', `${file} names no Ed25519 key: write lines such as \`fleetmend ssh-ed25519 AAAA…\``);
  return keys;
}
