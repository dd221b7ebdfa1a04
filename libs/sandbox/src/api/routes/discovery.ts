import { KUBERNETES } from '../../openapi/catalogue.ts';
import type { Cluster } from '../cluster.ts';
import type { Json } from '../json.ts';
import type { ResourceType } from '../resource-types.ts';
import type { ApiRequest } from './request.ts';
import { json } from './responses.ts';

/** Answers `/version` and the discovery paths, legacy and aggregated; `undefined` for any other path. */
export function discovery(cluster: Cluster, request: ApiRequest): Response | undefined {
  const path = request.path.replace(/\/$/, '');
  if (path === '/version') return json(versionInfo());
  const parts = path.split('/').slice(1);
  if (path === '/api') return wantsAggregated(request) ? aggregated(cluster, (type) => type.group === '') : json({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: request.path }] });
  if (path === '/apis') return wantsAggregated(request) ? aggregated(cluster, (type) => type.group !== '') : json({ kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(cluster).map((group) => groupEntry(cluster, group)) });
  if (parts[0] === 'api' && parts.length === 2) return resourceList(cluster, '', parts[1] ?? '');
  if (parts[0] === 'apis' && parts.length === 2) return groupDocument(cluster, parts[1] ?? '');
  if (parts[0] === 'apis' && parts.length === 3) return resourceList(cluster, parts[1] ?? '', parts[2] ?? '');
  return undefined;
}

function versionInfo(): Json {
  const [major = '', minor = ''] = KUBERNETES.version.slice(1).split('.');
  return {
    major, minor, gitVersion: KUBERNETES.version, gitCommit: 'fleetmend-sandbox', gitTreeState: 'clean', buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'none', compiler: 'node', platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
}

const AGGREGATED = /application\/json;.*g=apidiscovery\.k8s\.io;.*v=v2;|application\/json;.*as=APIGroupDiscoveryList/;

function wantsAggregated({ accept }: ApiRequest): boolean {
  return accept.split(',').some((part) => AGGREGATED.test(part) && /v=v2(;|$)/.test(part));
}

function groupsOf(cluster: Cluster): readonly string[] {
  return [...new Set(cluster.types.all().map((type) => type.group))].filter((group) => group !== '');
}

function versionsOf(cluster: Cluster, group: string): readonly string[] {
  return [...new Set(cluster.types.all().filter((type) => type.group === group).map((type) => type.version))];
}

function groupEntry(cluster: Cluster, group: string): Json {
  const versions = versionsOf(cluster, group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function groupDocument(cluster: Cluster, group: string): Response | undefined {
  if (!groupsOf(cluster).includes(group)) return undefined;
  return json({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(cluster, group) });
}

function resourceList(cluster: Cluster, group: string, version: string): Response | undefined {
  const types = cluster.types.all().filter((type) => type.group === group && type.version === version);
  if (types.length === 0) return undefined;
  return json({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: group === '' ? version : `${group}/${version}`, resources: types.flatMap(legacyEntries) });
}

function legacyEntries({ discovered, kind, namespaced }: ResourceType): readonly Json[] {
  const main: Json = {
    name: discovered.resource, singularName: discovered.singularResource, namespaced, kind, verbs: discovered.verbs,
    ...(discovered.shortNames ? { shortNames: discovered.shortNames } : {}),
    ...(discovered.categories ? { categories: discovered.categories } : {}),
  };
  const subs = (discovered.subresources ?? []).map(({ subresource, responseKind, verbs }) => ({
    name: `${discovered.resource}/${subresource}`, singularName: '', namespaced, kind: responseKind.kind, verbs,
    ...(responseKind.group === '' ? {} : { group: responseKind.group, version: responseKind.version }),
  }));
  return [main, ...subs];
}

function aggregated(cluster: Cluster, wanted: (type: ResourceType) => boolean): Response {
  const types = cluster.types.all().filter(wanted);
  const groups = [...new Set(types.map((type) => type.group))];
  const items = groups.map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: [...new Set(types.filter((type) => type.group === group).map((type) => type.version))].map((version) => ({
      version,
      resources: types.filter((type) => type.group === group && type.version === version).map(({ discovered }) => discovered),
      freshness: 'Current',
    })),
  }));
  return json({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }, { contentType: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' });
}
