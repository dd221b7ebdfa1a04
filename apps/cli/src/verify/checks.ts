import type { CommitSignature } from '@fleetmend/git';
import { Action, type RemediationRequest } from '@fleetmend/model';
import { planDigest } from '@fleetmend/stages';
import type { PushedCommit } from './pushed-commit.ts';

/** One thing that must hold of a pull request. */
export interface Check {
  readonly name: 'signature' | 'parent' | 'trailer' | 'verdict' | 'files' | 'bytes' | 'attestation';
  readonly held: boolean;
  readonly detail: string;
}

export interface Evidence {
  readonly request: RemediationRequest;
  readonly commit: PushedCommit;
  readonly signature: CommitSignature;
  /** `ssh-ed25519 AAAA…` of those whose signature counts. */
  readonly trusted: readonly string[];
}

/**
 * Holds the pushed commit against the plan that was judged. The plan's digest is over base, action and the bytes of every edited file, so
 * it is computed again from what was pushed: if it comes out the same, nothing else was pushed than was judged. Pure.
 */
export function checkCommit({ request, commit, signature, trusted }: Evidence): readonly Check[] {
  const { plan, verdict } = request.status;
  if (plan === undefined) return [{ name: 'bytes', held: false, detail: 'the request has no plan any more that the commit could be held against' }];
  const { namespace, name } = request.metadata;
  const touched = commit.changes.map(({ path }) => path).sort();
  const planned = plan.files.map(({ path }) => path);
  const pushed = planDigest(commit.parents[0] ?? '', planned.map((path) => ({ path, before: undefined, after: commit.files.get(path) ?? '' })), Action.parse(JSON.parse(plan.actionJson)));
  const foreign = commit.changes.filter(({ kind }) => kind === 'Other').map(({ path }) => path);
  const trailers = trailersOf(commit.message);
  const wanted = [`Fleetmend-Request: ${namespace}/${name}`, `Fleetmend-Plan: ${plan.digest}`];
  const alien = trailers.filter((line) => /^fleetmend-/i.test(line) && !wanted.includes(line));
  return [
    judgeSignature(signature, trusted),
    check('parent', commit.parents.join(', ') === plan.base, `on top of ${plan.base}, the base that the plan was made for`, `its parent is ${commit.parents.join(', ') || 'none'}, and the plan was made for ${plan.base}`),
    check('trailer', alien.length === 0 && wanted.every((line) => trailers.includes(line)), `names request and plan ${plan.digest}`, `its trailers are not ${wanted.join(' and ')} alone`),
    check('verdict', verdict?.result === 'Allow' && verdict.forPlan === plan.digest, `policy bundle ${verdict?.bundle.revision ?? ''} allowed this plan`, verdict === undefined ? 'no verdict stands for the plan' : `the verdict is ${verdict.result}, for plan ${verdict.forPlan}`),
    check('files', foreign.length === 0 && touched.join('\n') === [...planned].sort().join('\n'), `changes ${planned.join(', ')} and nothing else`, `changes ${touched.join(', ') || 'nothing'}, and the plan ${planned.join(', ')}${foreign.length > 0 ? `; more than the text of ${foreign.join(', ')} was changed` : ''}`),
    check('bytes', pushed === plan.digest, 'the pushed bytes are the judged bytes', `the pushed bytes have the plan digest ${pushed}, and ${plan.digest} was judged`),
  ];
}

function check(name: Check['name'], held: boolean, good: string, bad: string): Check {
  return { name, held, detail: held ? good : bad };
}

function judgeSignature(signature: CommitSignature, trusted: readonly string[]): Check {
  const bad = (detail: string): Check => ({ name: 'signature', held: false, detail });
  if (signature.kind === 'none') return bad('the commit is not signed');
  if (signature.kind === 'other') return bad('it is signed with something else than an SSH key of type Ed25519, as forges do: ask the forge whether it vouches for the commit');
  if (!signature.holds) return bad('the signature does not belong to this commit');
  if (!trusted.includes(signature.publicKey)) return bad(`it is signed by ${signature.publicKey}, which is not among the ${trusted.length} allowed signers`);
  return { name: 'signature', held: true, detail: `signed by ${signature.publicKey}` };
}

/** The lines of the last paragraph, as git-interpret-trailers reads them. */
function trailersOf(message: string): readonly string[] {
  return (message.trim().split(/\n\s*\n/).at(-1) ?? '').split('\n').map((line) => line.trim());
}
