import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPermanent, type Duration } from '@fleetmend/kernel';
import { installedRenderers } from '@fleetmend/render';
import { PLACEHOLDER_URL, readScenario, score, startReviewer, watchScenario, type Files, type Scenario, type Seen } from '@fleetmend/sandbox';
import { ticketOf } from '@fleetmend/stages';
import { systemClock } from '@fleetmend/telemetry';
import { renderState } from '../../scorecard/rendered-objects.ts';
import { brokenRow, malformedRow, renderRow, skippedRow, type Row } from '../../scorecard/row.ts';
import type { LabFacts } from '../boot/lab.ts';
import { prepareHubCluster, startProduct, type ProductPrograms } from '../journeys/product.ts';
import { createScenarioRepository, type ScenarioRepository } from './gitea-repository.ts';
import { labCluster, type LabCluster } from './lab-cluster.ts';
import { missingInLab } from './lab-abilities.ts';

export interface LabPlay {
  readonly lab: LabFacts;
  /** Hub and agent, bundled once for all scenarios. */
  readonly programs: ProductPrograms;
  /** How long a repair has to last. */
  readonly held: Duration;
  readonly tell: (line: string) => void;
}

/** Plays one scenario folder on the lab's servers with the product as its own processes, and scores it as the sandbox's are. */
export const playLab = async (dir: string, { lab, programs, held, tell }: LabPlay): Promise<Row> => {
  const began = performance.now();
  const { gitea } = lab;
  if (!gitea) throw new Error('scenarios need gitea: add it to the servers of the spec in test/lab/specs.ts');
  let plain: Scenario;
  try {
    plain = readScenario(dir);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return malformedRow(dir, error.message);
  }
  const missing = missingInLab(plain, lab);
  if (missing.length > 0) return skippedRow(plain, missing);
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  const { branch, path } = plain.repository;
  const repository = await createScenarioRepository({ gitea, name: plain.name, branch, folder });
  const scenario = readScenario(dir, { url: repository.url });
  const cluster = await labCluster(lab, scenario, branch);
  const log: string[] = [];
  const say = (line: string): void => {
    log.push(`${((performance.now() - began) / 1000).toFixed(1)}s ${line}`);
    tell(`${plain.name}: ${line}`);
  };
  const editable = path.replace(/^\.?\/+|\/+$/g, '');
  const [name = ''] = plain.clusters;
  await prepareHubCluster(lab, { repository: repository.name, clusters: [{ name, gitops: cluster.gitops }], branch, editablePaths: [editable === '' || editable === '.' ? '**' : `${editable}/**`] });
  const product = await startProduct(lab, folder, { agents: [{ cluster: name }], programs });
  try {
    const seen = await playAndWatch({ scenario, repository, cluster, held, say });
    return renderRow({ scenario, score: score(scenario.expect, seen, held), seen, log, took: performance.now() - began });
  } catch (error) {
    return brokenRow(scenario, { error, log: [...log, ...product.hubLog().split('\n').slice(-10)], took: performance.now() - began });
  } finally {
    await product.stop();
    await cluster.clear();
    say('the cluster is empty again');
  }
};

interface Story {
  readonly scenario: Scenario;
  readonly repository: ScenarioRepository;
  readonly cluster: LabCluster;
  readonly held: Duration;
  readonly say: (line: string) => void;
}

const playAndWatch = async ({ scenario, repository, cluster, held, say }: Story): Promise<Seen> => {
  const [name = ''] = scenario.clusters;
  const { branch } = scenario.repository;
  await cluster.apply(scenario.live(name), 'kubectl-client-side-apply');
  const commits: string[] = [];
  const usual = new Set<string>();
  for (const [index, step] of scenario.history.entries()) {
    say(`commit ${index + 1} of ${scenario.history.length}: ${step.message}`);
    const commit = await repository.writer.commit({ branch, files: step.files, message: step.message });
    commits.push(commit);
    for (const decoy of scenario.branches.filter(({ from }) => from === index)) await pushDecoy({ scenario, repository, decoy });
    if (index === 0) await cluster.follow(repository.url);
    await cluster.untilTried(commit);
    if (index > 0) continue;
    await cluster.untilHealthy();
    for (const { about } of await cluster.troubles(commit)) usual.add(about);
  }
  await cluster.apply(scenario.liveAfter(name), 'kubectl-edit');
  const appliedAt = systemClock.now();
  say('the fault is applied');

  const tiers = new Map<string, string>();
  const reviewer = startReviewer({ habit: scenario.reviewer, desk: repository.desk, tierOf: (head) => tiers.get(head), clock: systemClock, trouble: say });
  const steps = await Promise.all(commits.map((commit) => repository.files(commit)));
  const phases = new Map<string, string>();
  const requests = async () => {
    const all = await cluster.requests();
    for (const { metadata, spec, status } of all) {
      const head = status.pullRequest?.branch;
      const tier = status.verdict?.tier ?? status.plan?.tier;
      if (head !== undefined && tier !== undefined) tiers.set(head, tier);
      if (phases.get(metadata.name) !== status.phase) say(`${metadata.name} (${spec.failure.class}): ${status.phase} (${status.reason ?? ''})`);
      phases.set(metadata.name, status.phase);
    }
    return all;
  };
  const local = (files: Files): Files => new Map([...files].map(([file, text]) => [file, text.replaceAll(repository.url, PLACEHOLDER_URL)]));
  try {
    return await watchScenario({
      // Minutes are real here: that nothing comes later is the sandbox's to show.
      scenario, appliedAt, steps, usual, held,
      world: {
        clock: systemClock,
        requests,
        tickets: async () => (await cluster.requests()).filter(({ status }) => status.aftermath?.escalated !== undefined).map(ticketOf),
        pullRequests: (faulty) => repository.pullRequests(faulty),
        files: async () => repository.files(await repository.head(branch)),
        troubles: async () => cluster.troubles(await repository.head(branch)),
        live: (refs) => cluster.find(refs),
        act: async (what) => {
          say(`somebody: ${what.message}`);
          if (what.files.size > 0) await repository.writer.commit({ branch, files: what.files, message: what.message });
          await cluster.apply(what.byHand(name), 'kubectl-edit');
        },
        render: (files, refs) => renderState(readScenario(scenario.dir), { files: local(files), named: refs, renderers: installedRenderers(process.env) }),
      },
    });
  } finally {
    await reviewer.stop();
  }
};

const pushDecoy = async ({ scenario, repository, decoy }: { readonly scenario: Scenario; readonly repository: ScenarioRepository; readonly decoy: Scenario['branches'][number] }): Promise<void> => {
  const files = new Map(scenario.history.slice(0, decoy.from + 1).flatMap((step) => [...step.files]));
  await repository.writer.commit({ branch: decoy.name, files: new Map([...files].filter(([, text]) => text !== null)), message: scenario.history[decoy.from]?.message ?? '' });
  await repository.writer.commit({ branch: decoy.name, files: decoy.files, message: decoy.message });
};
