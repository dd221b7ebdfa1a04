import { admit } from './admit/admit.ts';
import { readLeader } from './admit/read-leader.ts';
import { closePullRequest } from './deliver/close-pull-request.ts';
import { mergePullRequest } from './deliver/merge-pull-request.ts';
import { openPullRequest } from './deliver/open-pull-request.ts';
import { readPullRequest } from './deliver/read-pull-request.ts';
import { recordIntent } from './deliver/record-intent.ts';
import { withdrawIntent } from './deliver/withdraw-intent.ts';
import { diagnose } from './diagnose/diagnose.ts';
import { archive } from './finish/archive.ts';
import { closeOrphans } from './finish/close-orphans.ts';
import { closeTicket } from './finish/close-ticket.ts';
import { escalate } from './finish/escalate.ts';
import { evaluate } from './gate/evaluate.ts';
import { requestApproval } from './gate/request-approval.ts';
import { learn } from './learn/learn.ts';
import { applicationIndex } from './propose/application-index.ts';
import { propose } from './propose/propose.ts';
import type { StageDeps, Stages } from './stage.ts';
import { openRevert } from './verify/open-revert.ts';
import { readHealth } from './verify/read-health.ts';
import { readRevert } from './verify/read-revert.ts';
import { readRollout } from './verify/read-rollout.ts';

/** Every stage that the lifecycle table may run: one verb each, one fact each. Their order is the table's affair. */
export function createStages(given: StageDeps): Stages {
  const deps: StageDeps = { ...given, index: given.index ?? applicationIndex(given.layouts) };
  return {
    admit: admit(deps),
    readLeader: readLeader(deps),
    diagnose: diagnose(deps),
    propose: propose(deps),
    evaluate: evaluate(deps),
    requestApproval: requestApproval(deps),
    recordIntent: recordIntent(deps),
    withdrawIntent: withdrawIntent(deps),
    openPullRequest: openPullRequest(deps),
    readPullRequest: readPullRequest(deps),
    closePullRequest: closePullRequest(deps),
    mergePullRequest: mergePullRequest(deps),
    readRollout: readRollout(deps),
    readHealth: readHealth(deps),
    openRevert: openRevert(deps),
    readRevert: readRevert(deps),
    escalate: escalate(deps),
    learn: learn(deps),
    closeTicket: closeTicket(deps),
    closeOrphans: closeOrphans(deps),
    archive: archive(deps),
  };
}
