import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabFacts, LabServer } from '../boot/lab.ts';
import { LAB_SERVERS } from '../boot/lab.ts';
import { factsFile } from '../boot/start-lab.ts';
import { installPackages, missingPackages, obstacle } from '../boot/requirements.ts';
import { enterWorld, findWorld, type World } from '../boot/world.ts';
import { pick, UsageError, type CommandContext } from './context.ts';
import { clearRemains, holdLab, logsFolder, runSession, stateFolder } from './session.ts';

/** What a person needs to use the lab. */
export const describeLab = (facts: LabFacts, world: World): readonly string[] => {
  return [
    'The lab is up in network and mount namespaces of its own.',
    `  a shell inside   ${enterWorld(world).join(' ')} bash   (or: npm run lab -- exec COMMAND…)`,
    ...(facts.kubernetes ? [`  KUBECONFIG       ${facts.kubernetes.kubeconfig}   (context lab, ${facts.kubernetes.server})`] : []),
    ...(facts.gitea ? [`  forge            ${facts.gitea.url}   user ${facts.gitea.admin.name}, password ${facts.gitea.admin.password}`] : []),
    ...(facts.nats ? [`  bus              ${facts.nats.url}`] : []),
    ...(facts.argocd ? [`  Argo CD          namespace ${facts.argocd.namespace}`] : []),
    ...(facts.flux ? [`  Flux             namespace ${facts.flux.namespace}`] : []),
    ...(facts.fleet ?? []).map(({ name, kubeconfig }) => `  cluster ${name.padEnd(8)} KUBECONFIG ${kubeconfig}`),
    `  logs             ${facts.logs}`,
    ...(facts.kubernetes ? ['  the product      npm run lab -- exec npm start -- --context lab'] : []),
    'End it with: npm run lab -- down',
  ];
};

export const readFacts = (context: CommandContext): LabFacts => JSON.parse(readFileSync(factsFile(stateFolder(context)), 'utf8')) as LabFacts;

/** `up [NAME…]`: boots the named parts, or all that can be booted here but for further clusters, and leaves them running. */
export const up = async (names: readonly string[], options: { readonly install: boolean }, context: CommandContext): Promise<number> => {
  const chosen = pick(LAB_SERVERS.map((name) => ({ name })), names, 'server').map(({ name }) => name);
  const wanted: readonly LabServer[] = names.length > 0 ? chosen : LAB_SERVERS.filter((server) => server !== 'fleet');
  const held = await holdLab(context);
  try {
    await clearRemains(context);
    if (options.install) await installPackages(missingPackages(wanted, context.env), context);
    const blocked = wanted.flatMap((server) => obstacle(server, context.env)?.replace(/^/, `${server}: `) ?? []);
    if (names.length > 0 && blocked.length > 0) throw new UsageError(blocked.join('\n'));
    for (const line of blocked) context.report(`left out ${line}`);
    const servers = wanted.filter((server) => obstacle(server, context.env) === undefined);
    const reportFile = join(context.cache.run, 'unused.json');
    const status = await runSession({ servers, tools: [], specs: [], reportFile, json: false, record: false, bound: false }, context);
    if (status !== 0) {
      context.report(`the lab did not come up; its logs are in ${logsFolder(context)}`);
      return status;
    }
    const world = findWorld(context.cache);
    if (!world) throw new Error(`the lab ended right after it came up: see ${logsFolder(context)}`);
    for (const line of describeLab(readFacts(context), world)) process.stdout.write(`${line}\n`);
    return 0;
  } finally {
    held.release();
  }
};
