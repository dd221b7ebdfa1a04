import { isPermanent } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import type { View } from '@fleetmend/lifecycle';
import type { EvidenceItem, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { containerPath } from '../propose/intended-change.ts';
import { fieldHistory } from '../propose/history.ts';
import { findSource, leadCluster, readTarget, targetOf } from '../propose/source.ts';
import type { StageDeps } from '../stage.ts';
import { shapeOf } from '../learn/learn.ts';
import { weigh, withQuietRepeats } from '../learn/weigh.ts';
import { suspectFields } from './suspect-fields.ts';

/** What bears on a workload, by kind; `namespaced` ones are read in the target's namespace. */
const RELATED = [
  { apiVersion: 'v1', kind: 'Pod', namespaced: true },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespaced: true },
  { apiVersion: 'v1', kind: 'LimitRange', namespaced: true },
  { apiVersion: 'v1', kind: 'ResourceQuota', namespaced: true },
  { apiVersion: 'v1', kind: 'Node', namespaced: false },
] as const;

/** Enough that several sources are heard, each with a few cases. */
const MOST_PRECEDENTS = 30;

/** Everything a reasoner may look at, read afresh. Undefined: the target is gone. */
export async function gatherCase(deps: StageDeps, view: View): Promise<Case | undefined> {
  const { request } = view;
  const target = targetOf(request);
  const cluster = leadCluster(request);
  const live = await readTarget(deps, cluster, target);
  if (live === undefined) return undefined;
  const [evidence, related, history, precedents] = await Promise.all([
    readEvidence(deps, view, cluster),
    readRelated(deps, cluster, target.namespace),
    readHistory(deps, view, live),
    findPrecedents(deps, view),
  ]);
  return {
    request: { uid: request.metadata.uid, spec: request.spec, attempt: request.status.attempt },
    cluster,
    target: live,
    related,
    evidence,
    history,
    precedents,
    tried: (request.status.attempts ?? []).flatMap((attempt) => attempt.actionJson ?? []),
  };
}

async function readEvidence(deps: StageDeps, { request }: View, cluster: string): Promise<readonly EvidenceItem[]> {
  const answer = await deps.clusters.ask(cluster, { question: 'evidence', fingerprint: request.spec.failure.fingerprint, target: targetOf(request) });
  return answer.items;
}

async function readRelated(deps: StageDeps, cluster: string, namespace: string | undefined): Promise<readonly KubeObject[]> {
  const answers = await Promise.all(
    RELATED.map(({ apiVersion, kind, namespaced }) =>
      deps.clusters.ask(cluster, { question: 'object', ref: { apiVersion, kind, ...(namespaced && namespace !== undefined ? { namespace } : {}) }, limit: 200 }),
    ),
  );
  return answers.flatMap((answer) => answer.objects);
}

/** Git's memory of the usual suspects. Without a place in Git there is no history; proposing says why there is no place. */
async function readHistory(deps: StageDeps, view: View, live: KubeObject): Promise<Case['history']> {
  const { container } = targetOf(view.request);
  if (container === undefined) return [];
  try {
    const source = await findSource(deps, view.request);
    if (source === undefined) return [];
    const base = containerPath(live, container);
    return await fieldHistory(source, suspectFields(valueAt(live, [...base])).map((field) => [...base, ...field]));
  } catch (error) {
    if (isPermanent(error)) return [];
    throw error;
  }
}

async function findPrecedents(deps: StageDeps, { request, now }: View): Promise<Case['precedents']> {
  const { failure } = request.spec;
  const matches = await deps.vectorStore.find({
    tenant: request.metadata.namespace,
    fingerprint: failure.fingerprint,
    class: failure.class,
    shape: shapeOf(request),
    text: failure.message,
    limit: MOST_PRECEDENTS,
  });
  return withQuietRepeats(matches.map((match) => ({ precedent: match.precedent, weight: match.score * weigh(match.precedent, now) }))).toSorted((a, b) => b.weight - a.weight);
}
