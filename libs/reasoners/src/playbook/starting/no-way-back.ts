import { refOf, type KubeObject } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { isTarget } from '../changes-in-effect.ts';
import { referencesOf } from '../references.ts';
import { asList, asRecord, podSpecPath, valueAt } from '../workload.ts';

/** How Jobs are called that change what is kept, so that the program of before cannot read it. Source: the tools and their charts. */
const MIGRATION = /migrat|schema|flyway|liquibase|alembic|goose|db-?upgrade/i;
/** What says which program runs, and how. */
const PROGRAM = /^(image|command|args)$/;

/**
 * The Job that came with a change of the target's program and by its name migrates something. One that is there and did not succeed has
 * changed nothing; one that is not there any more may have.
 */
export function migrationWith({ changes, related, target }: Case, change: GitChange): string | undefined {
  const inPod = change.path.slice(podSpecPath(target).length);
  if (change.object.kind !== target.kind || change.object.name !== target.metadata.name || !inPod.some((segment) => PROGRAM.test(segment))) return undefined;
  const jobs = changes.filter(({ commit, object, after }) => commit === change.commit && object.kind === 'Job' && after !== undefined && MIGRATION.test(object.name));
  return jobs.find(({ object }) => {
    const live = related.find(({ kind, metadata }) => kind === 'Job' && metadata.name === object.name);
    return live === undefined || Number(asRecord(live['status'])['succeeded'] ?? 0) > 0;
  })?.object.name;
}

/** The workload that reads a changed ConfigMap as well, that the same commit changed along with it, and whose pods are all well. */
export function movedAlong(kase: Case, change: GitChange): string | undefined {
  if (change.object.kind !== 'ConfigMap' || change.path.length === 0) return undefined;
  const others = (kase.versions[0]?.objects ?? []).filter((one) => !isTarget(kase, refOf(one)) && reads(one, change));
  const reader = others.find((one) => kase.changes.some(({ commit, object, path }) => commit === change.commit && object.kind === one.kind && object.name === one.metadata.name && path.some((segment) => PROGRAM.test(segment) || segment === 'env')) && isWell(kase, one));
  return reader && `${reader.kind} ${reader.metadata.name}`;
}

function reads(workload: KubeObject, { object, path }: GitChange): boolean {
  return referencesOf(workload).some(({ kind, name, key }) => kind === 'ConfigMap' && name === object.name && (key === undefined || path[1] === key));
}

function isWell({ related, target }: Case, workload: KubeObject): boolean {
  const labels = Object.entries(asRecord(valueAt(workload, [...podSpecPath(workload).slice(0, -1), 'metadata', 'labels'])));
  const pods = related.filter((one) => one.kind === 'Pod' && one.metadata.namespace === (workload.metadata.namespace ?? target.metadata.namespace) && labels.length > 0 && labels.every(([key, value]) => one.metadata.labels?.[key] === value));
  return pods.length > 0 && pods.every((pod) => asList(asRecord(pod['status'])['conditions']).some(({ type, status }) => type === 'Ready' && status === 'True'));
}
