import { describe, expect, it } from 'vitest';
import { at, type Json } from '../api/json.ts';
import { configMap, pod, testApi } from '../api/spec-support/test-api.ts';

const SHOP = '/api/v1/namespaces/shop';

async function shop(labels: Json = {}, ...objects: readonly Json[]) {
  const api = testApi();
  await api.call('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } } });
  for (const object of objects) await api.call('POST', `${SHOP}/${PLURALS[String(object['kind'])] ?? ''}`, { body: object });
  return { ...api, create: (body: Json) => api.call('POST', `${SHOP}/pods`, { body }) };
}

const PLURALS: Readonly<Record<string, string>> = { ResourceQuota: 'resourcequotas', LimitRange: 'limitranges', ConfigMap: 'configmaps', Pod: 'pods' };
const quota = (hard: Json, spec: Json = {}): Json => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota' }, spec: { hard, ...spec } });
const limitRange = (item: Json): Json => ({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'limits' }, spec: { limits: [item] } });
const memory = (limit: string, request = limit): Json => ({ resources: { limits: { memory: limit }, requests: { memory: request } } });

describe('a claim that is bound', () => {
  const claim = (storage: string, storageClassName = 'grows'): Json => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } } });
  async function bound(storageClassName: string) {
    const api = await shop({});
    await api.call('POST', '/apis/storage.k8s.io/v1/storageclasses', { body: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'grows' }, provisioner: 'x', allowVolumeExpansion: true } });
    await api.call('POST', `${SHOP}/persistentvolumeclaims`, { body: claim('5Gi', storageClassName) });
    await api.call('PATCH', `${SHOP}/persistentvolumeclaims/data/status`, { body: { status: { phase: 'Bound', capacity: { storage: '5Gi' } } }, contentType: 'application/merge-patch+json' });
    return async (storage: string) => (await api.call('PATCH', `${SHOP}/persistentvolumeclaims/data`, { body: { spec: { resources: { requests: { storage } } } }, contentType: 'application/merge-patch+json' })).body['message'];
  }

  it('never shrinks below what it has', async () => {
    const ask = await bound('grows');
    expect(await ask('4Gi')).toBe('PersistentVolumeClaim "data" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than status.capacity');
    expect(await ask('8Gi')).toBeUndefined();
    expect(await ask('6Gi')).toBeUndefined();
  });

  it('grows only where its class allows that', async () => {
    const ask = await bound('fixed');
    expect(await ask('8Gi')).toBe('persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
  });
});

describe('a ResourceQuota', () => {
  it('refuses what goes past it, with the numbers', async () => {
    const { create } = await shop({}, quota({ 'requests.memory': '256Mi', pods: '5' }));
    expect((await create(pod('a', memory('200Mi')))).status).toBe(201);
    const { status, body } = await create(pod('b', memory('100Mi')));
    expect(status).toBe(403);
    expect(body['message']).toBe('pods "b" is forbidden: exceeded quota: quota, requested: requests.memory=100Mi, used: requests.memory=200Mi, limited: requests.memory=256Mi');
  });

  it('makes containers state what it counts', async () => {
    const { create } = await shop({}, quota({ 'limits.cpu': '2', 'requests.memory': '1Gi' }));
    expect((await create(pod('a'))).body['message']).toBe('pods "a" is forbidden: failed quota: quota: must specify limits.cpu for: app; requests.memory for: app');
  });

  it('shows what is used, and less when a pod ends', async () => {
    const { create, objects, clock, call } = await shop({}, quota({ 'requests.memory': '1Gi', pods: '5', configmaps: '3' }));
    await create(pod('a', memory('200Mi')));
    await clock.run(0);
    const used = () => at(objects.get('v1', 'ResourceQuota', 'shop', 'quota'), 'status', 'used');
    expect(used()).toEqual({ 'requests.memory': '200Mi', pods: '1', configmaps: '1' });
    await call('PATCH', `${SHOP}/pods/a/status`, { body: { status: { phase: 'Succeeded' } }, contentType: 'application/merge-patch+json' });
    await clock.run(0);
    expect(used()).toEqual({ 'requests.memory': '0', pods: '0', configmaps: '1' });
  });

  it('counts objects of any kind, and frees them when they go', async () => {
    const { call } = await shop({}, quota({ 'count/configmaps': '2' }), configMap('a'));
    const refused = await call('POST', `${SHOP}/configmaps`, { body: configMap('b') });
    expect(refused.body['message']).toBe('configmaps "b" is forbidden: exceeded quota: quota, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2');
    await call('DELETE', `${SHOP}/configmaps/a`);
    expect((await call('POST', `${SHOP}/configmaps`, { body: configMap('b') })).status).toBe(201);
  });

  it('counts only what is in its scope', async () => {
    const { create } = await shop({}, quota({ pods: '0' }, { scopes: ['BestEffort'] }));
    expect((await create(pod('greedy'))).status).toBe(403);
    expect((await create(pod('modest', memory('1Mi')))).status).toBe(201);
  });
});

describe('a LimitRange', () => {
  it('gives containers what they do not state, and notes it', async () => {
    const { create } = await shop({}, limitRange({ type: 'Container', default: { memory: '256Mi' }, defaultRequest: { memory: '128Mi' } }));
    const { body } = await create(pod('a'));
    expect(at(body, 'spec', 'containers', 0, 'resources')).toEqual({ limits: { memory: '256Mi' }, requests: { memory: '128Mi' } });
    expect(at(body, 'metadata', 'annotations', 'kubernetes.io/limit-ranger')).toBe('LimitRanger plugin set: memory request for container app; memory limit for container app');
  });

  it.each<[string, Json, Json, string]>([
    ['too much', { type: 'Container', max: { memory: '1Gi' } }, memory('2Gi'), '[maximum memory usage per Container is 1Gi, but limit is 2Gi]'],
    ['too little', { type: 'Container', min: { memory: '64Mi' } }, memory('128Mi', '32Mi'), '[minimum memory usage per Container is 64Mi, but request is 32Mi]'],
    ['too much in one pod', { type: 'Pod', max: { memory: '1Gi' } }, memory('2Gi'), '[maximum memory usage per Pod is 1Gi, but limit is 2Gi]'],
    ['too wide a span', { type: 'Container', maxLimitRequestRatio: { memory: '2' } }, memory('300Mi', '100Mi'), '[memory max limit to request ratio per Container is 2, but provided ratio is 3.000000]'],
  ])('refuses %s', async (_what, item, container, message) => {
    const { create } = await shop({}, limitRange(item));
    const { status, body } = await create(pod('a', container));
    expect([status, body['message']]).toEqual([403, `pods "a" is forbidden: ${message.slice(1, -1)}`]);
  });
});

describe('Pod Security', () => {
  it('refuses at the restricted level, naming every control', async () => {
    const { create } = await shop({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    expect((await create(pod('a'))).body['message']).toBe(
      'pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "app" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "app" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
  });

  it('lets a hardened pod through', async () => {
    const { create } = await shop({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const hardened = { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } };
    expect((await create(pod('a', hardened, { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } }))).status).toBe(201);
  });

  it('at the baseline level looks for what reaches the host', async () => {
    const { create } = await shop({ 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/enforce-version': 'v1.34' });
    const { body } = await create(pod('a', { securityContext: { privileged: true } }, { hostNetwork: true, volumes: [{ name: 'root', hostPath: { path: '/' } }] }));
    expect(body['message']).toBe('pods "a" is forbidden: violates PodSecurity "baseline:v1.34": host namespaces (hostNetwork=true), hostPath volumes (volume "root"), privileged (container "app" must not set securityContext.privileged=true)');
  });

  it('only warns about the templates of workloads', async () => {
    const { call } = await shop({ 'pod-security.kubernetes.io/warn': 'baseline' });
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { hostPID: true, containers: [{ name: 'app', image: 'x' }] } } } };
    const { status, warnings } = await call('POST', '/apis/apps/v1/namespaces/shop/deployments', { body });
    expect([status, warnings]).toEqual([201, ['would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)']]);
  });
});

describe('a new pod', () => {
  it('gets its service account, priority and tolerations', async () => {
    const { create } = await shop();
    const { body } = await create(pod('a'));
    expect(body['spec']).toMatchObject({ serviceAccountName: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
    expect(at(body, 'spec', 'tolerations', 0)).toEqual({ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
    expect(at(body, 'spec', 'volumes', 0, 'name')).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(at(body, 'spec', 'containers', 0, 'volumeMounts', 0, 'mountPath')).toBe('/var/run/secrets/kubernetes.io/serviceaccount');
  });

  it.each<[string, Json, string]>([
    ['a service account that is not there', { serviceAccountName: 'nobody' }, 'error looking up service account shop/nobody: serviceaccount "nobody" not found'],
    ['a priority class that is not there', { priorityClassName: 'highest' }, 'no PriorityClass with name highest was found'],
  ])('is refused for %s', async (_what, spec, message) => {
    const { create } = await shop();
    const { status, body } = await create(pod('a', {}, spec));
    expect([status, body['message']]).toEqual([403, `pods "a" is forbidden: ${message}`]);
  });

  it('is refused in a namespace that is going away', async () => {
    const { create, call } = await shop({}, { ...configMap('held'), metadata: { name: 'held', finalizers: ['fleetmend.dev/hold'] } });
    await call('DELETE', '/api/v1/namespaces/shop');
    expect((await create(pod('late'))).body['message']).toBe('pods "late" is forbidden: unable to create new content in namespace shop because it is being terminated');
  });
});
