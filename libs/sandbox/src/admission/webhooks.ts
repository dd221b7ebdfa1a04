import type { AdmissionRequest, AdmissionStep, Cluster } from '../api/cluster.ts';
import { at, isObject, type Json, listAt, numberAt, textAt } from '../api/json.ts';
import { StatusError } from '../objects.ts';
import { coversRequest } from './policies/match.ts';

const GROUP = 'admissionregistration.k8s.io';

/**
 * Admission webhooks. No program of the sandbox speaks TLS, so none of them ever answers: what `failurePolicy` says of that is what
 * happens, in the words of the API server about the reason. A webhook without a Service that could serve it fails the same in real clusters.
 */
export function callWebhooks(kind: 'mutating' | 'validating'): AdmissionStep {
  return (cluster, request) => {
    // As on a real server, no webhook can be used to lock everybody out of the webhooks.
    if (request.type.group === GROUP) return;
    for (const configuration of cluster.store.list(`${GROUP}/${kind}webhookconfigurations`)) {
      for (const webhook of listAt(configuration, 'webhooks')) {
        if (!covers(cluster, request, webhook) || textAt(webhook, 'failurePolicy') === 'Ignore') continue;
        const name = textAt(webhook, 'name');
        throw new StatusError(500, 'InternalError', `Internal error occurred: failed calling webhook "${name}": failed to call webhook: ${troubleOf(cluster, webhook)}`, { causes: [{ message: `failed calling webhook "${name}"` }] });
      }
    }
  };
}

function covers(cluster: Cluster, request: AdmissionRequest, webhook: Json): boolean {
  const matching = { resourceRules: webhook['rules'] ?? [], namespaceSelector: webhook['namespaceSelector'] ?? {}, objectSelector: webhook['objectSelector'] ?? {}, matchPolicy: webhook['matchPolicy'] ?? 'Equivalent' };
  return coversRequest(cluster, request, matching, { withoutRules: false });
}

function troubleOf(cluster: Cluster, webhook: Json): string {
  const timeout = `timeout=${numberAt(webhook, 'timeoutSeconds') || 10}s`;
  const url = textAt(webhook, 'clientConfig', 'url');
  if (url !== '') return `Post "${url}?${timeout}": dial tcp: lookup ${new URL(url).hostname} on 10.96.0.10:53: no such host`;
  const service = at(webhook, 'clientConfig', 'service');
  const [namespace, name, port] = [textAt(service, 'namespace'), textAt(service, 'name'), numberAt(service, 'port') || 443];
  const post = `Post "https://${name}.${namespace}.svc:${port}${textAt(service, 'path') || '/'}?${timeout}"`;
  const found = cluster.store.get('/services', namespace, name);
  if (!found) return `${post}: service "${name}" not found`;
  if (!listAt(found, 'spec', 'ports').some((one) => one['port'] === port)) return `${post}: no service port ${port} found for service "${name}"`;
  if (hasEndpoint(cluster, namespace, name)) return `${post}: http: server gave HTTP response to HTTPS client`;
  return `${post}: dial tcp ${textAt(found, 'spec', 'clusterIP')}:${port}: connect: connection refused`;
}

function hasEndpoint(cluster: Cluster, namespace: string, name: string): boolean {
  const slices = cluster.store.list('discovery.k8s.io/endpointslices', namespace).filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
  return slices.some((slice) => listAt(slice, 'endpoints').some((endpoint) => isObject(endpoint['conditions']) && endpoint['conditions']['ready'] === true));
}
