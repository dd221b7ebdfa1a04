import { isPermanent, messageOf, renderTime, type Clock, type Random } from '@fleetmend/kernel';
import { effectivePolicy, productionSettings, type View } from '@fleetmend/lifecycle';
import { Action, SYSTEM_NAMESPACE, type Diagnosis, type FailureEvent, type RemediationRequest } from '@fleetmend/model';
import { valueAt } from '@fleetmend/manifest';
import type { Reasoner } from '@fleetmend/plugin-api';
import type { Clusters } from '@fleetmend/ports';
import { diagnose, intendedChange, productionPace, type StageDeps } from '@fleetmend/stages';

/** A failure, what it comes from, and what Fleetmend would change if Git were known. */
export interface Explained {
  readonly namespace: string | undefined;
  readonly target: string;
  readonly container: string | undefined;
  readonly class: string;
  readonly message: string;
  readonly since: string;
  readonly cause: string;
  readonly confidence: number;
  /** Field by field, of the live object; empty: a person has to look. */
  readonly change: readonly { readonly path: string; readonly from: string | undefined; readonly to: string | undefined }[];
  /** Why nothing would be changed, or where a person should look. */
  readonly note: string | undefined;
}

export interface ExplainInput {
  readonly event: FailureEvent;
  readonly clusters: Clusters;
  readonly reasoners: readonly Reasoner[];
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Runs the hub's own diagnosis over one failure, without Git, memory or a ledger. */
export async function explainFailure({ event, clusters, reasoners, clock, random, signal }: ExplainInput): Promise<Explained> {
  const request = unwrittenRequest(event);
  const deps: StageDeps = { ...nothingKnown(), clusters, reasoners, clock, random };
  const about = describe(event);
  try {
    const result = await diagnose(deps)(viewOf(request, clock.now()), signal);
    const diagnosis = 'fact' in result ? result.fact.diagnosis : undefined;
    if (!diagnosis) return { ...about, cause: 'it was gone before it could be looked at', confidence: 0, change: [], note: undefined };
    return { ...about, cause: diagnosis.cause, confidence: diagnosis.confidence, ...(await changeOf(diagnosis, request, clusters)) };
  } catch (error) {
    if (signal.aborted || !isPermanent(error)) throw error;
    return { ...about, cause: 'unknown', confidence: 0, change: [], note: messageOf(error) };
  }
}

function describe({ finding, firstSeen }: FailureEvent): Pick<Explained, 'namespace' | 'target' | 'container' | 'class' | 'message' | 'since'> {
  const { target, observation } = finding;
  return { namespace: target.namespace, target: `${target.kind}/${target.name}`, container: target.container, class: finding.class, message: observation.message || observation.reason, since: renderTime(firstSeen) };
}

async function changeOf(diagnosis: Diagnosis, request: RemediationRequest, clusters: Clusters): Promise<Pick<Explained, 'change' | 'note'>> {
  const [first] = diagnosis.candidates;
  const abstain = diagnosis.abstain;
  const { target } = request.spec;
  if (first === undefined || !target) return { change: [], note: abstain ? `${abstain.reason}: ${abstain.lookAt}` : 'a person has to look' };
  const { container: _, ...ref } = target;
  const { objects } = await clusters.ask(request.spec.clusters[0] ?? '', { question: 'object', ref, limit: 1 });
  const [live] = objects;
  if (!live) return { change: [], note: 'the object is gone' };
  const { fields } = await intendedChange(Action.parse(JSON.parse(first)), live, { earlier: async () => undefined, rendered: async () => live });
  const change = fields.map(({ path, value }) => ({ path: path.join('.').replaceAll('.[', '['), from: textOf(valueAt(live, [...path])), to: textOf(value) }));
  return { change, note: undefined };
}

const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value));

/** The request that a hub would have made of it. It is never written anywhere. */
function unwrittenRequest({ cluster, fingerprint, finding, firstSeen }: FailureEvent): RemediationRequest {
  const at = renderTime(firstSeen);
  return {
    apiVersion: 'fleetmend.dev/v1alpha1',
    kind: 'RemediationRequest',
    metadata: { name: 'scan', namespace: SYSTEM_NAMESPACE, uid: fingerprint, resourceVersion: '0', creationTimestamp: at },
    spec: { clusters: [cluster], target: finding.target, failure: { class: finding.class, ...(finding.subCause === undefined ? {} : { subCause: finding.subCause }), message: finding.observation.message || finding.observation.reason, fingerprint }, scope: 'Workload', cancel: false },
    status: { phase: 'Diagnosing', attempt: 1, phaseSince: at, clockAt: at },
  };
}

function viewOf(request: RemediationRequest, now: number): View {
  return {
    request,
    now,
    clusters: [],
    policy: effectivePolicy({ request, policies: [], labelsOf: () => ({}), now, settings: productionSettings }),
    bundle: { name: 'none', revision: 'none', digest: request.spec.failure.fingerprint },
    approvals: [],
    others: [],
    resting: new Set(),
    settings: productionSettings,
  };
}

/** A scan knows neither Git nor what was tried before, and has nothing that it could write to. */
function nothingKnown(): Omit<StageDeps, 'clusters' | 'reasoners' | 'clock' | 'random'> {
  return {
    evidence: { put: async () => undefined, get: async () => [] },
    settings: { bindings: async () => [], clusters: async () => [], policies: async () => [], approvals: async () => ({ trusted: false, approvals: [] }) },
    vectorStore: { kind: 'none', put: async () => undefined, find: async () => [], list: async () => [], putVeto: async () => undefined, findVetoes: async () => [], forget: async () => 0, close: async () => undefined },
    audit: { record: async () => undefined },
    engines: [],
    layouts: [],
    notifiers: [],
    lifecycle: productionSettings,
    pace: productionPace,
    requests: absent('a ledger'),
    openSet: absent('an open set'),
    repositories: absent('a repository'),
    policyEngine: absent('a policy engine'),
    forge: () => absent('a forge'),
  };
}

/** Whoever reaches for it made a mistake, and hears of it at once. */
function absent<T extends object>(what: string): T {
  return new Proxy({} as T, {
    get() {
      throw new Error(`a scan has no ${what.replace(/^an? /, '')}`);
    },
  });
}
