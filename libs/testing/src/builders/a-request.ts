import { digestOf, renderTime, uuidFrom, type Instant } from '@fleetmend/kernel';
import { GROUP_VERSION, type Diagnosis, type Intent, type Phase, type Plan, type PullRequest, type RemediationRequest, type RemediationRequestSpec, type RemediationRequestStatus, type Verdict } from '@fleetmend/model';

const START: Instant = Date.UTC(2026, 0, 5, 9, 0, 0);
const HEX = (text: string) => digestOf(text).slice(7, 47);

/** A request in the making: each word adds what it says and what that takes for granted. */
export interface RequestBuilder {
  readonly request: RemediationRequest;
  named(name: string, namespace?: string): RequestBuilder;
  about(spec: Partial<RemediationRequestSpec>): RequestBuilder;
  in(phase: Phase, since?: Instant): RequestBuilder;
  diagnosed(diagnosis?: Partial<Diagnosis>): RequestBuilder;
  planned(plan?: Partial<Plan>): RequestBuilder;
  judged(verdict?: Partial<Verdict>): RequestBuilder;
  intending(intent?: Partial<Intent>): RequestBuilder;
  delivered(pullRequest?: Partial<PullRequest>): RequestBuilder;
  with(status: Partial<RemediationRequestStatus>): RequestBuilder;
}

/** A request as intake makes it, for `Deployment/shop/checkout` in cluster `prod-1`. */
export function aRequest(at: Instant = START): RequestBuilder {
  const name = 'rr-0123456789ab-1';
  return building(
    {
      apiVersion: GROUP_VERSION,
      kind: 'RemediationRequest',
      metadata: { name, namespace: 'shop-team', uid: uuidFrom('a request', name), resourceVersion: '1', generation: 1, creationTimestamp: renderTime(at) },
      spec: {
        clusters: ['prod-1'],
        target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' },
        failure: { class: 'OOMKilled', message: 'killed for memory', fingerprint: digestOf('checkout') },
        scope: 'Workload',
        cancel: false,
      },
      status: { phase: 'Detected', reason: 'Detected', attempt: 1, phaseSince: renderTime(at), clockAt: renderTime(at) },
    },
    at,
  );
}

function building(request: RemediationRequest, at: Instant): RequestBuilder {
  const time = renderTime(at);
  const withStatus = (status: Partial<RemediationRequestStatus>) => building({ ...request, status: { ...request.status, ...status } }, at);
  const plan = request.status.plan ?? aPlan(at);
  return {
    request,
    named: (name, namespace = request.metadata.namespace) => building({ ...request, metadata: { ...request.metadata, name, namespace, uid: uuidFrom('a request', name) } }, at),
    about: (spec) => building({ ...request, spec: { ...request.spec, ...spec } }, at),
    in: (phase, since = at) => withStatus({ phase, phaseSince: renderTime(since), clockAt: renderTime(since) }),
    diagnosed: (diagnosis) => withStatus({ diagnosis: { cause: 'the limit is too low', confidence: 0.9, source: 'Playbook', reasoner: 'scripted', evidence: [], candidates: [plan.actionJson], at: time, ...diagnosis } }),
    planned: (more) => withStatus({ plan: { ...plan, ...more }, proposal: { result: 'Planned', reason: 'Planned', message: 'planned', at: time } }),
    judged: (verdict) =>
      withStatus({ verdict: { result: 'Allow', kind: 'Repair', tier: 'T0', violations: [], warnings: [], requires: { approvals: 0, priorApproval: false }, forPlan: plan.digest, bundle: { name: 'rules', revision: '1', digest: digestOf('bundle') }, factsAt: time, ...verdict } }),
    intending: (intent) => withStatus({ intent: { kind: 'Repair', at: time, branch: 'fleetmend/checkout', parent: plan.base, forPlan: plan.digest, confirmed: true, ...intent } }),
    delivered: (pullRequest) => withStatus({ pullRequest: { url: 'memory:1', number: 1, branch: 'fleetmend/checkout', headSHA: HEX('head'), state: 'Open', touched: false, openedAt: time, ...pullRequest } }),
    with: withStatus,
  };
}

/** The plan that raises checkout's memory limit from 64Mi to 128Mi. */
export function aPlan(at: Instant = START): Plan {
  const path = 'spec/template/spec/containers/0/resources/limits/memory';
  const file = 'apps/shop/checkout.json';
  return {
    digest: digestOf('plan'),
    edit: digestOf('edit'),
    action: 'setResources',
    actionJson: '{"action":"setResources","container":"app","limits":{"memory":"128Mi"}}',
    tier: 'T0',
    source: { layout: 'json', forge: 'memory', repository: 'acme/shop', branch: 'main', evidence: [] },
    base: HEX('base'),
    files: [{ path: file, added: 1, removed: 1 }],
    changes: [{ file, path, before: '64Mi', after: '128Mi' }],
    objects: [{ ref: 'Deployment/shop/checkout', op: 'Update', paths: [`/${path}`] }],
    proof: { renderer: 'json', base: HEX('base'), objects: 1, applications: 1, exact: true, unapplied: false },
    fields: [`memory/acme/shop:${file}:${path}`],
    at: renderTime(at),
  };
}
