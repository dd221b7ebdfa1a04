import type { ManifestName } from './manifests.ts';

/** How the output of a command is brought into an order or a form that does not depend on timing. */
export type Comparison =
  /** As printed. */
  | 'exact'
  /** Lines after the first are sorted: lists of generated names. */
  | 'rows'
  /** Only the last line: progress whose steps depend on speed. */
  | 'last-line'
  /** Type, reason, object and message of events, each once, sorted. */
  | 'events'
  /** Only lines that begin with a kind that both worlds serve. */
  | 'served-kinds'
  /** Only the file's changed lines: the header holds paths of temporary files. */
  | 'diff'
  /** Only the exit status: what is printed depends on speed. */
  | 'status'
  /** `describe`: as printed, but the events as under `events`. */
  | 'describe';

export interface KubectlCommand {
  /** Words are split at spaces; single quotes keep them together. Runs in the namespace `shop`. */
  readonly run: string;
  /** What is fed to stdin (`-f -`). */
  readonly input?: ManifestName;
  readonly compare?: Comparison;
  /** Exit status expected; 0 unless said otherwise. */
  readonly status?: number;
  /** A watch: run these once it has begun, and end it when its output has this many lines. */
  readonly during?: { readonly run: readonly string[]; readonly lines: number };
  /** Repeated until it ends with its status and prints a match: only to wait for the world, where `wait` cannot. */
  readonly until?: string;
}

/**
 * The kubectl commands that must give the same output on the sandbox and on a real API server with a kubelet, in this order.
 * Played from an empty namespace to its deletion, so that the list can be played again.
 */
export const kubectlCommands: readonly KubectlCommand[] = [
  // Namespaces and first objects
  { run: 'create namespace shop' },
  { run: 'create namespace shop', status: 1 },
  { run: "get serviceaccount default -o jsonpath='{.metadata.name}'", until: '^default' },
  { run: "get configmap kube-root-ca.crt -o jsonpath='{.metadata.name}'", until: '^kube-root' },
  { run: 'get deployments' },
  { run: 'get deployment nothing', status: 1 },
  { run: 'get gadgets', status: 1 },
  { run: 'apply -f -', input: 'settings' },
  { run: 'apply -f -', input: 'web' },
  { run: 'apply -f -', input: 'service' },
  { run: 'rollout status deployment/web --timeout=60s', compare: 'last-line' },
  { run: 'apply -f -', input: 'web' },

  // Reading
  { run: 'get deployments' },
  { run: 'get deployment web -o wide' },
  { run: 'get deployment web -o yaml' },
  { run: 'get deployment web -o name' },
  { run: "get deployment web -o jsonpath='{.spec.template.spec.containers[0].resources.limits.memory}'" },
  { run: "get deployments -o custom-columns='NAME:.metadata.name,READY:.status.readyReplicas'" },
  { run: "get deployment web -o go-template='{{.spec.replicas}} of {{.metadata.name}}'" },
  { run: 'get deployments --show-labels' },
  { run: 'get replicasets', compare: 'rows' },
  { run: 'get replicasets -l app=web -o yaml' },
  { run: 'get pods -l app=web -L app' },
  { run: 'get pods -l app=web -o wide' },
  { run: 'get pods -l app=web -o yaml' },
  { run: "get pods --field-selector status.phase=Running,metadata.namespace=shop -o jsonpath='{.items[*].status.qosClass}'" },
  { run: 'get pods -l app=nobody' },
  { run: 'get services' },
  { run: 'get service web -o yaml' },
  { run: 'get endpointslices -l kubernetes.io/service-name=web' },
  { run: 'get configmap settings -o yaml' },
  { run: 'get all', compare: 'rows' },
  { run: 'get deployment/web service/web -o name' },
  { run: 'get --raw /readyz' },
  { run: 'get namespace shop' },
  { run: 'get nodes -o name' },
  { run: 'describe deployment web', compare: 'describe' },
  { run: 'describe replicasets -l app=web', compare: 'describe' },
  { run: 'describe pods -l app=web', compare: 'describe' },
  { run: 'describe service web', compare: 'describe' },
  { run: 'describe configmap settings', compare: 'describe' },
  { run: 'logs deployment/web' },
  { run: 'logs -l app=web --tail=1' },
  { run: 'logs deployment/web -c nothing', status: 1 },

  // Failures
  { run: 'apply -f -', input: 'greedy' },
  { run: 'apply -f -', input: 'failing' },
  { run: 'apply -f -', input: 'pulling' },
  { run: "wait pod/greedy --for=jsonpath='{.status.phase}'=Failed --timeout=60s" },
  { run: "wait pod/pulling --for=jsonpath='{.status.containerStatuses[0].state.waiting.reason}'=ImagePullBackOff --timeout=60s" },
  { run: "get pod greedy -o jsonpath='{.status.containerStatuses[0].state.terminated.reason} {.status.containerStatuses[0].state.terminated.exitCode}'" },
  { run: 'get pod greedy' },
  { run: 'describe pod greedy', compare: 'describe' },
  { run: "get pod failing -o jsonpath='{.status.containerStatuses[0].lastState.terminated.reason}'", until: '^Error$' },
  { run: "get pod failing -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'" },
  { run: 'logs failing --previous', until: 'about to fail' },
  { run: 'events --for pod/greedy', compare: 'events' },
  { run: 'get events --field-selector involvedObject.name=pulling', compare: 'events' },
  { run: 'get pod pulling', until: 'ImagePullBackOff' },
  { run: 'delete pod greedy failing pulling --wait=true', compare: 'rows' },

  // Changing
  { run: 'diff -f -', input: 'webBigger', compare: 'diff', status: 1 },
  { run: 'diff -f -', input: 'web' },
  { run: 'apply -f - --dry-run=server', input: 'webBigger' },
  { run: 'apply -f - --dry-run=server', input: 'webRefused', status: 1 },
  { run: 'apply -f -', input: 'webMisspelt', status: 1 },
  { run: 'create configmap other --from-literal=a=1 --dry-run=server -o yaml' },
  { run: 'create deployment other --image=127.0.0.1:5999/labapp:1 --dry-run=server -o name' },
  { run: 'label deployment web team=shop' },
  { run: 'label deployment web team=other', status: 1 },
  { run: 'label deployment web team=other --overwrite' },
  { run: 'label deployment web team-' },
  { run: 'annotate deployment web note=first' },
  { run: 'annotate deployment web note-' },
  { run: "patch configmap settings --type=merge -p '{\"data\":{\"size\":\"10\"}}'" },
  { run: "patch configmap settings --type=json -p '[{\"op\":\"replace\",\"path\":\"/data/size\",\"value\":\"20\"}]'" },
  { run: "patch configmap settings --type=json -p '[{\"op\":\"test\",\"path\":\"/data/size\",\"value\":\"99\"}]'", status: 1 },
  { run: "patch deployment web --type=strategic -p '{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"app\",\"env\":[{\"name\":\"EXTRA\",\"value\":\"1\"}]}]}}}}'" },
  { run: 'rollout status deployment/web --timeout=60s', compare: 'last-line' },
  { run: "get deployment web -o jsonpath='{.spec.template.spec.containers[*].env}'" },
  { run: 'apply --server-side --field-manager=owner -f -', input: 'settingsOwned', status: 1 },
  { run: 'apply --server-side --field-manager=owner --force-conflicts -f -', input: 'settingsOwned' },
  { run: 'get configmap settings -o yaml --show-managed-fields' },
  { run: 'replace -f -', input: 'settingsReplaced' },
  { run: "get configmap settings -o jsonpath='{.data} {.metadata.labels}'" },
  { run: 'get configmap settings --watch --output-watch-events -o jsonpath=\'{.type} {.object.metadata.annotations.seen}{"\\n"}\'', during: { run: ['annotate configmap settings seen=1', 'annotate configmap settings seen-'], lines: 3 } },

  // Rollouts
  { run: 'set image deployment/web app=127.0.0.1:5999/labapp:2' },
  { run: 'rollout status deployment/web --timeout=2s', compare: 'last-line', status: 1 },
  { run: 'rollout history deployment/web' },
  { run: 'rollout history deployment/web --revision=2' },
  { run: 'rollout undo deployment/web' },
  { run: 'rollout status deployment/web --timeout=60s', compare: 'last-line' },
  { run: 'set resources deployment web -c app --limits=memory=80Mi' },
  { run: 'rollout status deployment/web --timeout=60s', compare: 'last-line' },
  { run: 'scale deployment web --replicas=2' },
  { run: 'scale deployment web --replicas=3 --current-replicas=9', status: 1 },
  { run: 'wait deployment/web --for=condition=Available --timeout=60s' },
  { run: "wait deployment/web --for=jsonpath='{.status.readyReplicas}'=2 --timeout=60s" },
  { run: 'wait deployment/web --for=condition=Sideways --timeout=1s', status: 1 },
  { run: 'rollout pause deployment/web' },
  { run: 'rollout resume deployment/web' },

  // Quota
  { run: 'apply -f -', input: 'quota' },
  { run: 'wait resourcequota/quota --for=jsonpath={.status.hard.configmaps}=5 --timeout=30s' },
  { run: 'describe resourcequota quota' },
  { run: 'run refused --image=127.0.0.1:5999/labapp:1', status: 1 },
  { run: 'delete resourcequota quota' },

  // What the server knows
  { run: 'api-resources', compare: 'served-kinds' },
  { run: 'api-resources --namespaced=false -o name', compare: 'served-kinds' },
  { run: 'api-versions', compare: 'served-kinds' },
  { run: 'explain pod.spec.containers.resources' },
  { run: 'explain deployment.spec.strategy' },
  { run: 'explain configmap' },
  { run: 'explain deployment.spec.nothing', status: 1 },
  { run: 'auth can-i create deployments' },
  { run: "auth can-i '*' '*' --all-namespaces" },
  { run: 'auth can-i get pods --as=nobody', status: 1 },
  { run: 'auth whoami -o jsonpath={.status.userInfo.groups}' },

  // Deleting
  { run: 'delete service web' },
  { run: 'delete service web', status: 1 },
  { run: 'delete service web --ignore-not-found' },
  { run: 'delete deployment web --cascade=orphan' },
  { run: "get replicasets -l app=web -o jsonpath='{.items[*].metadata.ownerReferences}'", until: '^$' },
  { run: 'delete replicasets -l app=web --cascade=foreground --wait=true', compare: 'rows' },
  { run: 'get pods -l app=web' },
  { run: 'apply -f -', input: 'web' },
  { run: 'delete deployment web --cascade=background --wait=false' },
  { run: 'wait pods -l app=web --for=delete --timeout=60s', compare: 'status' },
  { run: 'delete configmaps --all', compare: 'rows' },
  { run: 'delete namespace shop --wait=true' },
  { run: 'get namespace shop', status: 1 },
];
