/** One workload of the demo fleet, in the few words that tell it from the others. */
export interface DemoWorkload {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly team: string;
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob';
  readonly replicas?: number;
  readonly args?: readonly string[];
  /** Of the container; a Service in front of it listens on 80. */
  readonly port?: number;
  readonly health?: string;
  readonly cpu?: string;
  readonly memory: { readonly request: string; readonly limit: string };
  readonly schedule?: string;
  /** A line of comment above the resources, as people leave them. */
  readonly remark?: string;
}

/** The manifests of a workload as a person would have written them, one file. */
export function renderWorkload(workload: DemoWorkload): string {
  const { kind = 'Deployment', port } = workload;
  const documents = [kind === 'CronJob' ? renderCronJob(workload) : renderController(workload, kind), ...(port === undefined ? [] : [renderService(workload, port)])];
  return documents.join('---\n');
}

function renderController(workload: DemoWorkload, kind: string): string {
  const { name, namespace, team, replicas = 2 } = workload;
  return [
    'apiVersion: apps/v1',
    `kind: ${kind}`,
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    '  labels:',
    `    app.kubernetes.io/name: ${name}`,
    `    team: ${team}`,
    'spec:',
    ...(kind === 'DaemonSet' ? [] : [`  replicas: ${replicas}`]),
    ...(kind === 'StatefulSet' ? [`  serviceName: ${name}`] : []),
    '  selector:',
    '    matchLabels:',
    `      app.kubernetes.io/name: ${name}`,
    '  template:',
    '    metadata:',
    '      labels:',
    `        app.kubernetes.io/name: ${name}`,
    `        team: ${team}`,
    '    spec:',
    ...renderContainers(workload, '      '),
    '',
  ].join('\n');
}

function renderCronJob(workload: DemoWorkload): string {
  const { name, namespace, team, schedule = '0 3 * * *' } = workload;
  return [
    'apiVersion: batch/v1',
    'kind: CronJob',
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    '  labels:',
    `    team: ${team}`,
    'spec:',
    `  schedule: "${schedule}"`,
    '  concurrencyPolicy: Forbid',
    '  jobTemplate:',
    '    spec:',
    '      template:',
    '        spec:',
    '          restartPolicy: OnFailure',
    ...renderContainers(workload, '          '),
    '',
  ].join('\n');
}

function renderContainers(workload: DemoWorkload, indent: string): readonly string[] {
  const { image, args = [], port, health, cpu = '50m', memory, remark } = workload;
  const lines = [
    'containers:',
    '  - name: app',
    `    image: ${image}`,
    ...(args.length > 0 ? ['    args:', ...args.map((arg) => `      - ${arg}`)] : []),
    ...(port === undefined ? [] : ['    ports:', '      - name: http', `        containerPort: ${port}`]),
    ...(health === undefined ? [] : ['    readinessProbe:', '      httpGet:', `        path: ${health}`, '        port: http', '      periodSeconds: 5']),
    ...(remark === undefined ? [] : [`    # ${remark}`]),
    '    resources:',
    '      requests:',
    `        cpu: ${cpu}`,
    `        memory: ${memory.request}`,
    '      limits:',
    `        memory: ${memory.limit}`,
  ];
  return lines.map((line) => `${indent}${line}`);
}

function renderService({ name, namespace }: DemoWorkload, port: number): string {
  return [
    'apiVersion: v1',
    'kind: Service',
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    'spec:',
    '  selector:',
    `    app.kubernetes.io/name: ${name}`,
    '  ports:',
    '    - name: http',
    '      port: 80',
    `      targetPort: ${port}`,
    '',
  ].join('\n');
}

export function renderNamespace(name: string, labels: Readonly<Record<string, string>>): string {
  return ['apiVersion: v1', 'kind: Namespace', 'metadata:', `  name: ${name}`, '  labels:', ...Object.entries(labels).map(([key, value]) => `    ${key}: ${value}`), ''].join('\n');
}
