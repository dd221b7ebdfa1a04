import { effectivePolicy, type ApprovalView, type ClusterView, type LifecycleSettings, type StageName, type View } from '@fleetmend/lifecycle';
import { fingerprintOfRequest, type RemediationRequest } from '@fleetmend/model';
import type { PolicyEngine } from '@fleetmend/plugin-api';
import type { Clock } from '@fleetmend/kernel';
import type { Bundles, OpenSet, Requests, Settings } from '@fleetmend/ports';
import { bundleFor } from '@fleetmend/stages';
import { causeEntry, parentOf } from './attribution.ts';

export interface ViewDeps {
  readonly clock: Clock;
  readonly requests: Pick<Requests, 'cached'>;
  readonly settings: Settings;
  readonly openSet: OpenSet;
  readonly policyEngine: Pick<PolicyEngine, 'active'>;
  readonly bundles?: Pick<Bundles, 'assigned'> | undefined;
  readonly lifecycle: LifecycleSettings;
}

/** Everything a decision may depend on, gathered at one moment. What cannot be read, throws: nothing is decided on a guess. */
export async function gatherView(deps: ViewDeps, request: RemediationRequest, resting: ReadonlySet<StageName>): Promise<View> {
  const [policies, fleet, approvals] = await Promise.all([deps.settings.policies(), deps.settings.clusters(), deps.settings.approvals()]);
  const now = deps.clock.now();
  const labelsOf = (cluster: string) => fleet.find((one) => one.name === cluster)?.labels ?? {};
  return {
    request,
    now,
    clusters: request.spec.clusters.map((name) => clusterView(deps.openSet, request, name)),
    policy: effectivePolicy({ request, policies, labelsOf, now, settings: deps.lifecycle }),
    bundle: bundleFor(deps, request.spec.clusters),
    approvals: approvals.trusted ? matching(approvals.approvals, request) : [],
    others: deps.requests.cached().filter((other) => other.metadata.uid !== request.metadata.uid),
    resting,
    ...parentIn(deps, request),
    settings: deps.lifecycle,
  };
}

/** A lost node, a registry that is away: its request goes before those of whatever shows it. */
function parentIn({ openSet, requests }: ViewDeps, request: RemediationRequest): Pick<View, 'parent'> {
  const parent = parentOf(openSet, requests.cached(), request);
  return parent === undefined ? {} : { parent: { name: parent.metadata.name, namespace: parent.metadata.namespace, uid: parent.metadata.uid } };
}

function clusterView(openSet: OpenSet, request: RemediationRequest, name: string): ClusterView {
  const entry = causeEntry(openSet, request.spec) ?? openSet.find(name, fingerprintOfRequest(request.spec, name));
  // A hub that has just started has missed nothing yet. Were every cluster silent to it, it would stop the clocks that another
  // hub starts again, and so on.
  return { name, lastContact: openSet.lastContact(name) ?? openSet.since, entry: entry && { state: entry.state, at: entry.at }, synced: openSet.isSynced(name) };
}

function matching(approvals: Awaited<ReturnType<Settings['approvals']>>['approvals'], request: RemediationRequest): ApprovalView[] {
  return approvals
    .filter(({ namespace, spec }) => namespace === request.metadata.namespace && spec.request.uid === request.metadata.uid)
    .map(({ spec }) => ({ planDigest: spec.planDigest, decision: spec.decision, approver: spec.approver }));
}
