import { parseArgs } from 'node:util';
import { openBus } from '@fleetmend/agent';
import { loadConfig, type DryRunConfig } from '@fleetmend/config';
import { loadKubeconfig } from '@fleetmend/k8s';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import { createLogger, systemClock, systemRandom } from '@fleetmend/telemetry';
import { createAskApi } from './ask-api.ts';
import { startDryRun } from './dry-run.ts';

/** Exit code for what somebody has to change first; 1 is everything else. */
const PERMANENT = 78;

function readConfig(file: string): DryRunConfig {
  const { dryRun } = loadConfig(file);
  if (!dryRun) throw new PermanentError('ConfigInvalid', `${file} has no part "dryRun": add it`);
  return dryRun;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string', default: 'fleetmend.yaml' } } });
  const { cluster, namespace, policy, ...config } = readConfig(values.config);
  const log = createLogger({ level: config.log.level, service: 'dry-run' }).child({ 'fleetmend.cluster': cluster });
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.resolve());
  const kubernetes = loadKubeconfig({ files: config.kubernetes.kubeconfig, context: config.kubernetes.context });
  // Nobody can ask before it is proved that asking changes nothing.
  const answer = await startDryRun({ ask: createAskApi(kubernetes), namespace, policy, clock: systemClock });
  const bus = openBus(config.bus, { env: process.env, clock: systemClock, random: systemRandom, onTrouble: (error) => log.warn(`the bus has trouble: ${messageOf(error)}`) });
  bus.dryRun(cluster).onQuestion(async (question) => {
    const reply = await answer(question);
    if (reply.answer === 'refusal') log.warn({ reason: reply.reason }, `a dry run could not be made: ${reply.message}`);
    else log.info({ asked: reply.asked, refused: reply.refused.length }, 'a dry run was made');
    return reply;
  });
  log.info({ policy }, `asks ${kubernetes.server} what it would take, and was proved to be able to write nothing`);
  await stopped.promise;
  await bus.close();
  await kubernetes.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`fleetmend-dry-run: ${messageOf(error)}\n`);
    process.exit(error instanceof PermanentError ? PERMANENT : 1);
  },
);
