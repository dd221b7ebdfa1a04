import { isPermanent, parseTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { fingerprintOfRequest, type EvidenceAnswer, type KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { findSource, leadCluster, readTarget, targetOf } from '../propose/source.ts';
import { readVersions } from '../propose/versions.ts';
import type { StageDeps } from '../stage.ts';
import { shapeOf } from '../learn/learn.ts';
import { weigh, withQuietRepeats } from '../learn/weigh.ts';
import { changesByOthers } from './others-changes.ts';
import { withoutRepairs } from './put-back-since.ts';
import { reachedServices, type ServiceName } from './reached-services.ts';
import { searchRestores } from '../unrendered/search-restores.ts';
import { relatedKinds } from './related-kinds.ts';
import { targetHistory } from './target-history.ts';

/** Enough that several sources are heard, each with a few cases. */
const MOST_PRECEDENTS = 30;

/** Everything a reasoner may look at, read afresh. Undefined: the target is gone. */
export async function gatherCase(deps: StageDeps, view: View): Promise<Case | undefined> {
  const { request } = view;
  const target = targetOf(request);
  const cluster = leadCluster(request);
  const live = await readTarget(deps, cluster, target);
  if (live === undefined) return undefined;
  const [evidence, related, versions, build, precedents] = await Promise.all([
    readEvidence(deps, view, cluster),
    readRelated(deps, cluster, request),
    readGit(deps, view),
    readBuild(deps, view),
    findPrecedents(deps, view),
  ]);
  const byOthers = changesByOthers(versions, new Set((request.status.attempts ?? []).flatMap(({ mergeSHA }) => mergeSHA ?? [])));
  const changes = withoutRepairs(byOthers, versions, parseTime(request.status.occurrences?.firstSeen));
  const repairs = byOthers.filter((change) => !changes.includes(change));
  const reached = mayAskOthers(request) ? await readReached(deps, cluster, reachedServices(live, versions)) : undefined;
  return {
    request: { uid: request.metadata.uid, spec: request.spec, attempt: request.status.attempt },
    cluster,
    target: live,
    related,
    ...(reached === undefined ? {} : { reached }),
    evidence: evidence.items,
    redactions: evidence.redactions,
    history: targetHistory({ live, container: target.container, versions, changes }),
    versions,
    changes,
    ...(repairs.length === 0 ? {} : { putBackAt: Math.max(...repairs.map(({ at }) => at)) }),
    build,
    precedents,
    tried: (request.status.attempts ?? []).flatMap((attempt) => attempt.actionJson ?? []),
  };
}

async function readEvidence(deps: StageDeps, { request }: View, cluster: string): Promise<EvidenceAnswer> {
  return deps.clusters.ask(cluster, { question: 'evidence', fingerprint: fingerprintOfRequest(request.spec, cluster), target: targetOf(request) });
}

async function readRelated(deps: StageDeps, cluster: string, { spec }: View['request']): Promise<readonly KubeObject[]> {
  const namespace = spec.target?.namespace;
  const answers = await Promise.all(
    relatedKinds(spec.failure.class).map(({ apiVersion, kind, namespaced }) => readKind(deps, cluster, { apiVersion, kind, ...(namespaced && namespace !== undefined ? { namespace } : {}) })),
  );
  return answers.flat();
}

/** What a program could not reach matters where it does not start, or fails. */
function mayAskOthers({ spec }: View['request']): boolean {
  return spec.failure.class === 'CrashLoopBackOff' || spec.failure.class === 'InitContainerStuck';
}

async function readReached(deps: StageDeps, cluster: string, services: readonly ServiceName[]): Promise<readonly KubeObject[]> {
  const found = await Promise.all(services.map((service) => readKind(deps, cluster, { apiVersion: 'v1', kind: 'Service', ...service })));
  return found.flat();
}

/** An agent that may not read a kind, an older one perhaps, leaves the case without it. */
async function readKind(deps: StageDeps, cluster: string, ref: { readonly apiVersion: string; readonly kind: string; readonly namespace?: string; readonly name?: string }): Promise<readonly KubeObject[]> {
  try {
    return (await deps.clusters.ask(cluster, { question: 'object', ref, limit: 200 })).objects;
  } catch (error) {
    if (isPermanent(error)) return [];
    throw error;
  }
}

/** Git's memory of the application. Without a place in Git there is none; proposing says why there is no place. */
async function readGit(deps: StageDeps, view: View): Promise<Case['versions']> {
  try {
    const source = await findSource(deps, view.request);
    return source === undefined ? [] : await readVersions(source);
  } catch (error) {
    if (isPermanent(error)) return [];
    throw error;
  }
}

/** What cannot be told of a build leaves the case without it. */
async function readBuild(deps: StageDeps, view: View): Promise<Case['build']> {
  try {
    return await searchRestores(deps, view.request);
  } catch (error) {
    if (isPermanent(error)) return undefined;
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
