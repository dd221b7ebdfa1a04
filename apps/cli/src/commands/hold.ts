import { Command } from 'commander';
import { KINDS } from '@fleetmend/hub';
import { listObjects } from '@fleetmend/k8s';
import { PermanentError } from '@fleetmend/kernel';
import { onCluster, type CommandFactory, type CommandWorld } from '../command.ts';
import { withCluster } from './cluster-access.ts';
import { findRequest, type ReadOptions } from './requests.ts';

const POLICIES = [{ group: 'fleetmend.dev', resources: [KINDS.policy.resource] }] as const;
const REQUESTS = [{ group: 'fleetmend.dev', resources: [KINDS.request.resource] }] as const;

interface PauseOptions extends ReadOptions {
  readonly namespace?: string | undefined;
  readonly all?: boolean | undefined;
}

export const pauseCommand: CommandFactory = (world) => pausing(world, { name: 'pause', paused: true, description: 'stop every write to a forge where a RemediationPolicy applies, from now on' });
export const resumeCommand: CommandFactory = (world) => pausing(world, { name: 'resume', paused: false, description: 'take the pause of a RemediationPolicy back' });

function pausing(world: CommandWorld, { name, paused, description }: { readonly name: string; readonly paused: boolean; readonly description: string }): Command {
  return onCluster(new Command(name).argument('[policy]', 'name of the RemediationPolicy').description(description), world)
    .option('-n, --namespace <namespace>', 'only policies of this namespace')
    .option('--all', 'every policy', false)
    .action(async (policy: string | undefined, options: PauseOptions) => {
      for (const line of await setPaused({ policy, paused, options, env: world.env })) world.print(line);
    });
}

/** @throws PermanentError `WhichPolicy`, `PolicyNotFound` */
export async function setPaused({ policy, paused, options, env }: { readonly policy: string | undefined; readonly paused: boolean; readonly options: PauseOptions; readonly env: Readonly<Record<string, string | undefined>> }): Promise<readonly string[]> {
  if (policy === undefined && options.all !== true) throw new PermanentError('WhichPolicy', 'name one RemediationPolicy, or all of them with --all');
  return withCluster({ options, env, mayWrite: POLICIES }, async ({ client, writer }) => {
    const { items } = await listObjects(client, KINDS.policy, { namespace: options.namespace });
    const chosen = items.filter(({ metadata }) => policy === undefined || metadata.name === policy);
    if (chosen.length === 0) throw new PermanentError('PolicyNotFound', `there is no RemediationPolicy${policy === undefined ? '' : ` ${policy}`}${options.namespace === undefined ? '' : ` in namespace ${options.namespace}`}; there are: ${items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ') || 'none'}`);
    for (const { metadata } of chosen) await writer.mergePatch(KINDS.policy, { namespace: metadata.namespace, name: metadata.name }, { spec: { paused } }, { fieldManager: 'fleetmend-cli' });
    const git = 'a policy that a GitOps engine applies will be set back by it: write `paused` into Git as well';
    return [...chosen.map(({ metadata }) => `${metadata.namespace}/${metadata.name} ${paused ? 'is paused' : 'goes on'}`), git];
  });
}

export const cancelCommand: CommandFactory = (world) =>
  onCluster(new Command('cancel').argument('<request>').description('end a request; a pull request that nobody touched is closed'), world)
    .option('-n, --namespace <namespace>', 'namespace of the request')
    .action(async (name: string, options: ReadOptions & { readonly namespace?: string | undefined }) => world.print(await cancel({ name, options, env: world.env })));

export async function cancel({ name, options, env }: { readonly name: string; readonly options: ReadOptions & { readonly namespace?: string | undefined }; readonly env: Readonly<Record<string, string | undefined>> }): Promise<string> {
  const { metadata, spec } = await findRequest(name, options, env);
  if (spec.cancel) return `${metadata.namespace}/${name} is cancelled already`;
  await withCluster({ options, env, mayWrite: REQUESTS }, ({ writer }) => writer.mergePatch(KINDS.request, { namespace: metadata.namespace, name }, { spec: { cancel: true } }, { fieldManager: 'fleetmend-cli' }));
  return `${metadata.namespace}/${name} is cancelled; \`fleetmend describe ${name}\` shows how it ends`;
}
