import { Command } from 'commander';
import { KINDS, readRollout, type ReadRollout } from '@fleetmend/hub';
import { isConflict, listObjects, type MayWrite } from '@fleetmend/k8s';
import { PermanentError, shortDigest } from '@fleetmend/kernel';
import { GROUP_VERSION } from '@fleetmend/model';
import { readBundle } from '@fleetmend/policy-engines';
import { onCluster, type CommandFactory, type CommandWorld } from '../command.ts';
import { policyReplayCommand } from './policy-replay.ts';
import { policyTestCommand } from './policy-test.ts';
import { renderTable } from '../table.ts';
import { whoAmI, withCluster } from './cluster-access.ts';
import type { ReadOptions } from './requests.ts';

interface RolloutOptions extends ReadOptions {
  readonly namespace?: string | undefined;
  readonly reason?: string | undefined;
}

interface Asked {
  readonly name: string;
  readonly options: RolloutOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const MAY_APPROVE: readonly MayWrite[] = [{ group: 'fleetmend.dev', resources: [KINDS.approval.resource] }];
const MAY_HALT: readonly MayWrite[] = [{ group: 'fleetmend.dev', resources: [KINDS.rollout.resource] }];

/** `policy digest BUNDLE`, `policy test CASES…`, `policy replay` and `policy rollout status|promote|halt`. */
export const policyCommand: CommandFactory = (world) => {
  const rollout = new Command('rollout').description('a policy bundle on its way over the fleet');
  rollout.addCommand(onRollout(world, 'status', '[rollout]', 'every rollout, or one of them with its clusters').action(async (name: string | undefined, options: RolloutOptions) => world.print(await status({ name, options, env: world.env }))));
  rollout.addCommand(
    onRollout(world, 'promote', '<rollout>', 'say yes to the step that a rollout waits for, under your own name')
      .option('-m, --reason <text>', 'why, for those who read it later')
      .action(async (name: string, options: RolloutOptions) => world.print(await promote({ name, options, env: world.env }))),
  );
  rollout.addCommand(onRollout(world, 'halt', '<rollout>', 'stop a rollout: every cluster goes back to its last good bundle').action(async (name: string, options: RolloutOptions) => world.print(await halt({ name, options, env: world.env }))));
  return new Command('policy')
    .description('policy bundles')
    .addCommand(new Command('digest').argument('<bundle>').description('the digest of a bundle (a folder, or a .tar.gz), as a PolicyRollout names it').action((path: string) => world.print(readBundle({ path }).info.digest)))
    .addCommand(policyTestCommand(world))
    .addCommand(policyReplayCommand(world))
    .addCommand(rollout);
};

function onRollout(world: CommandWorld, name: string, argument: string, description: string): Command {
  return onCluster(new Command(name).argument(argument).description(description), world).option('-n, --namespace <namespace>', 'namespace of the rollout');
}

export async function status({ name, options, env }: Omit<Asked, 'name'> & { readonly name: string | undefined }): Promise<string> {
  if (name !== undefined) return renderRollout(await findRollout({ name, options, env }));
  const rollouts = await readRollouts({ options, env });
  if (rollouts.length === 0) return 'No policy rollouts: every cluster is judged by the bundle of the hub’s config, or by the last one that was rolled out.';
  return renderTable(['NAMESPACE', 'NAME', 'BUNDLE', 'STATE', 'WAVE', 'STAGE', 'REASON'], rollouts.map(({ object, spec, status: now }) => [object.metadata.namespace ?? '', object.metadata.name, shortDigest(spec.bundle.digest), now.state ?? '', now.wave ?? '', now.stage ?? '', now.reason ?? '']));
}

function renderRollout({ name, spec, status: now }: ReadRollout): string {
  const head = [`${name}  ${now.state ?? 'Pending'}${now.reason === undefined ? '' : `  (${now.reason})`}`, `bundle ${spec.bundle.digest}`];
  const rows = (now.clusters ?? []).map(({ name: cluster, wave, mode, done, counts }) => [cluster, wave, done ? 'done' : mode, `${counts.decisions}`, `${counts.newDenies}`, `${counts.newAllows}`, `${counts.evalErrors}`, `${counts.failedVerifications} of ${counts.verified + counts.failedVerifications}`]);
  const table = rows.length === 0 ? ['no cluster is on its way'] : [renderTable(['CLUSTER', 'WAVE', 'STAGE', 'DECISIONS', 'NEW DENIES', 'NEW ALLOWS', 'NO ANSWER', 'NOT VERIFIED'], rows)];
  const next = now.awaits === undefined ? [] : ['', `waits for a human: ${now.awaits.what}`, `\`fleetmend policy rollout promote ${name.split('/')[1]}\` says yes`];
  return [...head, '', ...table, ...next].join('\n');
}

/**
 * Puts a person's yes to the awaited step into the cluster, with their own kubeconfig: the hub can make none.
 * @throws PermanentError `NothingToPromote`, `AlreadyDecided`
 */
export async function promote({ name, options, env }: Asked): Promise<string> {
  const { object, uid, status: now } = await findRollout({ name, options, env });
  const { namespace = '' } = object.metadata;
  const { awaits } = now;
  if (awaits === undefined) throw new PermanentError('NothingToPromote', `${namespace}/${name} waits for no human: ${now.state ?? 'Pending'}${now.reason === undefined ? '' : ` (${now.reason})`}. A sample or a soak that is too large is changed in its spec`);
  return withCluster({ options, env, mayWrite: MAY_APPROVE }, async ({ client, writer }) => {
    const approver = await whoAmI(client);
    const approval = `${name}-yes-${shortDigest(awaits.step, 8)}`;
    const spec = { request: { name, uid }, planDigest: awaits.step, decision: 'Approve', approver, ...(options.reason === undefined ? {} : { reason: options.reason }) };
    try {
      await writer.create(KINDS.approval, { apiVersion: GROUP_VERSION, kind: 'RemediationApproval', metadata: { name: approval, namespace }, spec });
    } catch (error) {
      if (!isConflict(error)) throw error;
      throw new PermanentError('AlreadyDecided', `there is a RemediationApproval ${approval} in ${namespace} already: if the rollout still waits, the cluster lacks the admission policy that vouches for names (\`fleetmend doctor\`)`, { cause: error });
    }
    return `${awaits.what}\napproved by ${approver} (RemediationApproval ${namespace}/${approval})`;
  });
}

export async function halt({ name, options, env }: Asked): Promise<string> {
  const { object, spec } = await findRollout({ name, options, env });
  const { namespace = '' } = object.metadata;
  if (spec.halted) return `${namespace}/${name} is halted already`;
  await withCluster({ options, env, mayWrite: MAY_HALT }, ({ writer }) => writer.mergePatch(KINDS.rollout, { namespace, name }, { spec: { halted: true } }, { fieldManager: 'fleetmend-cli' }));
  return `${namespace}/${name} is halted: its clusters go back to their last good bundle\na rollout that a GitOps engine applies will be set back by it: write \`halted: true\` into Git as well`;
}

async function readRollouts({ options, env }: Omit<Asked, 'name'>): Promise<readonly ReadRollout[]> {
  return withCluster({ options, env, mayWrite: [] }, async ({ client }) => (await listObjects(client, KINDS.rollout, { namespace: options.namespace })).items.map(readRollout));
}

/** @throws PermanentError `RolloutNotFound`, `RolloutAmbiguous` */
async function findRollout({ name, options, env }: Asked): Promise<ReadRollout> {
  const all = await readRollouts({ options, env });
  const [only, second] = all.filter(({ object }) => object.metadata.name === name);
  if (only === undefined) throw new PermanentError('RolloutNotFound', `there is no PolicyRollout ${name}${options.namespace === undefined ? '' : ` in namespace ${options.namespace}`}; there are: ${all.map((one) => one.name).join(', ') || 'none'}`);
  if (second !== undefined) throw new PermanentError('RolloutAmbiguous', `${name} exists in ${all.filter(({ object }) => object.metadata.name === name).map(({ object }) => object.metadata.namespace).join(', ')}: name one with -n`);
  return only;
}
