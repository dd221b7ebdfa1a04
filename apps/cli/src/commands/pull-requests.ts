import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { Command } from 'commander';
import { createLocalPullRequests, type LocalPullRequest, type LocalPullRequests } from '@fleetmend/forges';
import { createGit } from '@fleetmend/git';
import { pluginStateDir } from '@fleetmend/hub';
import { PermanentError } from '@fleetmend/kernel';
import { stateDirOption, type CommandFactory } from '../command.ts';
import { FORGE } from '../up/demo-settings.ts';
import { stateLayout } from '../up/state-layout.ts';

/** `pr list|show|merge|close`: pull requests of the local forge, acted upon under the person's own name. */
export const pullRequestCommand: CommandFactory = (world) => {
  const { env, clock, print } = world;
  const program = new Command('pr').description('pull requests of the local forge, as yourself');
  const withForge = async <T>(dir: string, act: (pullRequests: LocalPullRequests) => Promise<T>): Promise<T> => {
    const layout = stateLayout(dir);
    if (!existsSync(layout.hub)) throw new PermanentError('NoLocalFleet', `${layout.root} holds no local fleet: start one with \`fleetmend up\`, or name its folder with --state-dir`);
    const git = createGit(env['PATH'] === undefined ? {} : { path: env['PATH'] });
    const pullRequests = createLocalPullRequests({ stateDir: pluginStateDir(layout.hub, `hub.forges.${FORGE}`, 'local'), root: layout.repositories, clock, git });
    try {
      return await act(pullRequests);
    } finally {
      pullRequests.dispose();
    }
  };
  const me = () => ({ login: env['USER'] ?? env['LOGNAME'] ?? userInfo().username });

  program.command('list').description('every pull request').addOption(stateDirOption(world)).action(async (options) => {
    const all = await withForge(options.stateDir, (pullRequests) => pullRequests.list());
    print(all.length === 0 ? 'No pull requests.' : all.map(renderLine).join('\n'));
  });
  program.command('show <number>').description('one pull request with its text').addOption(stateDirOption(world)).action(async (number: string, options) => {
    const found = await withForge(options.stateDir, (pullRequests) => pullRequests.show(readNumber(number)));
    print(`${renderLine(found)}\n\n${found.body}`);
  });
  program.command('merge <number>').description('merge it').addOption(stateDirOption(world)).action(async (number: string, options) => {
    const merged = await withForge(options.stateDir, (pullRequests) => pullRequests.merge(readNumber(number), me()));
    if (!merged.merged) throw new PermanentError(merged.reason, `pull request #${number} was not merged: ${merged.message}`);
    print(`merged #${number} as ${merged.sha.slice(0, 7)}`);
  });
  program.command('close <number>').description('close it: a no that Fleetmend will respect').addOption(stateDirOption(world)).option('-m, --comment <text>', 'why').action(async (number: string, options) => {
    await withForge(options.stateDir, (pullRequests) => pullRequests.close(readNumber(number), me(), options.comment));
    print(`closed #${number}`);
  });
  return program;
};

function renderLine({ number, state, title, branch, base, author }: LocalPullRequest): string {
  return `#${number}  ${state.padEnd(6)}  ${title}  (${branch} → ${base}, by ${author})`;
}

function readNumber(text: string): number {
  const number = Number(text.replace(/^#/, ''));
  if (!Number.isInteger(number) || number < 1) throw new PermanentError('BadNumber', `"${text}" is not the number of a pull request: \`fleetmend pr list\` shows them`);
  return number;
}
