import type { View } from '@fleetmend/lifecycle';
import type { PlanStatement } from '@fleetmend/model';
import type { PullRequestState } from '@fleetmend/plugin-api';
import type { Repository } from '@fleetmend/ports';
import { memoryAudit } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { aRequest, FACTS } from '../../../lifecycle/src/told-request.fixture.ts';
import { recordOpened } from './record-opened.ts';

const SHA = 'c'.repeat(40);
const EVIDENCE = `sha256:${'e'.repeat(64)}`;
const view = { now: 0, request: aRequest({ plan: FACTS.plan as never, verdict: FACTS.verdict as never, diagnosis: { ...FACTS.diagnosis, evidence: [{ kind: 'log', title: 'a log', digest: EVIDENCE }] } as never }) } as View;
const pullRequest = { url: 'local:fleet/pulls/1', branch: 'fleetmend/checkout' } as PullRequestState;
const repository = { treeId: async () => 'd'.repeat(40) } as unknown as Repository;

async function opened({ kind = 'Repair' as 'Repair' | 'Revert', key = true, verified = true as boolean | null } = {}) {
  const audit = memoryAudit();
  const stated: PlanStatement[] = [];
  const attest = (statement: PlanStatement) => {
    stated.push(statement);
    return { statement: 's', signature: 'g', key: 'k' };
  };
  await recordOpened({ audit, attest: key ? attest : undefined }, view, { kind, plan: FACTS.plan as never, parent: FACTS.plan.base, commit: { sha: SHA, verified: verified ?? undefined }, pullRequest, repository });
  return { record: audit.records[0], stated };
}

describe('a pull request that was opened', () => {
  it('is on record with its plan, its patch, its commit and what the forge says of the signature', async () => {
    const { record } = await opened();
    expect(record).toMatchObject({ step: 'openPullRequest', data: { plan: FACTS.plan.digest, patch: FACTS.plan.edit, parent: FACTS.plan.base, commit: SHA, verified: true, pullRequest: 'local:fleet/pulls/1' } });
    expect((await opened({ verified: null })).record?.data['verified']).toBeNull();
  });

  it('is stated with base, tree, bundle, verdict, proof and evidence, and the signed statement is kept', async () => {
    const { record, stated } = await opened();
    expect(stated).toMatchObject([{
      subject: [{ name: 'fleet', digest: { gitCommit: SHA, gitTree: 'd'.repeat(40) } }],
      predicate: { kind: 'Repair', plan: { digest: FACTS.plan.digest, base: FACTS.plan.base, files: ['web.yaml'] }, policy: FACTS.verdict.bundle, verdict: { result: 'Allow', tier: 'T0' }, proof: FACTS.plan.proof, evidence: [EVIDENCE] },
    }]);
    expect(record?.data['attestation']).toEqual({ statement: 's', signature: 'g', key: 'k' });
  });

  it('of a revert says so', async () => {
    const { record, stated } = await opened({ kind: 'Revert' });
    expect([record?.step, stated[0]?.predicate.kind]).toEqual(['openRevert', 'Revert']);
  });

  it('is not stated by a hub without a key', async () => {
    expect((await opened({ key: false })).record?.data).not.toHaveProperty('attestation');
  });
});
