import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { createLocalPullRequests } from '@fleetmend/forges';
import { createGit, type BareRepository } from '@fleetmend/git';
import { pluginStateDir } from '@fleetmend/hub';
import { createKubeClient, loadKubeconfig } from '@fleetmend/k8s';
import { isPermanent, messageOf, PermanentError, seconds } from '@fleetmend/kernel';
import { demoFleet, missingAbilities, readScenario, type Scenario } from '@fleetmend/sandbox';
import { Command } from 'commander';
import { stateDirOption, type CommandFactory, type CommandWorld } from '../command.ts';
import { BUILT_IN_FAULTS, type BuiltInFault } from '../up/built-in-faults.ts';
import { BRANCH, FORGE, REPOSITORY } from '../up/demo-settings.ts';
import { stateLayout, type StateLayout } from '../up/state-layout.ts';
import { objectsIn, untilScenarioHealthy } from '../up/until-scenario-healthy.ts';

const KNOWN = BUILT_IN_FAULTS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n');

/** `sandbox break`: a mistake in Git, pushed into the fleet that `npm start` runs. */
export const sandboxCommand: CommandFactory = (world) =>
  new Command('sandbox').description('the fleet that `up` runs in its process').addCommand(
    new Command('break')
      .argument('<scenario>', 'name of a fault below, or a scenario folder')
      .description('break something in the running fleet, as somebody would: by a commit to its repository')
      .addOption(stateDirOption(world))
      .addHelpText('after', `\nFaults:\n${KNOWN}\n\nExamples:\n  fleetmend sandbox break image\n  fleetmend sandbox break test/scenarios/oom-limit-lowered`)
      .action(async (what: string, { stateDir }: { readonly stateDir: string }) => breakSandbox(what, stateLayout(stateDir), world)),
  );

/** @throws PermanentError `FleetNotRunning`, `UnknownFault`, `BrokenAlready`, `NotForRunningFleet` */
async function breakSandbox(what: string, layout: StateLayout, world: CommandWorld): Promise<void> {
  const builtIn = BUILT_IN_FAULTS.find(({ name }) => name === what);
  const dir = isAbsolute(what) ? what : [what, join(world.root, what), join(world.root, 'test', 'scenarios', what)].find((path) => existsSync(join(path, 'scenario.yaml')));
  if (!builtIn && dir === undefined) throw new PermanentError('UnknownFault', `"${what}" is neither a scenario folder nor one of the faults: ${BUILT_IN_FAULTS.map(({ name }) => name).join(', ')}`);
  const scenario = builtIn || dir === undefined ? undefined : scenarioFor(dir);
  await needRunning(layout);
  await withRepository(layout, world, async (repository) => {
    if (builtIn) return pushFault(repository, builtIn, world);
    if (scenario) await pushScenario(repository, scenario, layout, world);
  });
  world.print('watch it: `fleetmend get`, or the dashboard that `npm start` printed');
}

async function pushFault(repository: BareRepository, { file, edit, message, name }: BuiltInFault, world: CommandWorld): Promise<void> {
  const text = await (await repository.tree(await repository.head(BRANCH))).read(file);
  if (text === undefined) throw new PermanentError('NotForRunningFleet', `the running fleet has no ${file}: \`${name}\` is a fault of the demo's fleet, which \`npm start\` alone runs`);
  const broken = edit(text);
  if (broken === undefined) throw new PermanentError('BrokenAlready', `${file} is that way already: \`fleetmend get\` shows what is made of it`);
  const commit = await repository.commit({ branch: BRANCH, files: new Map([[file, broken]]), message, author: me(world) });
  world.print(`pushed ${commit.slice(0, 7)} to ${BRANCH}: "${message}" (${file})`);
}

/** Each commit of the scenario's history, in a folder of its own below the one that its cluster applies. */
async function pushScenario(repository: BareRepository, scenario: Scenario, layout: StateLayout, world: CommandWorld): Promise<void> {
  const { root, cluster } = await roomFor(scenario, repository);
  for (const [index, { files, message }] of scenario.history.entries()) {
    const commit = await repository.commit({ branch: BRANCH, files: new Map([...files].map(([path, text]) => [`${root}/${path}`, text])), message, author: me(world) });
    world.print(`pushed ${commit.slice(0, 7)} to ${BRANCH}: "${message}" (${root})`);
    if (index === 0) await untilScenarioHealthy({ files, kubeconfig: layout.kubeconfig, context: cluster, clock: world.clock, signal: world.signal });
  }
}

/** A folder of its own below a cluster that has none of the scenario's objects yet: two files about one object would fight. */
async function roomFor({ name, history }: Scenario, repository: BareRepository): Promise<{ readonly root: string; readonly cluster: string }> {
  const tree = await repository.tree(await repository.head(BRANCH));
  const wanted = history.flatMap(({ files }) => objectsIn(files));
  const taken: string[] = [];
  for (const { name: cluster, path } of demoFleet().clusters) {
    const present = new Map(await Promise.all((await tree.list(path)).map(async (file) => [file, (await tree.read(file)) ?? ''] as const)));
    const both = objectsIn(present).find((object) => wanted.includes(object));
    if (both === undefined) return { root: `${path}/scenarios/${name}`, cluster };
    taken.push(`${cluster} has ${both}`);
  }
  throw new PermanentError('BrokenAlready', `no cluster has room for ${name} (${taken.join('; ')}): remove that from the repository first`);
}

/** A scenario that a fleet can be given while it runs: by commits alone, into one cluster. */
function scenarioFor(dir: string): Scenario {
  const scenario = readScenario(dir);
  const alone = `play it in a world of its own: \`fleetmend up --scenario ${dir}\``;
  if (scenario.layout !== 'raw') throw new PermanentError('NotForRunningFleet', `${scenario.name} has the layout ${scenario.layout}, and the folders of the running fleet hold plain manifests; ${alone}`);
  const problems = missingAbilities(scenario, {});
  const [firstProblem] = problems;
  if (firstProblem !== undefined) throw new PermanentError('NotForRunningFleet', `${scenario.name} is not for this world: ${problems.join('; ')}`);
  const [only, second] = scenario.clusters;
  if (only === undefined || second !== undefined) throw new PermanentError('NotForRunningFleet', `${scenario.name} has several clusters of its own; ${alone}`);
  if (scenario.live(only).length > 0 || scenario.liveAfter(only).length > 0) throw new PermanentError('NotForRunningFleet', `${scenario.name} puts objects into the cluster that are not in Git; ${alone}`);
  return scenario;
}

/** Nobody listens where no fleet runs, which is known at once; a busy machine may take its time to answer. */
async function needRunning({ kubeconfig, root }: StateLayout): Promise<void> {
  const how = 'start it with `npm start` in another terminal, or name its folder with --state-dir';
  if (!existsSync(kubeconfig)) throw new PermanentError('FleetNotRunning', `${root} holds no fleet: ${how}`);
  const connection = loadKubeconfig({ files: [kubeconfig] });
  try {
    await createKubeClient({ ...connection, readOnly: true }).json({ path: '/version', signal: AbortSignal.timeout(seconds(30)) });
  } catch (error) {
    if (isPermanent(error)) throw error;
    throw new PermanentError('FleetNotRunning', `the fleet of ${root} does not run (${messageOf(error)}): ${how}`, { cause: error });
  } finally {
    await connection.close();
  }
}

async function withRepository(layout: StateLayout, { env, clock }: CommandWorld, act: (repository: BareRepository) => Promise<void>): Promise<void> {
  const git = createGit(env['PATH'] === undefined ? {} : { path: env['PATH'] });
  const pullRequests = createLocalPullRequests({ stateDir: pluginStateDir(layout.hub, `hub.forges.${FORGE}`, 'local'), root: layout.repositories, clock, git });
  try {
    await act(await pullRequests.repository(REPOSITORY));
  } finally {
    pullRequests.dispose();
  }
}

function me({ env }: CommandWorld): { readonly name: string; readonly email: string } {
  const login = env['USER'] ?? env['LOGNAME'] ?? userInfo().username;
  return { name: login, email: `${login}@fleet.local` };
}
