import { type AdmissionStep, type Draft, randomSuffix } from '../api/cluster.ts';
import { defaultContainer } from '../api/kinds/pod-spec-defaults.ts';
import { isObject, type Json, listAt, numberAt, textAt } from '../api/json.ts';
import { forbidden } from '../api/refusals.ts';

/** When these steps run no name is generated yet: their refusals show what it will begin with. */
function nameSoFar(draft: Draft): string {
  return textAt(draft, 'metadata', 'generateName') || draft.metadata.name;
}

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_SECONDS = 3607;

function isNewPod({ operation, type }: { readonly operation: string; readonly type: { readonly storage: string } }): boolean {
  return operation === 'CREATE' && type.storage === '/pods';
}

/** Gives a pod its service account and the volume with its token, as the ServiceAccount plugin does. */
export const mountServiceAccount: AdmissionStep = (cluster, request) => {
  if (!isNewPod(request)) return;
  const { draft, type } = request;
  const spec = draft['spec'] as Json;
  spec['serviceAccountName'] ??= 'default';
  spec['serviceAccount'] = spec['serviceAccountName'];
  const name = String(spec['serviceAccountName']);
  const namespace = draft.metadata.namespace ?? '';
  const account = cluster.store.get('/serviceaccounts', namespace, name);
  if (!account) throw forbidden(type, nameSoFar(draft), `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`);
  const pull = account['imagePullSecrets'];
  if (Array.isArray(pull) && spec['imagePullSecrets'] === undefined) spec['imagePullSecrets'] = pull;
  if ((spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken']) === false) return;
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
  const bare = containers.filter((container) => !listAt(container, 'volumeMounts').some((mount) => mount['mountPath'] === TOKEN_PATH));
  if (bare.length === 0) return;
  const volume = `kube-api-access-${randomSuffix(cluster.random)}`;
  for (const container of bare) container['volumeMounts'] = [...listAt(container, 'volumeMounts'), { name: volume, readOnly: true, mountPath: TOKEN_PATH }];
  spec['volumes'] = [...listAt(spec, 'volumes'), { name: volume, projected: { defaultMode: 420, sources: tokenSources() } }];
};

function tokenSources(): readonly Json[] {
  return [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ];
}

/** Resolves `priorityClassName`, as the Priority plugin does. */
export const resolvePriority: AdmissionStep = (cluster, request) => {
  if (!isNewPod(request)) return;
  const { draft, type } = request;
  const spec = draft['spec'] as Json;
  const name = textAt(spec, 'priorityClassName');
  const classes = cluster.store.list('scheduling.k8s.io/priorityclasses');
  const found = name === '' ? classes.find((item) => item['globalDefault'] === true) : classes.find((item) => item.metadata.name === name);
  if (name !== '' && !found) throw forbidden(type, nameSoFar(draft), `no PriorityClass with name ${name} was found`);
  if (found) spec['priorityClassName'] = found.metadata.name;
  spec['priority'] = numberAt(found, 'value');
  spec['preemptionPolicy'] ??= textAt(found, 'preemptionPolicy') || 'PreemptLowerPriority';
};

/** Refuses a runtime class that does not exist, as the RuntimeClass plugin does. The sandbox has none: its nodes know one runtime. */
export const resolveRuntimeClass: AdmissionStep = (_cluster, request) => {
  if (!isNewPod(request)) return;
  const name = textAt(request.draft['spec'] as Json, 'runtimeClassName');
  if (name !== '') throw forbidden(request.type, nameSoFar(request.draft), `pod rejected: RuntimeClass "${name}" not found`);
};

const LOST_NODE_SECONDS = 300;

/** Pods stay on a node that is not ready or not reachable for five minutes, unless they say otherwise. */
export const tolerateLostNodes: AdmissionStep = (_cluster, request) => {
  if (!isNewPod(request)) return;
  const spec = request.draft['spec'] as Json;
  const tolerations = [...listAt(spec, 'tolerations')];
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const known = tolerations.some((toleration) => (toleration['key'] === key || toleration['key'] === undefined) && (toleration['effect'] === 'NoExecute' || toleration['effect'] === undefined));
    if (!known) tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: LOST_NODE_SECONDS });
  }
  spec['tolerations'] = tolerations;
};

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/** A claim that names no class gets the default one, the youngest if there are several. */
export const defaultStorageClass: AdmissionStep = (cluster, { operation, type, draft }) => {
  if (operation !== 'CREATE' || type.storage !== '/persistentvolumeclaims') return;
  const spec = draft['spec'];
  if (!isObject(spec) || spec['storageClassName'] !== undefined) return;
  const classes = cluster.store.list('storage.k8s.io/storageclasses').filter((item) => item.metadata.annotations?.[IS_DEFAULT] === 'true');
  const [youngest] = [...classes].sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1));
  if (youngest) spec['storageClassName'] = youngest.metadata.name;
};

/** Fields that admission added take their defaults too. */
export const defaultAddedFields: AdmissionStep = (_cluster, request) => {
  if (!isNewPod(request)) return;
  const draft: Draft = request.draft;
  const spec = draft['spec'] as Json;
  for (const container of listAt(spec, 'containers')) defaultContainer(container, spec['hostNetwork'] === true);
};
