import type { AdmissionRequest, Cluster } from '../../api/cluster.ts';
import { at, type Json, listAt } from '../../api/json.ts';
import type { ResourceType } from '../../api/resource-types.ts';
import { selectsLabels } from '../../api/selectors.ts';
import type { KubeObject } from '../../objects.ts';

/** The namespace that a request is about: where its object lives, or what it makes. */
export function namespaceOf(cluster: Cluster, { type, draft }: AdmissionRequest): KubeObject | undefined {
  return type.namespaced ? cluster.store.get('/namespaces', '', draft.metadata.namespace ?? '') : undefined;
}

/** A `MatchResources` covers the request. Selectors that are not there select everything, as the server fills them in. */
export function coversRequest(cluster: Cluster, request: AdmissionRequest, matching: unknown, { withoutRules }: { readonly withoutRules: boolean }): boolean {
  const rules = listAt(matching, 'resourceRules');
  if (listAt(matching, 'excludeResourceRules').some((rule) => ruleCovers(cluster, request, rule, matching))) return false;
  if (rules.length === 0 ? !withoutRules : !rules.some((rule) => ruleCovers(cluster, request, rule, matching))) return false;
  return selectsNamespace(cluster, request, at(matching, 'namespaceSelector') ?? {}) && selectsObject(request, at(matching, 'objectSelector') ?? {});
}

function ruleCovers(cluster: Cluster, request: AdmissionRequest, rule: Json, matching: unknown): boolean {
  const { type, operation, subresource, draft } = request;
  const resource = subresource === undefined ? type.plural : `${type.plural}/${subresource}`;
  const scope = at(rule, 'scope') ?? '*';
  if (scope !== '*' && (scope === 'Namespaced') !== type.namespaced) return false;
  const names = textsOf(rule, 'resourceNames');
  if (names.length > 0 && !names.includes(draft.metadata.name)) return false;
  return includes(rule, 'operations', operation) && coversResource(textsOf(rule, 'resources'), resource) && versionsOf(cluster, type, matching).some(({ group, version }) => includes(rule, 'apiGroups', group) && includes(rule, 'apiVersions', version));
}

/** With `Equivalent`, which is the default, a rule on one version covers a write through any other. */
function versionsOf(cluster: Cluster, type: ResourceType, matching: unknown): readonly ResourceType[] {
  return at(matching, 'matchPolicy') === 'Exact' ? [type] : cluster.types.all().filter(({ storage }) => storage === type.storage);
}

function coversResource(listed: readonly string[], resource: string): boolean {
  const [plural = '', subresource] = resource.split('/');
  if (subresource === undefined) return listed.some((one) => one === '*' || one === '*/*' || one === plural);
  return listed.some((one) => one === '*/*' || one === resource || one === `${plural}/*` || one === `*/${subresource}`);
}

function selectsNamespace(cluster: Cluster, request: AdmissionRequest, selector: unknown): boolean {
  const isNamespace = request.type.storage === '/namespaces';
  if (!request.type.namespaced && !isNamespace) return true;
  const labels = isNamespace ? request.draft.metadata.labels : namespaceOf(cluster, request)?.metadata.labels;
  return selectsLabels(selector, labels ?? {});
}

function selectsObject({ draft, old }: AdmissionRequest, selector: unknown): boolean {
  return selectsLabels(selector, draft.metadata.labels ?? {}) || (old !== undefined && selectsLabels(selector, old.metadata.labels ?? {}));
}

function textsOf(value: unknown, field: string): readonly string[] {
  const found = at(value, field);
  return Array.isArray(found) ? found.map(String) : [];
}

function includes(rule: Json, field: string, value: string): boolean {
  const listed = textsOf(rule, field);
  return listed.includes('*') || listed.includes(value);
}
