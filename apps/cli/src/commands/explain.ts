import { Command } from 'commander';
import { createSettingsReader } from '@fleetmend/hub';
import { createKubeClient, loadKubeconfig } from '@fleetmend/k8s';
import { effectivePolicy, productionSettings, type EffectivePolicy } from '@fleetmend/lifecycle';
import type { RemediationRequest } from '@fleetmend/model';
import { onCluster, type CommandFactory, type CommandWorld } from '../command.ts';
import { renderExplanation } from '../story/explanation.ts';
import { findRequest, kubeconfigFiles, type ReadOptions } from './requests.ts';

interface ExplainOptions extends ReadOptions {
  readonly namespace?: string | undefined;
}

/** `explain REQUEST`: why a request stands where it stands. */
export const explainCommand: CommandFactory = (world) =>
  onCluster(new Command('explain').argument('<request>').description('why a request stands where it stands: evidence, candidates, proof, verdict, policies'), world)
    .option('-n, --namespace <namespace>', 'namespace of the request')
    .action(async (name: string, options: ExplainOptions) => {
      const request = await findRequest(name, options, world.env);
      world.print(renderExplanation(request, await readPolicy(request, options, world)));
    });

/** What all policies together allow this request, read with the rights of whoever asks. */
async function readPolicy(request: RemediationRequest, options: ExplainOptions, { env, clock }: CommandWorld): Promise<EffectivePolicy> {
  const connection = loadKubeconfig({ files: kubeconfigFiles(options, env), context: options.context });
  try {
    const settings = createSettingsReader(createKubeClient({ ...connection, readOnly: true, userAgent: 'fleetmend' }));
    const [policies, clusters] = await Promise.all([settings.policies(), settings.clusters()]);
    return effectivePolicy({ request, policies, labelsOf: (name) => clusters.find((cluster) => cluster.name === name)?.labels ?? {}, now: clock.now(), settings: productionSettings });
  } finally {
    await connection.close();
  }
}
