import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { createGit } from '@fleetmend/git';
import { checkHubCluster } from '@fleetmend/hub';
import { createKubeClient, loadKubeconfig } from '@fleetmend/k8s';
import { messageOf } from '@fleetmend/kernel';
import { SYSTEM_NAMESPACE } from '@fleetmend/model';
import { policyEngines } from '@fleetmend/policy-engines';
import { systemClock } from '@fleetmend/telemetry';
import { onCluster, type CommandFactory } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { stateLayout } from '../up/state-layout.ts';
import { kubeconfigFiles, type ReadOptions } from './requests.ts';

export interface DoctorWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly root: string;
  readonly print: (text: string) => void;
}

interface Check {
  readonly what: string;
  /** Answers what was found; throws what is wrong and how to mend it. */
  readonly run: () => Promise<string> | string;
}

export const doctorCommand: CommandFactory = (world) =>
  onCluster(new Command('doctor').description('checks every dependency, each failure with its fix'), world).action(async (options) => world.done(await doctor(options, world)));

/** Checks everything that a hub on this machine needs; answers the exit code. */
export async function doctor(options: ReadOptions, { env, root, print }: DoctorWorld): Promise<number> {
  let bad = 0;
  for (const { what, run } of checksFor(options, { env, root })) {
    try {
      print(`ok    ${what}: ${await run()}`);
    } catch (error) {
      bad += 1;
      print(`FAIL  ${what}: ${messageOf(error)}`);
    }
  }
  return bad === 0 ? EXIT.ok : EXIT.failed;
}

function checksFor(options: ReadOptions, { env, root }: Omit<DoctorWorld, 'print'>): readonly Check[] {
  return [
    {
      what: 'node',
      run: () => {
        if (Number(process.versions.node.split('.')[0]) < 24) throw new Error(`${process.versions.node} is too old: Node 24 is needed`);
        return process.versions.node;
      },
    },
    { what: 'git', run: async () => (await createGit(env['PATH'] === undefined ? {} : { path: env['PATH'] }).run({ args: ['--version'] })).stdout.toString().trim() },
    {
      what: 'state directory',
      run: () => {
        const { root: dir } = stateLayout(options.stateDir);
        const there = nearestThere(dir);
        try {
          accessSync(there, constants.W_OK);
        } catch {
          throw new Error(`${there} may not be written: choose another state directory with --state-dir`);
        }
        return there === dir ? dir : `${dir} (not there yet, can be made)`;
      },
    },
    { what: 'policy bundle', run: () => loadBundle(join(root, 'policies', 'bundle')) },
    { what: 'hub cluster', run: () => reachCluster(options, env) },
  ];
}

/** The folder itself, or the nearest one above it that exists. */
function nearestThere(dir: string): string {
  return existsSync(dir) ? dir : nearestThere(dirname(dir));
}

async function loadBundle(bundle: string): Promise<string> {
  const [opaWasm] = policyEngines;
  const engine = await opaWasm.create({ bundle, limitMs: 2_000 }, { clock: systemClock, fetch, stateDir: '.', log: { info: () => undefined, warn: () => undefined } });
  const { digest, revision } = engine.active();
  await engine.close();
  return `${revision} ${digest.slice(0, 19)}`;
}

async function reachCluster(options: ReadOptions, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const connection = loadKubeconfig({ files: kubeconfigFiles(options, env), context: options.context });
  try {
    await checkHubCluster(createKubeClient({ ...connection, readOnly: true }), SYSTEM_NAMESPACE);
    return `${connection.context} at ${connection.server} has our kinds`;
  } finally {
    await connection.close();
  }
}
