import type { Case, GitChange } from '@fleetmend/plugin-api';
import type { Rule } from '../rule.ts';
import { changesAt, changesOf, restoring, scalerOf, valueInGit } from '../target-changes.ts';
import { asRecord, valueAt } from '../workload.ts';
import { handOver, switched, who } from './answer.ts';

/** A pause that nobody speaks of ends where it began. */
export const deploymentPaused: Rule = (kase) => {
  const path = ['spec', 'paused'];
  const changes = changesAt(kase, /^spec\/paused$/).filter(({ after }) => after === true);
  return switched(kase, { changes, state: 'is paused while its template has changed', field: 'spec.paused', inGit: valueInGit(kase, path), live: valueAt(kase.target, path), candidates: restoring(kase, changes.slice(0, 1)) });
};

/** A workload that has callers gets back the replicas that it had. */
export const scaledToZero: Rule = (kase) => {
  const path = ['spec', 'replicas'];
  const inGit = valueInGit(kase, path);
  if (inGit === undefined && scalerOf(kase) !== undefined) return handOver(`${who(kase)} has no replicas, and Git leaves their number to ${scalerOf(kase) ?? ''}`, 'ManagedByAutoscaler', `An autoscaler does nothing at 0: somebody scaled ${who(kase)} down by hand. Scale it up once.`);
  const changes = changesAt(kase, /^spec\/replicas$/).filter(({ after, before }) => after === 0 && before !== 0);
  const [led] = changes.length > 0 || inGit !== 0 ? [] : servicesLedHere(kase);
  if (led) return switched(kase, { changes: [led], state: `wants no replica, and Service ${led.object.name} leads to it`, field: `the selector of Service ${led.object.name}`, inGit, live: inGit, candidates: restoring(kase, [led]) });
  return switched(kase, { changes, state: 'wants no replica', field: 'spec.replicas', inGit, live: valueAt(kase.target, path), candidates: restoring(kase, changes.slice(0, 1)) });
};

/** The newest changes by which Services came to lead to the pods of the target: what rested before was not asked for anything. */
function servicesLedHere(kase: Case): readonly GitChange[] {
  const labels = asRecord(valueAt(kase.target, ['spec', 'template', 'metadata', 'labels']));
  return changesOf(kase, ({ kind }) => kind === 'Service').filter(({ path, before, after }) => path[1] === 'selector' && path.length === 3 && typeof before === 'string' && labels[path[2] ?? ''] === after);
}

/** An update strategy that keeps pods back goes back to the one that did not. */
export const statefulSetStuck: Rule = (kase) => {
  const isPartition = kase.request.spec.failure.subCause === 'Partition';
  const path = isPartition ? ['spec', 'updateStrategy', 'rollingUpdate', 'partition'] : ['spec', 'updateStrategy', 'type'];
  const changes = changesAt(kase, /^spec\/updateStrategy(\/.*)?$/);
  const inGit = valueInGit(kase, path);
  return switched(kase, { changes, state: isPartition ? 'keeps pods behind a partition' : 'updates pods only when they are deleted', field: path.join('.'), inGit, live: valueAt(kase.target, path), candidates: restoring(kase, changes.slice(0, 1)) });
};
