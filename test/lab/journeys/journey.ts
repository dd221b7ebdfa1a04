import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RemediationRequest } from '@fleetmend/model';
import type { LabFacts } from '../boot/lab.ts';
import { until } from '../boot/server-process.ts';
import { clusterView, type ClusterView } from './cluster-view.ts';
import { deskOf, type Desk } from './desk.ts';
import { startProduct, type Product, type ProductOptions } from './product.ts';
import { startStory } from './story.ts';

export interface JourneyPlan {
  readonly title: string;
  readonly lab: LabFacts;
  /** Of the workload; each journey has its own, so that several can follow each other in one lab. */
  readonly namespace: string;
  /** Name of the repository that may be edited. */
  readonly repository: string;
}

/** What every journey has: the lab's cluster, a repository on Gitea, hub and agents, and a story of what happened when. */
export interface Journey {
  readonly cluster: ClusterView;
  readonly desk: Desk;
  /** The bot whose name the product's pull requests bear. */
  readonly bot: string;
  /** Another repository of the same forge. */
  otherDesk(name: string): Desk;
  tell(what: string): void;
  /** Waits for a step. When it does not come, the error holds what the product was saying: without it a time-out explains nothing. */
  comes(what: string, seconds: number, probe: () => Promise<boolean>): Promise<void>;
  startProduct(options?: ProductOptions): Promise<void>;
  /** Ends hub and agents, once they were started. */
  stop(): Promise<void>;
  /** Those about the journey's namespace, oldest first. */
  requests(): Promise<readonly RemediationRequest[]>;
  /** @throws Error unless there is exactly one. */
  theRequest(): Promise<RemediationRequest>;
}

const lastOf = (log: string, lines: number, most: number): string => log.split('\n').slice(-lines).join('\n').slice(0, most);

export const openJourney = ({ title, lab, namespace, repository }: JourneyPlan): Journey => {
  const { gitea } = lab;
  if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');
  const cluster = clusterView(lab);
  const { tell } = startStory(title);
  const state: { product?: Product } = {};
  const requests = async (): Promise<readonly RemediationRequest[]> =>
    (await cluster.get<{ items: RemediationRequest[] }>('remediationrequests.fleetmend.dev', '-A')).items
      .filter(({ spec }) => spec.target?.namespace === namespace)
      .toSorted((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp));
  const explain = async (): Promise<string> => {
    const all = (await requests().catch(() => [])).map(({ metadata, spec, status }) => `${metadata.name} ${spec.clusters.join(' ')} ${JSON.stringify(status, null, 1)}`);
    const { product } = state;
    return `the requests: ${all.join('\n').slice(0, 6000) || 'none'}\nthe hub:\n${lastOf(product?.hubLog() ?? '', 8, 3000)}\nthe agents:\n${lastOf(product?.agentLog() ?? '', 5, 1500)}`;
  };
  return {
    cluster,
    requests,
    desk: deskOf(gitea, repository),
    bot: gitea.bot.name,
    otherDesk: (name) => deskOf(gitea, name),
    tell,
    async comes(what, seconds, probe) {
      try {
        await until(what, seconds, probe);
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${await explain()}`, { cause: error });
      }
    },
    async startProduct(options = {}) {
      state.product = await startProduct(lab, mkdtempSync(join(tmpdir(), 'product-')), options);
    },
    stop: async () => state.product?.stop(),
    async theRequest() {
      const all = await requests();
      const [only] = all;
      if (!only || all.length !== 1) throw new Error(`there are ${all.length} requests, one was expected\n${await explain()}`);
      return only;
    },
  };
};
