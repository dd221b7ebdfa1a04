import { describe, expect, it } from 'vitest';
import { at, type Json, listAt } from '../json.ts';
import { configMap, deployment, DEPLOYMENTS, PODS, pod, testApi } from '../spec-support/test-api.ts';

async function causes(path: string, body: Json): Promise<readonly string[]> {
  const answer = await testApi().call('POST', path, { body });
  expect(answer.status).toBe(422);
  return listAt(answer.body, 'details', 'causes').map(({ field, message }) => `${String(field)}: ${String(message)}`);
}

const container = (extra: Json): Json => deployment('web', {}, extra);
const at0 = 'spec.template.spec.containers[0]';

describe('a workload is refused with', () => {
  it.each<[string, Json, string]>([
    ['a name in capitals', { ...deployment('web'), metadata: { name: 'Web' } }, `metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`],
    ['no selector', deployment('web', { selector: undefined }), 'spec.selector: Required value'],
    ['a selector that does not match', deployment('web', { selector: { matchLabels: { app: 'other' } } }), 'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
    ['fewer than no replicas', deployment('web', { replicas: -1 }), 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ['no image', container({ image: '' }), `${at0}.image: Required value`],
    ['a request above its limit', container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }), `${at0}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
    ['a port that does not exist', container({ ports: [{ containerPort: 99_999 }] }), `${at0}.ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive`],
    ['a mount of nothing', container({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }), `${at0}.volumeMounts[0].name: Not found: "data"`],
    ['a probe on a number that is text', container({ readinessProbe: { httpGet: { port: '8080' } } }), `${at0}.readinessProbe.httpGet.port: Invalid value: "8080": must contain at least one letter (a-z)`],
    ['a port with a name in capitals', container({ ports: [{ name: 'HTTP', containerPort: 80 }] }), `${at0}.ports[0].name: Invalid value: "HTTP": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`],
    ['a variable from a field that pods do not have', container({ env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIp' } } }] }), `${at0}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "status.podIp": error converting fieldPath: field label not supported: status.podIp`],
    ['a probe of what runs once', deployment('web', { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'a' }], initContainers: [{ name: 'init', image: 'a', readinessProbe: { httpGet: { port: 80 } } }] } } }), 'spec.template.spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always'],
    ['a probe that does nothing', container({ livenessProbe: { periodSeconds: 5 } }), `${at0}.livenessProbe: Required value: must specify a handler type`],
    ['a pull policy of its own', container({ imagePullPolicy: 'Sometimes' }), `${at0}.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`],
    ['a rolling update that cannot move', deployment('web', { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }), 'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  ])('%s', async (_what, body, message) => {
    expect(await causes(DEPLOYMENTS, body)).toContain(message);
  });

  it('two containers of one name', async () => {
    expect(await causes(PODS, { ...pod('p'), spec: { containers: [{ name: 'app', image: 'a' }, { name: 'app', image: 'b' }] } })).toEqual(['spec.containers[1].name: Duplicate value: "app"']);
  });

  it('another selector than it was made with', async () => {
    const { call } = testApi();
    await call('POST', DEPLOYMENTS, { body: deployment('web') });
    const { body } = await call('PATCH', `${DEPLOYMENTS}/web`, { body: { spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } } }, contentType: 'application/merge-patch+json' });
    expect(body['message']).toBe('Deployment.apps "web" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable');
  });
});

describe('other kinds are refused with', () => {
  it.each<[string, string, Json, string]>([
    ['a Service without ports', 'services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: {} }, 'spec.ports: Required value'],
    ['a Service for a number that is text', 'services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80, targetPort: '8080' }] } }, 'spec.ports[0].targetPort: Invalid value: "8080": must contain at least one letter (a-z)'],
    ['a ConfigMap key with a space', 'configmaps', configMap('a', { 'a b': 'x' }), "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"],
    ['a claim without a size', 'persistentvolumeclaims', { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }, 'spec.resources[storage]: Required value'],
    ['an Event about another namespace', 'events', { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, involvedObject: { namespace: 'shop' } }, 'involvedObject.namespace: Invalid value: "shop": does not match event.namespace'],
  ])('%s', async (_what, plural, body, message) => {
    expect(await causes(`/api/v1/namespaces/default/${plural}`, body)).toContain(message);
  });
});

describe('defaults', () => {
  it('of a Deployment are those of the real server', async () => {
    const { body } = await testApi().call('POST', DEPLOYMENTS, { body: container({ resources: { limits: { memory: '1024Mi', cpu: '0.5' } }, readinessProbe: { httpGet: { port: 80 } }, ports: [{ containerPort: 80 }] }) });
    expect(body['spec']).toEqual({
      replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, selector: { matchLabels: { app: 'web' } }, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', schedulerName: 'default-scheduler', securityContext: {}, terminationGracePeriodSeconds: 30,
          containers: [{
            name: 'app', image: 'web:1', imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: { limits: { memory: '1Gi', cpu: '500m' } }, ports: [{ containerPort: 80, protocol: 'TCP' }],
            readinessProbe: { httpGet: { path: '/', port: 80, scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
          }],
        },
      },
    });
    expect(body['status']).toEqual({});
  });

  it.each([['web', 'Always'], ['web:latest', 'Always'], ['web:1.2', 'IfNotPresent'], ['host:5000/web', 'Always'], ['web@sha256:abc', 'IfNotPresent']])('of the pull policy for %s is %s', async (image, policy) => {
    const { body } = await testApi().call('POST', PODS, { body: pod('p', { image }) });
    expect(at(body, 'spec', 'containers', 0, 'imagePullPolicy')).toBe(policy);
  });

  it.each<[Json, string]>([
    [{}, 'BestEffort'],
    [{ requests: { memory: '1Mi' } }, 'Burstable'],
    [{ limits: { memory: '1Mi', cpu: '1' } }, 'Guaranteed'],
    [{ limits: { memory: '1Mi' } }, 'Burstable'],
  ])('of the QoS class for %j is %s', async (resources, qosClass) => {
    const { body } = await testApi().call('POST', PODS, { body: pod('p', { resources }) });
    expect(at(body, 'status')).toEqual({ phase: 'Pending', qosClass });
  });

  it('give a Service an address that it keeps', async () => {
    const { call } = testApi();
    const path = '/api/v1/namespaces/default/services';
    const { body } = await call('POST', path, { body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }], selector: { app: 'web' } } } });
    expect(at(body, 'spec', 'clusterIP')).toMatch(/^10\.96\.\d+\.\d+$/);
    const again = await call('PUT', `${path}/web`, { body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 81 }] } } });
    expect(at(again.body, 'spec', 'clusterIP')).toBe(at(body, 'spec', 'clusterIP'));
    expect((await call('PATCH', `${path}/web`, { body: { spec: { clusterIP: '10.96.9.9' } }, contentType: 'application/merge-patch+json' })).status).toBe(422);
  });

  it('turn the texts of a Secret into data', async () => {
    const { body } = await testApi().call('POST', '/api/v1/namespaces/default/secrets', { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { user: 'admin' } } });
    expect([body['type'], body['data'], body['stringData']]).toEqual(['Opaque', { user: 'YWRtaW4=' }, undefined]);
  });
});
