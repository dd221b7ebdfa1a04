import { seconds } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { isLeaving, ownerFinding, type Condition } from '../owners.ts';

interface View {
  readonly status?: { readonly parents?: readonly { readonly conditions?: readonly Condition[] }[] };
}

const KINDS = [['HTTPRoute', 'httproutes'], ['GRPCRoute', 'grpcroutes']] as const;
/** Conditions of a route as the Gateway API defines them. Source: Gateway API, "RouteConditionType" and "RouteConditionReason". */
const NEEDED = ['Accepted', 'ResolvedRefs'];

/** A route of the Gateway API that no gateway accepts, or that refers to what does not exist. */
export const gatewayRoute: Detector = {
  kind: 'gateway-route',
  classes: ['RouteNotResolved'],
  reads: KINDS.map(([kind, resource]) => ({ apiVersion: 'gateway.networking.k8s.io/v1', kind, resource, fields: ['status.parents'] })),
  inspects: KINDS.map(([kind]) => kind),
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) => {
    if (!KINDS.some(([kind]) => kind === object.kind) || isLeaving(object)) return [];
    const conditions = ((object as View).status?.parents ?? []).flatMap((parent) => parent.conditions ?? []);
    const failed = conditions.find(({ type = '', status }) => NEEDED.includes(type) && status === 'False');
    return failed ? ownerFinding(object, world, { class: 'RouteNotResolved', subCause: failed.reason, reason: failed.reason ?? 'NotResolved', message: (failed.message ?? '').slice(0, 300) }) : [];
  },
};
