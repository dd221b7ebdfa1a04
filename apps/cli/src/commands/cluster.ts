import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { agentPermissions, createBusKeys, describeIdentity, dryRunPermissions, hubPermissions, issueIdentity, pushAccount, renderServerAuth, revokeIdentity, setUpPermissions, withAccountClaims } from '@fleetmend/bus';
import { createSettingsReader } from '@fleetmend/hub';
import { createKubeClient, loadKubeconfig } from '@fleetmend/k8s';
import { parseDuration, parseTime, PermanentError, renderDuration, type Clock, type Random } from '@fleetmend/kernel';
import { Label } from '@fleetmend/model';
import { Command } from 'commander';
import { onCluster, type CommandFactory } from '../command.ts';
import { renderTable } from '../table.ts';
import { kubeconfigFiles, type ReadOptions } from './requests.ts';

const KEYS = 'fleetmend-keys';

/** `cluster init|join|list|revoke`: who may speak on the bus, and for which cluster. */
export const clusterCommand: CommandFactory = (world) => {
  const { clock, random, print, env } = world;
  const program = new Command('cluster').description('clusters of the fleet, and the bus identities of their agents');
  const dryRunOption = ['--dry-run', "of the cluster's optional dry-run process instead of its agent"] as const;
  const keysDir = ['--keys <dir>', 'folder of the keys; whoever has it can make identities', KEYS] as const;
  program
    .command('init')
    .description('make the keys of a bus: what its servers trust, and the identities of the hub and of set-up')
    .option(...keysDir)
    .action(async ({ keys }: { readonly keys: string }) => print(await initKeys(keys)));
  program
    .command('join <name>')
    .description('make the identity of an agent, which may speak for this cluster and no other')
    .option(...keysDir)
    .option('--expires <duration>', 'how long it counts, for example 90d; default: until it is revoked')
    .option(...dryRunOption)
    .action(async (name: string, { keys, expires, dryRun }: { readonly keys: string; readonly expires?: string; readonly dryRun?: boolean }) => print(await joinCluster({ name, who: dryRun ? 'dry-run' : 'agent', dir: keys, expires: expires === undefined ? undefined : clock.now() + parseDuration(expires) })));
  program
    .command('revoke <name>')
    .description("take an agent's identity away, at once")
    .option(...keysDir)
    .requiredOption('--server <address...>', 'a NATS server of the bus: nats://host:4222')
    .option(...dryRunOption)
    .action(async (name: string, { keys, server, dryRun }: { readonly keys: string; readonly server: readonly string[]; readonly dryRun?: boolean }) => print(await revoke({ name, who: dryRun ? 'dry-run' : 'agent', dir: keys, servers: server, clock, random })));
  onCluster(program.command('list').description('every cluster that the hub knows, and when its agent was last heard'), world).action(async (options: ReadOptions) => print(await list(options, env, clock)));
  return program;
};

/** @throws PermanentError `KeysExist` */
export async function initKeys(dir: string): Promise<string> {
  if (existsSync(join(dir, 'operator.seed'))) throw new PermanentError('KeysExist', `${dir} holds keys already; every identity ever made would be lost with them: name another folder with --keys`);
  mkdirSync(join(dir, 'agents'), { recursive: true, mode: 0o700 });
  const keys = await createBusKeys();
  const hub = await issueIdentity({ name: 'hub', accountSeed: keys.accountSeed, permissions: hubPermissions() });
  const setUp = await issueIdentity({ name: 'set-up', accountSeed: keys.accountSeed, permissions: setUpPermissions() });
  const files = {
    'operator.seed': keys.operatorSeed,
    'account.seed': keys.accountSeed,
    'account.jwt': keys.accountJwt,
    'system.creds': keys.systemCreds,
    'hub.creds': hub.creds,
    'set-up.creds': setUp.creds,
    'nats-auth.conf': renderServerAuth(keys, { resolverDir: './jwt' }),
  };
  for (const [name, text] of Object.entries(files)) writeSecret(join(dir, name), text);
  return [`keys in ${resolve(dir)}:`, '  nats-auth.conf   include it in the configuration of every nats-server, with JetStream on', '  set-up.creds     for the one who creates the stream, once', '  hub.creds        for the hub, as a Kubernetes Secret', '  *.seed, system.creds   keep them offline', 'next: fleetmend cluster join NAME'].join('\n');
}

/** @throws PermanentError `BadClusterName`, `KeysMissing`, `AlreadyJoined` */
async function joinCluster({ name, who, dir, expires }: { readonly name: string; readonly who: Who; readonly dir: string; readonly expires: number | undefined }): Promise<string> {
  const accountSeed = readKeyFile(dir, 'account.seed');
  const file = identityFile(dir, name, who);
  if (existsSync(file)) throw new PermanentError('AlreadyJoined', `${file} is there already: revoke it first (\`fleetmend cluster revoke ${name}${who === 'dry-run' ? ' --dry-run' : ''}\`), so that no identity is forgotten`);
  const identity = who === 'agent' ? { name, permissions: agentPermissions(name) } : { name: `${name}-dry-run`, permissions: dryRunPermissions(name) };
  const { creds } = await issueIdentity({ ...identity, accountSeed, expires });
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeSecret(file, creds);
  return `${file}\nput it into the cluster: kubectl create secret generic fleetmend-${who}-bus --from-file=credentials=${file}`;
}

/** @throws PermanentError `NotJoined`, and what the bus says. */
async function revoke({ name, who, dir, servers, clock, random }: { readonly name: string; readonly who: Who; readonly dir: string; readonly servers: readonly string[]; readonly clock: Clock; readonly random: Random }): Promise<string> {
  const file = identityFile(dir, name, who);
  if (!existsSync(file)) throw new PermanentError('NotJoined', `${dirname(file)} holds no identity of ${name}; it holds: ${joined(dirname(file)).join(', ') || 'none'}`);
  const { publicKey } = describeIdentity(readFileSync(file, 'utf8'));
  const accountJwt = await revokeIdentity({ accountJwt: readKeyFile(dir, 'account.jwt'), operatorSeed: readKeyFile(dir, 'operator.seed'), publicKey, at: clock.now() });
  // Written before it is handed out: a server that is reached later must not get the claims from before.
  writeSecret(join(dir, 'account.jwt'), accountJwt);
  const configured = join(dir, 'nats-auth.conf');
  if (existsSync(configured)) writeSecret(configured, withAccountClaims(readFileSync(configured, 'utf8'), accountJwt));
  await pushAccount({ servers, credentials: { kind: 'creds', creds: readKeyFile(dir, 'system.creds') }, clock, random }, accountJwt);
  renameSync(file, `${file}.revoked`);
  return `${name} is revoked: its ${who === 'agent' ? 'agent' : 'dry-run process'} is disconnected and not let in again\nnats-auth.conf says so too: give it to servers that may start with an empty disk\n\`fleetmend cluster join ${name}\` makes a new identity`;
}

async function list(options: ReadOptions, env: Readonly<Record<string, string | undefined>>, clock: Clock): Promise<string> {
  const connection = loadKubeconfig({ files: kubeconfigFiles(options, env), context: options.context });
  try {
    const clusters = await createSettingsReader(createKubeClient({ ...connection, readOnly: true, userAgent: 'fleetmend' })).clusters();
    if (clusters.length === 0) return 'No cluster has been heard of yet: an agent registers its cluster by its first heartbeat.';
    const rows = clusters.map(({ name, labels, status }) => {
      const seen = parseTime(status.agent?.lastSeen);
      return [name, Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(','), status.agent?.version ?? '', seen === undefined ? 'never' : `${renderDuration(Math.max(0, clock.now() - seen))} ago`, String(status.open ?? 0)];
    });
    return renderTable(['NAME', 'LABELS', 'AGENT', 'LAST SEEN', 'OPEN'], rows);
  } finally {
    await connection.close();
  }
}

/** Whose identity: a cluster has one agent, and may have one dry-run process. */
type Who = 'agent' | 'dry-run';

function identityFile(dir: string, name: string, who: Who): string {
  if (!Label.safeParse(name).success) throw new PermanentError('BadClusterName', `"${name}" cannot name a cluster: write a lower-case label, for example prod-eu-1`);
  return join(dir, `${who}s`, `${name}.creds`);
}

const joined = (dir: string): readonly string[] => (existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.creds')).map((name) => name.replace(/\.creds$/, '')) : []);

function readKeyFile(dir: string, name: string): string {
  const file = join(dir, name);
  if (!existsSync(file)) throw new PermanentError('KeysMissing', `there is no ${file}: make the keys of a bus with \`fleetmend cluster init\`, or name their folder with --keys`);
  return readFileSync(file, 'utf8');
}

function writeSecret(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}
