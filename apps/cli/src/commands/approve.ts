import { Command } from 'commander';
import { KINDS } from '@fleetmend/hub';
import { isConflict } from '@fleetmend/k8s';
import { PermanentError } from '@fleetmend/kernel';
import { GROUP_VERSION, type RemediationApprovalSpec, type RemediationRequest } from '@fleetmend/model';
import { onCluster, type CommandFactory, type CommandWorld } from '../command.ts';
import { printableLine } from '../printable.ts';
import { whoAmI, withCluster } from './cluster-access.ts';
import { findRequest, type ReadOptions } from './requests.ts';

type Decision = RemediationApprovalSpec['decision'];

interface DecideOptions extends ReadOptions {
  readonly namespace?: string | undefined;
  readonly reason?: string | undefined;
  readonly print?: boolean | undefined;
}

const MAY_WRITE = [{ group: 'fleetmend.dev', resources: [KINDS.approval.resource] }] as const;

export const approveCommand: CommandFactory = (world) => decisionCommand(world, { name: 'approve', decision: 'Approve', description: 'say yes to the plan of a request, under your own name' });
export const rejectCommand: CommandFactory = (world) => decisionCommand(world, { name: 'reject', decision: 'Reject', description: 'say no to the plan of a request, under your own name: it is not tried again' });

function decisionCommand(world: CommandWorld, { name, decision, description }: { readonly name: string; readonly decision: Decision; readonly description: string }): Command {
  return onCluster(new Command(name).argument('<request>').description(description), world)
    .option('-n, --namespace <namespace>', 'namespace of the request')
    .option('-m, --reason <text>', 'why, for those who read it later')
    .option('--print', 'only print the kubectl line that would do it', false)
    .action(async (request: string, options: DecideOptions) => world.print(await decide({ name: request, decision, options, env: world.env })));
}

/**
 * Puts a person's decision about the present plan of a request into the cluster. It is made with the person's own kubeconfig,
 * and the API server forces the name in it to be theirs: Fleetmend itself has no right to make one.
 * @throws PermanentError `NothingToApprove`, `ApprovedByReview`, `AlreadyDecided`
 */
export async function decide({ name, decision, options, env }: { readonly name: string; readonly decision: Decision; readonly options: DecideOptions; readonly env: Readonly<Record<string, string | undefined>> }): Promise<string> {
  const request = await findRequest(name, options, env);
  const { metadata, status } = request;
  if (!status.plan) throw new PermanentError('NothingToApprove', `${metadata.namespace}/${name} is in phase ${status.phase} and has no plan that could be decided upon`);
  if (decision === 'Approve' && status.approvalChannel === 'Review' && status.phase !== 'AwaitingApproval') throw new PermanentError('ApprovedByReview', `${metadata.namespace}/${name} takes its yes from reviews of its pull request, and a RemediationApproval would count for nothing: approve ${status.pullRequest?.url ?? 'the pull request'} in the forge (\`fleetmend reject ${name}\` says no all the same)`);
  if (options.print) return kubectlLine(request, { decision, reason: options.reason, planDigest: status.plan.digest });
  const made = await withCluster({ options, env, mayWrite: MAY_WRITE }, async ({ client, writer }) => {
    const approver = await whoAmI(client);
    const object = approvalObject(request, { decision, approver, reason: options.reason, planDigest: status.plan?.digest ?? '' });
    try {
      await writer.create(KINDS.approval, object);
    } catch (error) {
      if (!isConflict(error)) throw error;
      throw new PermanentError('AlreadyDecided', `there is a RemediationApproval ${object.metadata.name} in ${metadata.namespace} already, and it cannot be changed: \`kubectl get rappr -n ${metadata.namespace} ${object.metadata.name} -o yaml\` shows it; delete it if it is yours and you have changed your mind`, { cause: error });
    }
    return { approver, name: object.metadata.name };
  });
  return `${planLines(request)}\n${decision === 'Approve' ? 'approved' : 'rejected'} by ${made.approver} (RemediationApproval ${metadata.namespace}/${made.name})`;
}

interface Said {
  readonly decision: Decision;
  readonly planDigest: string;
  readonly reason?: string | undefined;
}

/** One object per plan and answer: an answer to an earlier plan does not stand in the way of one to this. */
function approvalObject({ metadata }: RemediationRequest, { decision, approver, reason, planDigest }: Said & { readonly approver: string }) {
  const suffix = `${decision === 'Approve' ? 'yes' : 'no'}-${planDigest.slice(7, 15)}`;
  return {
    apiVersion: GROUP_VERSION,
    kind: 'RemediationApproval',
    metadata: { name: `${metadata.name}-${suffix}`, namespace: metadata.namespace },
    spec: { request: { name: metadata.name, uid: metadata.uid }, planDigest, decision, approver, ...(reason === undefined ? {} : { reason }) },
  };
}

function planLines({ status }: RemediationRequest): string {
  return (status.plan?.changes ?? []).map(({ file, path, before, after }) => `# the plan: ${printableLine(`${file} ${path}: ${before ?? '(absent)'} -> ${after ?? '(removed)'}`)}`).join('\n');
}

function kubectlLine(request: RemediationRequest, said: Said): string {
  const object = approvalObject(request, { ...said, approver: '$(kubectl auth whoami -o jsonpath={.status.userInfo.username})' });
  // Everything but the one substitution is data: what a shell would read in it is taken from it.
  const text = JSON.stringify(object).replaceAll(/[\\"`]/g, '\\$&').replaceAll(/\$(?!\(kubectl auth whoami)/g, '\\$');
  return `${planLines(request)}\necho "${text}" | kubectl create -f -`;
}
