import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { findWorld, insideWorld } from '../boot/world.ts';
import { UsageError, type CommandContext } from './context.ts';
import { readFacts } from './up.ts';

/** `exec COMMAND…`: runs a command inside the lab, with KUBECONFIG set and kubectl on PATH; its exit status. */
export const exec = (command: readonly string[], context: CommandContext): Promise<number> => {
  const world = findWorld(context.cache);
  if (!world) throw new UsageError('no lab is up: start one with `npm run lab -- up`');
  const facts = readFacts(context);
  const kubectl = facts.programs.kubernetes?.paths.kubectl;
  const env = {
    ...context.env,
    ...(facts.kubernetes ? { KUBECONFIG: facts.kubernetes.kubeconfig } : {}),
    PATH: [...(kubectl ? [dirname(kubectl)] : []), context.env.PATH].join(':'),
  };
  const [file, ...args] = insideWorld(world, process.cwd(), command);
  return new Promise((done, failed) => {
    const child = spawn(file, args, { stdio: 'inherit', env: env as NodeJS.ProcessEnv });
    child.on('error', failed);
    child.on('exit', (code) => done(code ?? 1));
  });
};
