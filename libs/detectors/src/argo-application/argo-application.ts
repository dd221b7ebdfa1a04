import { seconds } from '@fleetmend/kernel';
import type { Finding, KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { APPLIED_READS, appliedObject } from '../applied-objects.ts';
import { isLeaving } from '../owners.ts';
import { refTo } from '../services.ts';

/** Source: the API types of Argo CD 3.1, `Application`. */
interface View {
  readonly spec?: { readonly destination?: { readonly server?: string; readonly name?: string } };
  readonly status?: {
    readonly sync?: { readonly status?: string };
    readonly conditions?: readonly { readonly type?: string; readonly message?: string }[];
    readonly operationState?: { readonly phase?: string; readonly message?: string; readonly syncResult?: { readonly resources?: readonly Result[] } };
  };
}
interface Result {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly status?: string;
  readonly message?: string;
}

const REFUSED = ['ComparisonError', 'InvalidSpecError'];
const MOST = 5;

/** An Application whose manifests cannot be built, or hold an object that this cluster's API server refuses. */
export const argoApplication: Detector = {
  kind: 'argo-application',
  classes: ['ArgoApplicationFailed'],
  reads: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', resource: 'applications', fields: ['spec.destination', 'status.sync.status', 'status.conditions', 'status.operationState'] }, ...APPLIED_READS],
  inspects: ['Application'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) => {
    if (object.kind !== 'Application' || !object.apiVersion.startsWith('argoproj.io/') || isLeaving(object)) return [];
    const { conditions = [], operationState, sync } = (object as View & KubeObject).status ?? {};
    const refused = conditions.find(({ type = '' }) => REFUSED.includes(type));
    if (refused) return [about(object, refused.type ?? '', refused.message ?? '')];
    // Where nothing is left to apply, no new sync is started, and the last one goes on saying that it failed.
    if (sync?.status === 'Synced') return [];
    if (operationState?.phase !== 'Failed' && operationState?.phase !== 'Error') return [];
    const failed = (operationState.syncResult?.resources ?? []).filter(({ status }) => status === 'SyncFailed').slice(0, MOST);
    if (failed.length === 0) return [about(object, `Sync${operationState.phase}`, operationState.message ?? '')];
    return failed.map((one) => ofResult(one, object, world));
  },
};

/** The object that was refused, where it is in this very cluster: that is what is repaired. */
function ofResult({ kind = '', namespace, name = '', message = '' }: Result, application: KubeObject, world: World): Finding {
  const target = isHere(application) ? appliedObject({ kind, namespace: namespace || undefined, name }, world) : undefined;
  if (!target) return about(application, 'SyncFailed', `${kind} ${name}: ${message}`);
  return { class: 'ArgoApplicationFailed', subCause: 'SyncFailed', target, cause: refTo(application), observation: { reason: 'SyncFailed', message: message.slice(0, 600) } };
}

function isHere(application: KubeObject): boolean {
  const { server, name } = (application as View & KubeObject).spec?.destination ?? {};
  return name === undefined ? server === undefined || server === 'https://kubernetes.default.svc' : name === 'in-cluster';
}

function about(application: KubeObject, subCause: string, message: string): Finding {
  return { class: 'ArgoApplicationFailed', subCause, target: refTo(application), observation: { reason: subCause.slice(0, 128), message: message.slice(0, 600) } };
}
