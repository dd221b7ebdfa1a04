import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findAttestation, verifyStatement } from '@fleetmend/audit';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import type { RemediationRequest, SignedStatement } from '@fleetmend/model';
import type { Check } from './checks.ts';
import type { PushedCommit } from './pushed-commit.ts';

/** @throws PermanentError `NoTrail` where a trail was named that is not there. */
export async function readAttestation({ trail, wanted, commit }: { readonly trail: string; readonly wanted: boolean; readonly commit: string }): Promise<SignedStatement | undefined> {
  if (existsSync(trail)) return findAttestation(trail, commit);
  if (!wanted) return undefined;
  throw new PermanentError('NoTrail', `the audit trail ${trail} does not exist: name a copy of the hub's audit.jsonl with --audit`);
}

/** Holds the hub's own statement against the commit that was really pushed. */
export function checkAttestation({ signed, publicKey, request, commit, sha }: { readonly signed: SignedStatement | undefined; readonly publicKey: string; readonly request: RemediationRequest; readonly commit: PushedCommit; readonly sha: string }): Check {
  const bad = (detail: string): Check => ({ name: 'attestation', held: false, detail });
  if (signed === undefined) return bad('the audit trail holds no signed statement for this commit');
  const statement = verifyStatement(signed, readPublicKeyFile(publicKey));
  if (typeof statement === 'string') return bad(statement);
  const [{ digest }] = statement.subject;
  const { plan, verdict, policy, request: of, kind } = statement.predicate;
  const tree = /^tree ([0-9a-f]+)\n/.exec(commit.object.toString('latin1'))?.[1];
  if (digest.gitCommit !== sha || digest.gitTree !== tree) return bad(`it is about commit ${digest.gitCommit} with tree ${digest.gitTree}, and this is ${sha} with tree ${tree ?? 'none'}`);
  if (of.uid !== request.metadata.uid || kind !== 'Repair') return bad(`it is about the ${kind.toLowerCase()} of request ${of.namespace}/${of.name}, which is another one`);
  if (plan.digest !== request.status.plan?.digest || plan.base !== commit.parents.join()) return bad(`it is about plan ${plan.digest} on base ${plan.base}`);
  if (verdict.result !== 'Allow') return bad(`it says that the verdict was ${verdict.result}`);
  return { name: 'attestation', held: true, detail: `signed by the hub's key ${signed.key}: allowed as ${verdict.tier} by policy bundle ${policy.digest}` };
}

/** Writes what `cosign verify-blob` takes; answers the command. */
export function writeAttestation(dir: string, { statement, signature }: SignedStatement, publicKey: string | undefined): string {
  const [blob, sig] = [join(dir, 'statement.json'), join(dir, 'statement.json.sig')];
  try {
    mkdirSync(dir, { recursive: true });
    writeFileSync(blob, statement);
    writeFileSync(sig, signature);
  } catch (error) {
    throw new PermanentError('OutUnwritable', `the attestation cannot be written to ${dir}: ${messageOf(error)}`, { cause: error });
  }
  return `cosign verify-blob --insecure-ignore-tlog --key ${publicKey ?? 'KEY.pub'} --signature ${sig} ${blob}`;
}

function readPublicKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PermanentError('BadAttestationKey', `the public key ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
