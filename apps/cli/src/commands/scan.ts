import { Command, Option } from 'commander';
import { loadKubeconfig } from '@fleetmend/k8s';
import { parseDuration, PermanentError } from '@fleetmend/kernel';
import { playbook } from '@fleetmend/reasoners';
import { createLogger } from '@fleetmend/telemetry';
import { stringify } from 'yaml';
import { onCluster, type CommandFactory } from '../command.ts';
import { renderScan } from '../scan/render-scan.ts';
import { scan } from '../scan/scan.ts';
import { kubeconfigFiles, type ReadOptions } from './requests.ts';

interface ScanOptions extends ReadOptions {
  readonly output?: 'json' | 'yaml' | undefined;
  readonly for: string;
}

/** `scan`: what is failing in a cluster now; nothing is installed, nothing is written. */
export const scanCommand: CommandFactory = (world) =>
  onCluster(new Command('scan').description('what is failing in a cluster now, its cause, and what would be changed; only reads, installs nothing'), world)
    .addOption(new Option('-o, --output <format>', 'instead of a table').choices(['json', 'yaml']))
    .option('--for <duration>', 'how long to look on: what began a moment ago has to last before it counts', '3s')
    .action(async (options: ScanOptions) => {
      const { env, clock, random, signal, print, stderr } = world;
      const watchFor = readDuration(options.for);
      const connection = loadKubeconfig({ files: kubeconfigFiles(options, env), context: options.context });
      const logger = createLogger({ level: 'silent', service: 'fleetmend' });
      const log = { info: (message: string) => logger.info(message), warn: (message: string) => logger.warn(message) };
      try {
        if (stderr.isTTY) stderr.write(`looking at ${connection.server} …\n`);
        const made = await playbook.create({}, { clock, fetch, stateDir: '.', log });
        const scanned = await scan({ connection, clock, random, reasoners: [made], signal, watchFor, log });
        if (options.output === 'json') return print(JSON.stringify({ server: connection.server, ...scanned }, undefined, 2));
        if (options.output === 'yaml') return print(stringify({ server: connection.server, ...scanned }).trimEnd());
        print(renderScan(scanned));
      } finally {
        await connection.close();
      }
    });

/** @throws PermanentError `BadDuration` */
function readDuration(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new PermanentError('BadDuration', `--for ${text} is not a duration: write 30s or 2m`, { cause });
  }
}
