import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { isLeaving, isObserved, ownerFinding, wasChanged } from '../owners.ts';
import { isChosen, isTolerated, type Placement } from './node-fit.ts';

const PLACE = ['nodeSelector', 'tolerations', 'affinity'];

interface View {
  readonly spec?: { readonly template?: { readonly spec?: Placement } };
  readonly status?: { readonly desiredNumberScheduled?: number; readonly numberMisscheduled?: number };
}
interface Revision {
  readonly revision?: number;
  readonly data?: { readonly spec?: { readonly template?: { readonly spec?: Placement } } };
}

/** A DaemonSet that after a change runs on no node at all, not on nodes that it ran on before, or where it should not. */
export const daemonSetMisscheduled: Detector = {
  kind: 'daemon-set-misscheduled',
  classes: ['DaemonSetMisscheduled'],
  reads: [
    { apiVersion: 'apps/v1', kind: 'DaemonSet', resource: 'daemonsets', fields: [...PLACE.map((field) => `spec.template.spec.${field}`), 'status.observedGeneration', 'status.desiredNumberScheduled', 'status.numberMisscheduled'] },
    { apiVersion: 'apps/v1', kind: 'ControllerRevision', resource: 'controllerrevisions', fields: ['revision', ...PLACE.map((field) => `data.spec.template.spec.${field}`)] },
    { apiVersion: 'v1', kind: 'Node', resource: 'nodes', fields: ['spec.taints'] },
  ],
  inspects: ['DaemonSet'],
  dwell: { time: seconds(60) },
  explainedBy: ['creation-refused'],
  explainedByPods: true,
  inspect: (object, world) => {
    if (object.kind !== 'DaemonSet' || isLeaving(object) || !isObserved(object) || !wasChanged(object)) return [];
    const { spec, status = {} } = object as View;
    const trouble = troubleOf(object, spec?.template?.spec ?? {}, status, world);
    return trouble ? ownerFinding(object, world, { class: 'DaemonSetMisscheduled', reason: trouble.subCause, ...trouble }) : [];
  },
};

function troubleOf(object: KubeObject, now: Placement, status: NonNullable<View['status']>, world: World): { readonly subCause: string; readonly message: string } | undefined {
  const nodes = world.list('v1', 'Node').filter((node) => !isLeaving(node));
  if (nodes.length > 0 && status.desiredNumberScheduled === 0) return { subCause: 'NoNode', message: 'no node is one that it may run on' };
  const before = earlierPlacement(object, world);
  // To be narrowed down by labels is how a DaemonSet is told where to run; to lose nodes to their taints is how it is forgotten there.
  const lost = before ? nodes.filter((node) => isChosen(before, node) && isTolerated(before, node) && isChosen(now, node) && !isTolerated(now, node)) : [];
  if (lost.length > 0) return { subCause: 'Untolerated', message: 'it does not tolerate the taints of nodes that it ran on before' };
  return (status.numberMisscheduled ?? 0) > 0 ? { subCause: 'Misscheduled', message: 'it runs on nodes that it should not run on' } : undefined;
}

/** Where the revision before the present one ran. */
function earlierPlacement(object: KubeObject, world: World): Placement | undefined {
  const revisions = world.list('apps/v1', 'ControllerRevision', object.metadata.namespace).filter((one) => one.metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid) === true);
  const [, before] = revisions.map((one) => one as Revision & KubeObject).toSorted((a, b) => (b.revision ?? 0) - (a.revision ?? 0));
  return before?.data?.spec?.template?.spec;
}
