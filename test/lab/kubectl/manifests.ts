/**
 * What the list of kubectl commands feeds to stdin. Only the lab's own image is used, whose program both worlds run,
 * and every object lives in the namespace `shop`, which the list makes and removes.
 */

const web = (options: { readonly replicas: string; readonly memory: string; readonly tier: string }): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web, tier: ${options.tier}}
spec:
  replicas: ${options.replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: 127.0.0.1:5999/labapp:1
        args: ["--log=hello from web", "--require-env=MODE", "--listen=8080", "--health=/healthz"]
        ports: [{name: http, containerPort: 8080}]
        envFrom: [{configMapRef: {name: settings}}]
        resources:
          requests: {cpu: 10m, memory: 16Mi}
          limits: {memory: ${options.memory}}
        readinessProbe:
          httpGet: {path: /healthz, port: http}
          periodSeconds: 1
`;

export const MANIFESTS = {
  settings: `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {MODE: plain, colour: red}
`,
  web: web({ replicas: '1', memory: '64Mi', tier: 'front' }),
  webBigger: web({ replicas: '1', memory: '96Mi', tier: 'front' }),
  webBackend: web({ replicas: '1', memory: '64Mi', tier: 'back' }),
  webRefused: web({ replicas: '-1', memory: '64Mi', tier: 'front' }),
  webMisspelt: web({ replicas: '1', memory: '64Mi', tier: 'front' }).replace('replicas:', 'replicsa:'),
  service: `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http}]
`,
  quota: `apiVersion: v1
kind: ResourceQuota
metadata: {name: quota}
spec:
  hard: {configmaps: "5", limits.memory: 1Gi}
`,
  /** Ends by itself, again and again. */
  failing: `apiVersion: v1
kind: Pod
metadata: {name: failing, labels: {app: failing}}
spec:
  terminationGracePeriodSeconds: 1
  automountServiceAccountToken: false
  containers:
  - name: app
    image: 127.0.0.1:5999/labapp:1
    args: ["--log=about to fail", "--exit-after=1s", "--exit=3"]
    resources: {limits: {memory: 32Mi}}
`,
  /** Takes more memory than its limit; never restarted, so its state stays. */
  greedy: `apiVersion: v1
kind: Pod
metadata: {name: greedy, labels: {app: greedy}}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 1
  automountServiceAccountToken: false
  containers:
  - name: app
    image: 127.0.0.1:5999/labapp:1
    args: ["--hold-memory=100Mi"]
    resources: {limits: {memory: 64Mi}}
`,
  /** Its image exists nowhere. */
  pulling: `apiVersion: v1
kind: Pod
metadata: {name: pulling, labels: {app: pulling}}
spec:
  terminationGracePeriodSeconds: 1
  automountServiceAccountToken: false
  containers:
  - name: app
    image: 127.0.0.1:5999/labapp:2
    resources: {limits: {memory: 32Mi}}
`,
  settingsOwned: `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: blue}
`,
  settingsReplaced: `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {replaced: "yes"}}
data: {MODE: plain, colour: green}
`,
} as const;

export type ManifestName = keyof typeof MANIFESTS;
