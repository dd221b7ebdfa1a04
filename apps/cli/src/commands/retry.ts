import { Command } from 'commander';
import { KINDS } from '@fleetmend/hub';
import { PermanentError } from '@fleetmend/kernel';
import { isTerminal } from '@fleetmend/lifecycle';
import { RETRY_ANNOTATION } from '@fleetmend/model';
import { onCluster, type CommandFactory } from '../command.ts';
import { whoAmI, withCluster } from './cluster-access.ts';
import { findRequest, readRequests, type ReadOptions } from './requests.ts';

interface RetryOptions extends ReadOptions {
  readonly namespace?: string | undefined;
}

interface Asked {
  readonly name: string;
  readonly options: RetryOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const MAY_WRITE = [{ group: 'fleetmend.dev', resources: [KINDS.request.resource] }] as const;

export const retryCommand: CommandFactory = (world) =>
  onCluster(new Command('retry').argument('<request>').description('ask again: what a finished request was about becomes a new one, if it still fails'), world)
    .option('-n, --namespace <namespace>', 'namespace of the request')
    .action(async (name: string, options: RetryOptions) => world.print(await retry({ name, options, env: world.env })));

/**
 * Marks a finished request, under the person's own rights. A failure that never stopped makes no new request by itself; with
 * the mark the hub makes one, once.
 * @throws PermanentError `NotFinished`, `TriedAlready`
 */
export async function retry({ name, options, env }: Asked): Promise<string> {
  const { metadata, spec, status } = await findRequest(name, options, env);
  const full = `${metadata.namespace}/${name}`;
  if (!isTerminal(status.phase)) throw new PermanentError('NotFinished', `${full} is in phase ${status.phase} and still being worked on: \`fleetmend explain ${name}\` says what it waits for, \`fleetmend cancel ${name}\` ends it`);
  const live = (await readRequests(options, env)).find((other) => other.spec.failure.fingerprint === spec.failure.fingerprint && !isTerminal(other.status.phase));
  if (live !== undefined) throw new PermanentError('TriedAlready', `${live.metadata.namespace}/${live.metadata.name} is about the same failure and in phase ${live.status.phase}: nothing to ask again`);
  const again = metadata.annotations?.[RETRY_ANNOTATION];
  if (again !== undefined) return `${full} was asked for again already, by ${again}: a new request follows as soon as its agent says that it still fails`;
  await withCluster({ options, env, mayWrite: MAY_WRITE }, async ({ client, writer }) => {
    const by = await whoAmI(client);
    await writer.mergePatch(KINDS.request, { namespace: metadata.namespace, name }, { metadata: { annotations: { [RETRY_ANNOTATION]: by } } }, { fieldManager: 'fleetmend-cli' });
  });
  const no = status.reason === 'Vetoed' || status.reason === 'Rejected' ? '\nsomebody said no to its change, and that no is remembered: `fleetmend precedents list` shows it, `fleetmend precedents forget` takes it back' : '';
  return `${full} is asked for again: a new request follows if it still fails, within the attempts that policy allows in a day${no}`;
}
