import { canonicalJson, parseTime, seconds } from '@fleetmend/kernel';
import { handEditsOf, type Finding, type KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { APPLIED_READS, appliedObject } from '../applied-objects.ts';
import { isLeaving } from '../owners.ts';
import { refTo } from '../services.ts';

interface Revisions {
  readonly revision?: string;
  readonly revisions?: readonly string[];
}
/** Source: the API types of Argo CD 3.1, `Application`. */
interface View {
  readonly spec?: { readonly source?: unknown; readonly sources?: unknown; readonly syncPolicy?: { readonly automated?: { readonly selfHeal?: boolean; readonly enabled?: boolean } | null } };
  readonly status?: {
    readonly sync?: Revisions & { readonly status?: string };
    readonly resources?: readonly Resource[];
    readonly operationState?: { readonly phase?: string; readonly finishedAt?: string; readonly syncResult?: Revisions & { readonly source?: unknown; readonly sources?: unknown } };
  };
}
interface Resource {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly status?: string;
  readonly hook?: boolean;
  readonly requiresPruning?: boolean;
}

const MOST = 5;
/** Whatever fails in the same object is told instead; its request says that the object was changed by hand. */
const TOLD_BY = [
  'autoscaler-inactive', 'autoscaler-limited', 'claim-pending', 'creation-refused', 'cron-job-not-running', 'daemon-set-misscheduled', 'deployment-paused', 'disruption-blocked', 'ingress-backend', 'job-failed', 'job-stuck', 'load-balancer',
  'rollout-stuck', 'scaled-to-zero', 'service-endpoints', 'service-port', 'stateful-set-stuck',
];

/** An object that somebody changed by hand after Argo CD had applied the present revision, where Argo CD puts nothing back by itself. */
export const drift: Detector = {
  kind: 'drift',
  classes: ['Drift'],
  reads: [
    { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', resource: 'applications', fields: ['spec.source', 'spec.sources', 'spec.syncPolicy.automated', 'status.sync.status', 'status.sync.revision', 'status.sync.revisions', 'status.resources', 'status.operationState'] },
    ...APPLIED_READS.map((read) => ({ ...read, fields: ['metadata.managedFields.manager', 'metadata.managedFields.time', 'metadata.managedFields.subresource'] })),
  ],
  inspects: ['Application'],
  dwell: { time: seconds(60) },
  explainedBy: TOLD_BY,
  explainedByPods: true,
  inspect: (object, world) => {
    if (object.kind !== 'Application' || !object.apiVersion.startsWith('argoproj.io/') || isLeaving(object) || !isLeftToDrift(object)) return [];
    const { resources = [], operationState } = (object as View & KubeObject).status ?? {};
    const applied = parseTime(operationState?.finishedAt);
    if (applied === undefined) return [];
    const differing = resources.filter(({ status, hook, requiresPruning }) => status === 'OutOfSync' && hook !== true && requiresPruning !== true);
    return differing.flatMap((resource) => findingOf(resource, object, applied, world)).slice(0, MOST);
  },
};

/** The present revision was applied whole, something differs since, and nobody but a person will put it back. */
function isLeftToDrift(application: KubeObject): boolean {
  const { spec = {}, status = {} } = application as View & KubeObject;
  const { sync, operationState } = status;
  const automated = spec.syncPolicy?.automated;
  if (sync?.status !== 'OutOfSync' || operationState?.phase !== 'Succeeded' || (automated?.selfHeal === true && automated.enabled !== false)) return false;
  const { syncResult } = operationState;
  const known = (revisions: Revisions | undefined): string => canonicalJson([revisions?.revision ?? '', revisions?.revisions ?? []]);
  const asSynced = (wanted: unknown, synced: unknown): boolean => synced === undefined || canonicalJson(wanted ?? null) === canonicalJson(synced ?? null);
  return syncResult !== undefined && known(sync) === known(syncResult) && asSynced(spec.source, spec.sources === undefined ? syncResult.source : undefined) && asSynced(spec.sources, syncResult.sources);
}

/** What a controller or a webhook writes differs for good, and is meant: only a person's own change counts. Times are whole seconds. */
function findingOf({ kind = '', namespace, name = '' }: Resource, application: KubeObject, applied: number, world: World): readonly Finding[] {
  const target = appliedObject({ kind, namespace: namespace || undefined, name }, world);
  const live = target && world.get(target.apiVersion, kind, target.namespace, name);
  const edit = live && handEditsOf(live).find(({ time }) => (parseTime(time) ?? 0) >= applied);
  if (!target || !edit) return [];
  const message = `${kind} ${name} is not what Git says: it was changed with ${edit.manager} after Application ${application.metadata.name} had applied it, and nothing puts that back`;
  return [{ class: 'Drift', target, cause: refTo(application), observation: { reason: 'OutOfSync', message } }];
}
