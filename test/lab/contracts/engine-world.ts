import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@fleetmend/model';
import type { EngineContext, GitOpsEngine, RolloutState } from '@fleetmend/plugin-api';
import { kubectlIn } from '../boot/kubectl-in.ts';
import type { GiteaFacts, LabFacts } from '../boot/lab.ts';
import { commitAsOwner, createRepository } from './gitea-api.ts';

/** A Deployment that no node has to run: what an engine applies is the question, not what becomes of it. */
export const deploymentOf = (place: { readonly namespace: string; readonly name: string }, memory: string, replicas = 0): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: place,
    spec: {
      replicas,
      selector: { matchLabels: { app: place.name } },
      template: { metadata: { labels: { app: place.name } }, spec: { containers: [{ name: 'app', image: 'app:1', resources: { limits: { memory } } }] } },
    },
  });

/** Reads objects as the hub does through an agent; here by an administrator's kubectl. */
export const readIn = (lab: LabFacts): EngineContext['read'] => async ({ apiVersion, kind, namespace, name }) => {
  const [group = ''] = apiVersion.split('/');
  const where = namespace ? ['--namespace', namespace] : ['--all-namespaces'];
  const text = await kubectlIn(lab, ['get', `${kind.toLowerCase()}.${group}`, ...where, '--output', 'json']);
  const { items } = JSON.parse(text) as { readonly items: readonly KubeObject[] };
  return items.filter(({ metadata }) => name === undefined || metadata.name === name);
};

/** One repository on Gitea and one live Deployment, as an engine under test sees them. */
export interface EngineOnLab {
  readonly url: string;
  head(): string;
  /** Commits on `main`; the new commit. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
  live(): Promise<KubeObject>;
  rollout(commit: string): Promise<RolloutState>;
}

export const engineOnLab = async (options: {
  readonly lab: LabFacts;
  readonly gitea: GiteaFacts;
  readonly engine: GitOpsEngine;
  readonly context: EngineContext;
  readonly repository: string;
  readonly files: Readonly<Record<string, string>>;
  /** The Deployment. */
  readonly target: { readonly namespace: string; readonly name: string };
}): Promise<EngineOnLab> => {
  const { lab, gitea, engine, context, target } = options;
  const clone = mkdtempSync(join(tmpdir(), 'fleet-'));
  const repository = await createRepository(gitea, { name: options.repository, files: options.files, message: 'initial' });
  const url = `${gitea.url}/${repository}.git`;
  const git = (...args: string[]): string => execFileSync('git', ['-C', clone, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  const fetchAll = (): void => void git('fetch', '-q', url, 'main');
  const isAncestor = async (a: string, b: string): Promise<boolean> => {
    try {
      git('merge-base', '--is-ancestor', a, b);
      return true;
    } catch {
      return false;
    }
  };
  git('init', '-q');
  fetchAll();
  const live = async (): Promise<KubeObject> => JSON.parse(await kubectlIn(lab, ['get', 'deployment', target.name, '-n', target.namespace, '-o', 'json'])) as KubeObject;
  return {
    url,
    live,
    head: () => git('rev-parse', 'FETCH_HEAD'),
    commit: (files) => commitAsOwner(gitea, { repository, branch: 'main', files, message: 'change' }),
    async rollout(commit) {
      const application = await engine.findApplication(await live(), context);
      if (!application) throw new Error('the engine does not find the application of a Deployment that it applied');
      fetchAll();
      return engine.readRollout({ application: application.ref, commit, isAncestor }, context);
    },
  };
};
