import type { CommandFactory } from '../command.ts';
import { approveCommand, rejectCommand } from './approve.ts';
import { auditCommand } from './audit.ts';
import { clusterCommand } from './cluster.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { cancelCommand, pauseCommand, resumeCommand } from './hold.ts';
import { policyCommand } from './policy-rollout.ts';
import { precedentsCommand } from './precedents.ts';
import { pullRequestCommand } from './pull-requests.ts';
import { describeCommand, getCommand } from './requests.ts';
import { retryCommand } from './retry.ts';
import { sandboxCommand } from './sandbox.ts';
import { scanCommand } from './scan.ts';
import { upCommand } from './up.ts';
import { verifyPullRequestCommand } from './verify-pr.ts';

/** Every command, in the order in which the help shows them. A new one is a file here and a line in this list. */
export const commands: readonly CommandFactory[] = [
  upCommand,
  scanCommand,
  getCommand,
  describeCommand,
  explainCommand,
  approveCommand,
  rejectCommand,
  retryCommand,
  cancelCommand,
  pauseCommand,
  resumeCommand,
  clusterCommand,
  policyCommand,
  pullRequestCommand,
  verifyPullRequestCommand,
  precedentsCommand,
  sandboxCommand,
  auditCommand,
  doctorCommand,
  completionCommand,
];
