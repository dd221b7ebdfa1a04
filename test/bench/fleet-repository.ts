import type { KubeObject } from '@fleetmend/model';

export const URL = 'https://git.fleet.local/acme/fleet.git';
/** Clusters of the fleet, by the engine that applies to them. */
export const CLUSTERS = { argocd: 'prod-1', flux: 'prod-2' } as const;
/** What every workload's memory is limited to at first. */
export const MEMORY = '128Mi';

/** One application of the fleet: where it stands, which engine objects apply it, and the workload in it. */
export interface FleetApplication {
  readonly layout: 'raw' | 'kustomize' | 'helm' | 'argocd-applicationset' | 'flux-helmrelease';
  readonly name: string;
  readonly cluster: string;
  readonly files: Readonly<Record<string, string>>;
  /** What the engine keeps in its cluster for it. */
  readonly engineObjects: readonly KubeObject[];
  readonly workload: KubeObject;
  /** The file in which its memory limit is said. */
  readonly saidIn: string;
}

export interface FleetRepository {
  readonly applications: readonly FleetApplication[];
  readonly files: ReadonlyMap<string, string>;
  /** Live objects by cluster: the engines' own, and the workloads. */
  readonly objects: Readonly<Record<string, readonly KubeObject[]>>;
}

/** Of ten applications so many stand in each layout, as platform teams mix them. */
const MIX: readonly FleetApplication['layout'][] = ['kustomize', 'helm', 'raw', 'kustomize', 'flux-helmrelease', 'helm', 'kustomize', 'argocd-applicationset', 'raw', 'kustomize'];
/** Applications that share one base, one chart, one folder of releases. */
const SHARE = 25;

/** A repository of `size` applications over all layouts, and what two clusters hold that apply it. */
export function fleetRepository(size: number): FleetRepository {
  const applications = Array.from({ length: size }, (_, index) => tracked(made(MIX[index % MIX.length] ?? 'raw', index)));
  const shared = Array.from({ length: Math.ceil(size / SHARE) }, (_, group) => ({ ...base(group), ...chart(group) }));
  const files = new Map(Object.entries(Object.assign({ 'envs/common.yaml': 'replicas: 2\n', 'argocd/services.yaml': generator() }, ...shared, ...applications.map((one) => one.files)) as Record<string, string>));
  const holders = [...Map.groupBy(applications.filter(({ layout }) => layout === 'flux-helmrelease'), ({ saidIn }) => folderOf(saidIn))].map(([folder, all]) => kustomization(folder.replaceAll('/', '-'), folder, all.map(({ name }) => ({ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name, namespace: 'apps' } }))));
  const of = (cluster: string) => applications.filter((one) => one.cluster === cluster).flatMap(({ engineObjects, workload }) => [...engineObjects, workload]);
  return { applications, files, objects: { [CLUSTERS.argocd]: of(CLUSTERS.argocd), [CLUSTERS.flux]: [...of(CLUSTERS.flux), ...holders, gitRepository()] } };
}

function made(layout: FleetApplication['layout'], index: number): FleetApplication {
  const name = `app-${index}`;
  const group = Math.floor(index / SHARE);
  switch (layout) {
    case 'raw': {
      const folder = `raw/${name}`;
      const files = { [`${folder}/deployment.yaml`]: deployment(name, MEMORY), [`${folder}/service.yaml`]: service(name), [`${folder}/config.yaml`]: config(name) };
      return { layout, name, cluster: CLUSTERS.argocd, files, engineObjects: [application(name, { path: folder })], workload: workload(name), saidIn: `${folder}/deployment.yaml` };
    }
    case 'kustomize': {
      const folder = `overlays/${name}`;
      const isFlux = index % 10 === 9;
      const files = {
        [`${folder}/kustomization.yaml`]: `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: apps\nnamePrefix: ${name}-\nresources:\n  - ../../bases/base-${group}\npatches:\n  - path: memory.yaml\nimages:\n  - name: shop/app\n    newTag: "1.${index}"\n`,
        [`${folder}/memory.yaml`]: `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: apps\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          resources:\n            limits:\n              memory: ${MEMORY}   # measured\n`,
      };
      const made = workload(`${name}-web`);
      return { layout, name, cluster: isFlux ? CLUSTERS.flux : CLUSTERS.argocd, files, engineObjects: [isFlux ? kustomization(name, folder, [made]) : application(name, { path: folder }, `${name}-web`)], workload: made, saidIn: `${folder}/memory.yaml` };
    }
    case 'helm': {
      const helm = { path: `charts/chart-${group}`, helm: { valueFiles: ['/envs/common.yaml', `/values/${name}.yaml`] } };
      const live = application(name, helm);
      const files = { [`values/${name}.yaml`]: values(), [`argocd/${name}.yaml`]: `${JSON.stringify({ ...live, status: undefined }, undefined, 2)}\n` };
      return { layout, name, cluster: CLUSTERS.argocd, files, engineObjects: [live], workload: workload(name), saidIn: `values/${name}.yaml` };
    }
    case 'argocd-applicationset': {
      const live = application(name, { path: `charts/chart-${group}`, helm: { valueFiles: ['/envs/common.yaml', `/services/${name}/values.yaml`] } });
      const owned: KubeObject = { ...live, metadata: { ...live.metadata, ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'services', uid: 'u' }] } };
      const files = { [`services/${name}/service.yaml`]: `name: ${name}\nchart: chart-${group}\n`, [`services/${name}/values.yaml`]: values() };
      return { layout, name, cluster: CLUSTERS.argocd, files, engineObjects: [owned], workload: workload(name), saidIn: `services/${name}/values.yaml` };
    }
    case 'flux-helmrelease': {
      const file = `releases/team-${group}/${name}.yaml`;
      const spec = { interval: '10m', chart: { spec: { chart: `charts/chart-${group}`, sourceRef: { kind: 'GitRepository', name: 'fleet', namespace: 'flux-system' } } } };
      const release: KubeObject = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name, namespace: 'apps', uid: name, generation: 1 }, spec, status: { observedGeneration: 1, conditions: [], history: [{ name, namespace: 'apps' }] } };
      const text = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: ${name}\n  namespace: apps\nspec:\n  interval: 10m\n  chart:\n    spec:\n      chart: charts/chart-${group}\n      sourceRef:\n        kind: GitRepository\n        name: fleet\n        namespace: flux-system\n  values:\n    replicas: 2\n    resources:\n      limits:\n        memory: ${MEMORY}\n`;
      const labels = { 'helm.toolkit.fluxcd.io/name': name, 'helm.toolkit.fluxcd.io/namespace': 'apps' };
      const annotations = { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': 'apps' };
      const live = workload(name);
      return { layout, name, cluster: CLUSTERS.flux, files: { [file]: text }, engineObjects: [release], workload: { ...live, metadata: { ...live.metadata, labels, annotations } }, saidIn: file };
    }
  }
}

/** As Argo CD marks what it applies. */
function tracked(one: FleetApplication): FleetApplication {
  const { workload: object, cluster, name } = one;
  if (cluster !== CLUSTERS.argocd) return one;
  const annotations = { 'argocd.argoproj.io/tracking-id': `${name}:apps/Deployment:apps/${object.metadata.name}` };
  return { ...one, workload: { ...object, metadata: { ...object.metadata, annotations } } };
}

function workload(name: string): KubeObject {
  const containers = [{ name: 'app', image: 'shop/app:1', resources: { limits: { memory: MEMORY } } }];
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'apps' }, spec: { replicas: 2, template: { spec: { containers } } } };
}

function application(name: string, source: object, workloadName = name): KubeObject {
  const resources = [{ group: 'apps', kind: 'Deployment' }, { group: '', kind: 'Service' }, { group: '', kind: 'ConfigMap' }].map((one) => ({ ...one, version: 'v1', namespace: 'apps', name: workloadName, status: 'Synced', health: { status: 'Healthy' } }));
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: { project: 'default', destination: { server: 'https://kubernetes.default.svc', namespace: 'apps' }, source: { repoURL: URL, targetRevision: 'main', ...source }, syncPolicy: { automated: { prune: true, selfHeal: true } } },
    status: { sync: { status: 'Synced' }, resources, conditions: [], history: [] },
  };
}

function kustomization(name: string, path: string, held: readonly KubeObject[]): KubeObject {
  const entries = held.map(({ apiVersion, kind, metadata }) => ({ id: `${metadata.namespace ?? ''}_${metadata.name}_${apiVersion.split('/')[0] ?? ''}_${kind}`, v: 'v1' }));
  return { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name, namespace: 'flux-system', generation: 1 }, spec: { interval: '10m', prune: true, path: `./${path}`, sourceRef: { kind: 'GitRepository', name: 'fleet' } }, status: { observedGeneration: 1, conditions: [], inventory: { entries } } };
}

function gitRepository(): KubeObject {
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'fleet', namespace: 'flux-system' }, spec: { url: URL, ref: { branch: 'main' } }, status: { conditions: [] } };
}

function base(group: number): Readonly<Record<string, string>> {
  const folder = `bases/base-${group}`;
  return { [`${folder}/kustomization.yaml`]: 'resources:\n  - deployment.yaml\n  - service.yaml\n  - config.yaml\n', [`${folder}/deployment.yaml`]: deployment('web', '64Mi'), [`${folder}/service.yaml`]: service('web'), [`${folder}/config.yaml`]: config('web') };
}

function chart(group: number): Readonly<Record<string, string>> {
  const folder = `charts/chart-${group}`;
  const named = (text: string) => text.replaceAll('NAME', '{{ .Release.Name }}');
  const template = deployment('NAME', MEMORY).replace('replicas: 2', 'replicas: {{ .Values.replicas }}').replace(/resources:\n(?: {12}.*\n)+/, 'resources: {{- toYaml .Values.resources | nindent 12 }}\n');
  return {
    [`${folder}/Chart.yaml`]: `apiVersion: v2\nname: chart-${group}\nversion: 1.0.0\n`,
    [`${folder}/values.yaml`]: 'replicas: 1\nresources:\n  limits:\n    memory: 64Mi\n',
    [`${folder}/templates/deployment.yaml`]: named(template),
    [`${folder}/templates/service.yaml`]: named(service('NAME')),
    [`${folder}/templates/config.yaml`]: named(config('NAME')),
  };
}

function generator(): string {
  const template = { metadata: { name: '{{name}}' }, spec: { project: 'default', destination: { server: 'https://kubernetes.default.svc', namespace: 'apps' }, source: { repoURL: URL, targetRevision: 'main', path: 'charts/{{chart}}', helm: { valueFiles: ['/envs/common.yaml', '/services/{{name}}/values.yaml'] } } } };
  return `${JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'services', namespace: 'argocd' }, spec: { generators: [{ git: { repoURL: URL, revision: 'main', files: [{ path: 'services/*/service.yaml' }] } }], template } }, undefined, 2)}\n`;
}

function values(): string {
  return `# What this one needs and others do not.\nresources:\n  limits:\n    memory: ${MEMORY}\n`;
}

function deployment(name: string, memory: string): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\n  namespace: apps\n  labels: {app: ${name}}\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {app: ${name}}\n  template:\n    metadata:\n      labels: {app: ${name}}\n    spec:\n      containers:\n        - name: app\n          image: shop/app:1\n          ports:\n            - containerPort: 8080\n          envFrom:\n            - configMapRef: {name: ${name}}\n          resources:\n            limits:\n              memory: ${memory}\n          readinessProbe:\n            httpGet: {path: /ready, port: 8080}\n`;
}

function service(name: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: apps\nspec:\n  selector: {app: ${name}}\n  ports:\n    - port: 80\n      targetPort: 8080\n`;
}

function config(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: apps\ndata:\n${Array.from({ length: 20 }, (_, line) => `  SETTING_${line}: "value ${line} of ${name}"\n`).join('')}`;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
