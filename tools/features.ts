/** A test that proves a capability: its file from the root, and words that its full title holds. */
export interface Proof {
  readonly file: string;
  readonly test: string;
}

/** What people were promised, and what proves it. A row whose proofs did not all pass in the last full run is Planned. */
export interface Feature {
  readonly number: number;
  readonly what: string;
  readonly proofs: readonly Proof[];
}

const proof = (file: string, test: string): Proof => ({ file, test });
const lab = (name: string, test: string): Proof => proof(`test/lab/${name}.lab.ts`, test);

/** Every row of the README's table, in its order. */
export const features: readonly Feature[] = [
  { number: 1, what: 'Sees failing pods and workloads by watch, in every cluster', proofs: [lab('journeys/journey-01', 'makes exactly one request')] },
  { number: 2, what: 'Logs, events and manifests as evidence, redacted before they leave the cluster', proofs: [lab('product/dashboard', 'tells one request from the failure to the lesson')] },
  { number: 3, what: 'A language model may propose: OpenAI, Ollama, LocalAI, vLLM, any LangChain chat model (proved on a stand-in server); off by default', proofs: [proof('test/model/evil-model.spec.ts', 'leads to one pull request, and the request says who was asked and what it cost'), proof('libs/reasoners/src/langchain/langchain.spec.ts', 'loads a class out of an installed package by its name'), proof('apps/hub/src/model-asked.spec.ts', 'asks it, shows on the request why its answer was of no use')] },
  { number: 4, what: 'Pull requests on Gitea or a plain bare repository; on GitHub (proved on an emulator) and GitLab (on a stand-in)', proofs: [proof('libs/forges/src/index.spec.ts', ''), proof('libs/forges/src/github/emulated.spec.ts', 'commits the exact bytes on a branch of its own, opens, adopts, comments once and merges'), lab('contracts/forge-gitea', '')] },
  { number: 5, what: 'OPA judges the rendered before and after; the same Rego under Conftest and Gatekeeper', proofs: [lab('policies/conftest-gator', 'the same under Conftest and under Gatekeeper'), lab('policies/policies', 'pass their own tests')] },
  { number: 6, what: 'A CI template for the GitOps repository', proofs: [lab('policies/gitops-repository', 'fails in the check for it and in no other')] },
  { number: 7, what: 'Follows Argo CD and Flux, watches again, and tries once more, differently, when it persists', proofs: [proof('apps/cli/src/up/up.spec.ts', 'tries once more, differently, when the first repair does not end the failure'), lab('journeys/journey-01', 'reaches the cluster through'), lab('journeys/journey-02', 'reaches the cluster through'), lab('contracts/flux', 'has a commit as soon as it was applied, and once a later one was')] },
  { number: 8, what: 'The demo: killed at 64Mi, repaired to 128Mi by a merged pull request', proofs: [proof('apps/cli/src/up/up.spec.ts', 'plays the demo'), lab('journeys/journey-01', 'ends as Succeeded at the first attempt, and is remembered')] },
  { number: 9, what: 'Keys by reference only; least privilege; the agent reads no Secret', proofs: [proof('apps/hub/src/rights.spec.ts', 'hold no wildcard, no Secret'), lab('contracts/approvals', 'of the hub: writes to its own objects, and no Secret'), lab('product/charts', 'was refused nothing on the way: the generated rights are enough')] },
  { number: 10, what: 'Signed commits with verification; a release workflow that signs images (no image was built yet)', proofs: [proof('libs/git/src/signed-commit.spec.ts', 'finds our signature good, and bad under another key'), proof('apps/cli/src/commands/verify-pr.spec.ts', 'holds when the judged bytes were pushed on the judged base'), proof('tools/images.spec.ts', 'sign images by digest')] },
  { number: 11, what: 'A human approves what is critical: reviews, code owners, `RemediationApproval`', proofs: [proof('apps/cli/src/up/prior-approval.spec.ts', 'asks before it proposes'), lab('contracts/approvals', 'is not taken under the name of somebody else'), proof('libs/stages/src/deliver/pull-request-fact.spec.ts', 'is not merged over a RemediationApproval that rejects it')] },
  { number: 12, what: 'Tamper-evident audit, shipped to Loki or Elasticsearch (proved on stand-ins)', proofs: [proof('libs/audit/src/outbox.spec.ts', 'pushes to Loki with few labels and nanoseconds as strings'), proof('libs/audit/src/outbox.spec.ts', 'stores the rest of a bulk that Elasticsearch took in part'), proof('libs/stages/src/deliver/merge-pull-request.spec.ts', 'waits while a copy of the audit trail is behind')] },
  { number: 13, what: 'Redaction of credentials, personal and financial data; self-hosted models first-class', proofs: [proof('libs/redaction/src/corpus.spec.ts', 'loses every one of them'), proof('libs/reasoners/src/openai-compatible/openai-compatible.spec.ts', 'loses a secret that slipped through the first redaction')] },
  { number: 14, what: 'Policies for cost, compliance and SLO budgets', proofs: [proof('libs/policy-engines/src/opa-wasm/gate.spec.ts', '')] },
  { number: 15, what: 'Escalation to GitHub issues, Jira, PagerDuty, Slack or a webhook', proofs: [proof('libs/notifiers/src/index.spec.ts', ''), proof('libs/notifiers/src/github-issue/github-issue.spec.ts', 'finds its issue again behind a hundred newer ones'), proof('libs/notifiers/src/jira/jira.spec.ts', 'gets one issue, which another life finds again')] },
  { number: 16, what: 'Outcomes, good and bad, change the next choice; SQLite or Qdrant (proved on a stand-in)', proofs: [proof('libs/vector-stores/src/index.spec.ts', 'qdrant, over a stand-in'), proof('libs/stages/src/learn/remembered-outcomes.spec.ts', 'an action that failed twice for this class and shape is not proposed first again')] },
  { number: 17, what: 'Leaves alone what HPA, VPA, KEDA, Karpenter or Cluster Autoscaler own', proofs: [proof('libs/detectors/src/unschedulable/unschedulable.spec.ts', 'waits while an autoscaler makes a node for the pod, and speaks when it gives up'), proof('libs/detectors/src/scaled-to-zero/scaled-to-zero.spec.ts', 'one that KEDA scales'), proof('libs/reasoners/src/playbook/creating/creating-rules.spec.ts', 'leaves replicas to an autoscaler that sets them'), proof('libs/reasoners/src/playbook/starting/oom-killed.spec.ts', '')] },
  { number: 18, what: 'A control plane for many clusters: agents over NATS, a NestJS hub, CRDs, plugins', proofs: [lab('contracts/bus-nats', ''), lab('contracts/bus-identities', 'let hub and agent do all that they have to'), lab('journeys/journey-01', 'makes exactly one request')] },
  { number: 19, what: '`kubectl get rr` tells the story', proofs: [lab('product/kubectl-story', 'saw every phase go by in its watch, in order')] },
  { number: 20, what: 'Prometheus metrics and a Grafana dashboard', proofs: [lab('product/metrics', 'sees a repair succeed, as a ratio recorded by rule'), proof('test/telemetry/dashboard-and-rules.spec.ts', 'covers every metric of ours')] },
  { number: 21, what: 'Policy rolled out over the fleet in stages, with automatic halt', proofs: [proof('test/journeys/policy-rollout.spec.ts', 'a bad bundle halts at the canary'), proof('test/journeys/policy-rollout.spec.ts', 'a good bundle climbs all rings after it')] },
  { number: 22, what: 'Finds the line in Git for plain YAML, Kustomize, Helm, multi-source Applications and HelmReleases, with render proof (HelmReleases on the real helm, not the real controller)', proofs: [proof('libs/source-layouts/src/index.spec.ts', ''), lab('scenarios/scenarios', '')] },
  { number: 23, what: 'One cause, one request, one pull request, over pods and clusters; storm breaker', proofs: [lab('journeys/journey-13', 'makes one request for the three of them'), lab('journeys/journey-13', 'leaves one commit more in Git, one pull request, one request'), proof('libs/reconcile/src/shared-causes.spec.ts', 'is one request about the registry, over pods and clusters'), proof('libs/reconcile/src/shared-causes.spec.ts', 'is one request, and what it brings about is none'), proof('libs/stages/src/propose/prove.spec.ts', 'refuses an edit that changes nothing in one of the clusters of the request'), proof('test/scorecard/smoke.spec.ts', 'one-commit-three-clusters'), proof('test/scorecard/smoke.spec.ts', 'registry-away'), proof('test/scorecard/smoke.spec.ts', 'node-lost-under-four-workloads'), proof('libs/stages/src/admit/storm.spec.ts', 'names the cluster in which most of what runs fails')] },
  { number: 24, what: 'The life of a pull request is state: vetoed, edited, conflicting, recovered', proofs: [proof('test/simulation/simulation.spec.ts', ''), proof('libs/forges/src/index.spec.ts', '')] },
  { number: 25, what: 'Recovery is verified over a hold window, with the cause object and guards unchanged', proofs: [lab('journeys/journey-01', 'ends as Succeeded at the first attempt, and is remembered')] },
  { number: 26, what: 'Memory weighted by outcome: verified, reverted, rejected, human-edited', proofs: [proof('libs/stages/src/learn/remembered-outcomes.spec.ts', 'lets one source that says the same many times not outweigh two others')] },
  { number: 27, what: 'A published scorecard that anyone can re-run', proofs: [proof('test/scorecard/smoke.spec.ts', ''), proof('test/scorecard/players.spec.ts', 'plays folders that the project has never seen')] },
  { number: 28, what: 'Alerts as signals too', proofs: [] },
  { number: 29, what: 'Detectors and playbooks of your own without code', proofs: [] },
  { number: 30, what: 'An MCP server for assistants', proofs: [] },
];
