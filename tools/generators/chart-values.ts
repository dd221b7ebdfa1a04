/** The values of a chart as JSON Schema: the config part comes from what reads the config, the rest is the same for both charts. */
type Schema = object;

const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({ type: 'object', additionalProperties: false, properties, ...(required.length > 0 ? { required } : {}) });
const text = (description: string): Schema => ({ type: 'string', description });
const flag = (description: string): Schema => ({ type: 'boolean', description });
const anyObject = (description: string): Schema => ({ type: 'object', description });
const list = (items: Schema, description: string): Schema => ({ type: 'array', items, description });

const secrets = (): Schema =>
  object({
    env: { type: 'object', description: 'Environment variable → key of an existing Secret, for `{env: NAME}` in the config. No secret stands in a values file.', additionalProperties: object({ secret: text('Name of the Secret.'), key: text('Key in it.') }, ['secret', 'key']) },
    files: list(object({ secret: text('Name of the Secret.'), mountPath: { type: 'string', pattern: '^/', description: 'Folder, for `{file: PATH}` in the config.' } }, ['secret', 'mountPath']), 'Secrets mounted as files.'),
  });

const common = (): Readonly<Record<string, Schema>> => ({
  nameOverride: text('Name of the objects instead of the chart\'s.'),
  image: object({ repository: text('Image without tag.'), tag: text('Tag; empty: the chart\'s appVersion.'), digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$', description: 'Digest, which wins over the tag.' }, pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] } }, ['repository']),
  imagePullSecrets: list(object({ name: text('Name of a Secret.') }, ['name']), 'Secrets with registry credentials.'),
  rbac: object({ create: flag('Make the ServiceAccount and its generated rights; false: they exist under the release\'s name.') }),
  secrets: secrets(),
  resources: anyObject('Requests and limits.'),
  nodeSelector: anyObject('Node labels.'),
  tolerations: list({ type: 'object' }, 'Tolerations.'),
  affinity: anyObject('Affinity.'),
  podLabels: { type: 'object', additionalProperties: { type: 'string' }, description: 'Further labels of the pods.' },
  podAnnotations: { type: 'object', additionalProperties: { type: 'string' }, description: 'Annotations of the pods.' },
  priorityClassName: text('PriorityClass of the pods.'),
  networkPolicy: object({ enabled: flag('Refuse every connection to and from the pods that is not named here.'), egress: list({ type: 'object' }, 'Further egress rules: forge, NATS, model endpoint; as in a NetworkPolicy.'), apiServerPorts: list({ type: 'integer', minimum: 1, maximum: 65_535 }, 'Ports of the API server.') , ingress: list({ type: 'object' }, 'Peers that may reach the HTTP port; hub only.') }),
  global: anyObject('Set by parent charts.'),
});

export const hubValues = (config: unknown): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...object({
    ...common(),
    replicas: { type: 'integer', minimum: 1, maximum: 2, description: 'One works; a second only waits to take over.' },
    config: config as Schema,
    approvals: object({ install: flag('Install the admission policy without which no approval counts. False where crds/fleetmend-approvals.yaml is applied otherwise.') }),
    persistence: object({ existingClaim: text('PersistentVolumeClaim for memory and audit; empty: an emptyDir that dies with the pod.'), sizeLimit: text('Limit of the emptyDir.') }),
    http: object({
      expose: flag('Listen beyond loopback, with a Service. Name who may reach it in networkPolicy.ingress.'),
      proxied: flag('With expose: a proxy in front asks who they are, and the hub asks nobody. False: the hub asks for a token of its cluster; put TLS in front, and name its host in config.http.allowedHosts.'),
    }),
    podDisruptionBudget: object({ enabled: flag('Keep one replica through voluntary disruptions; needs two.') }),
    serviceMonitor: object({ enabled: flag('A ServiceMonitor for the Prometheus operator; needs http.expose.'), labels: anyObject('Labels that its Prometheus selects by.'), interval: text('Scrape interval.'), authorization: anyObject('The endpoint\'s `authorization`, for a hub that asks for tokens.') }),
    dashboards: object({ enabled: flag('Grafana dashboards as ConfigMaps for its sidecar.'), label: text('Label that the sidecar looks for.') }),
    prometheusRule: object({ enabled: flag('Recording and alerting rules as a PrometheusRule.'), labels: anyObject('Labels that its Prometheus selects by.') }),
  }, ['config']),
});

export const agentValues = (config: unknown, dryRunConfig: unknown): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...object({
    ...common(),
    config: config as Schema,
    state: object({ sizeLimit: text('Limit of the emptyDir for evidence.') }),
    dryRun: object({
      enabled: flag('Run the dry-run process: it asks the API server whether it would take a change, under an identity of its own that an admission policy keeps from writing.'),
      config: anyPart(dryRunConfig),
      secrets: secrets(),
      resources: anyObject('Requests and limits.'),
    }),
  }, ['config']),
});

/** The config of a process that may be off: what it requires is required by the process, which then says so. */
const anyPart = (config: unknown): Schema => {
  const { required: _, ...rest } = config as { readonly required?: unknown };
  return rest;
};
