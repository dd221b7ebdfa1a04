import { renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import type { ClusterProgress, KubeObject, PullRequest, Rollout } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import type { Repository } from '@fleetmend/ports';
import { engineContext, findApplication, readTarget, targetOf } from '../propose/source.ts';
import { openSourceRepository } from '../propose/open-source-repository.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { ownApplication } from '../unrendered/build.ts';
import { readBaseValue } from './base-value.ts';

/** Asks each cluster's GitOps engine whether the merge, or a descendant of it, was applied; and what the base holds now. Noun: `Rollout`. */
export function readRollout(deps: StageDeps): Stage {
  return async (view) => {
    const { pullRequest } = view.request.status;
    const commit = pullRequest?.mergeSHA;
    if (pullRequest === undefined || commit === undefined) return { notYet: deps.pace.pollSlow, reason: 'the forge has yet to name the merge commit' };
    const { repository, branch } = await openSourceRepository(deps, view);
    const clusters = await readRollouts(deps, view, repository, commit);
    const base = await baseFact(deps, view, { repository, branch, pullRequest, commit });
    const unchanged = JSON.stringify(clusters) === JSON.stringify(view.request.status.clusters) && base.baseValue === pullRequest.baseValue;
    if (unchanged) return { notYet: deps.pace.poll, reason: waits(clusters) };
    return { fact: { clusters, pullRequest: base } };
  };
}

function waits(clusters: readonly ClusterProgress[]): string {
  const waiting = clusters.filter((cluster) => cluster.rollout?.state !== 'Applied');
  return waiting.map((cluster) => `${cluster.name}: ${cluster.rollout?.message ?? 'waits for the GitOps engine'}`).join('; ').slice(0, 256) || 'waits for the GitOps engine';
}

/** The rollout of one commit in every cluster of the request. A rollout that was seen as applied stays so. */
export async function readRollouts(deps: StageDeps, view: View, repository: Repository, commit: string): Promise<ClusterProgress[]> {
  const known = view.request.status.clusters ?? [];
  return Promise.all(
    view.request.spec.clusters.map(async (name) => {
      const progress = known.find((one) => one.name === name) ?? { name };
      const applied = progress.rollout?.state === 'Applied' && progress.rollout.revision !== undefined && (await repository.isAncestor(commit, progress.rollout.revision));
      return applied ? progress : { ...progress, rollout: await rolloutOf(deps, view, repository, commit, name) };
    }),
  );
}

async function rolloutOf(deps: StageDeps, view: View, repository: Repository, commit: string, cluster: string): Promise<Rollout> {
  const live = await readTarget(deps, cluster, targetOf(view.request));
  const found = live && (await applicationIn(deps, view, cluster, live));
  if (found === undefined) return { engine: 'none', state: 'Unknown', message: 'no GitOps engine says that it applies the target' };
  const engine = deps.engines.find((one) => one.kind === found.engine);
  if (engine === undefined) return { engine: found.engine, state: 'Unknown', message: 'no plugin for this engine' };
  const fleet = await deps.settings.clusters();
  const context = engineContext(deps, fleet.find((one) => one.name === cluster), cluster);
  const state = await engine.readRollout({ application: found.ref, commit, isAncestor: (a, b) => repository.isAncestor(a, b) }, context);
  const { ref } = found;
  return {
    engine: engine.kind,
    application: `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`,
    ...(state.revision === undefined ? {} : { revision: state.revision }),
    state: state.state,
    message: state.message.slice(0, 512),
    ...(state.state === 'Applied' ? { appliedAt: renderTime(view.now) } : {}),
  };
}

/** What applies the target; where the target is what could not be built, that is the target itself. */
async function applicationIn(deps: StageDeps, { request: { status: { plan } } }: View, cluster: string, live: KubeObject): Promise<Application | undefined> {
  if (plan?.proof.since !== undefined) return ownApplication(deps, cluster, live);
  return (await findApplication(deps, cluster, live))?.application;
}

interface BaseQuestion {
  readonly repository: Repository;
  readonly branch: string;
  readonly pullRequest: PullRequest;
  readonly commit: string;
}

/** The pull request with what the base holds now. Without a plan (a human's own fix is being followed) there is nothing to compare. */
export async function baseFact(deps: StageDeps, view: View, { repository, branch, pullRequest, commit }: BaseQuestion): Promise<PullRequest> {
  const { plan } = view.request.status;
  if (plan === undefined) return pullRequest;
  const head = await repository.head(branch);
  const baseValue = head === commit ? 'Ours' : await readBaseValue(deps, view, { repository, plan, revision: head, ours: { mergeSHA: commit } });
  return baseValue === undefined ? pullRequest : { ...pullRequest, baseValue };
}
