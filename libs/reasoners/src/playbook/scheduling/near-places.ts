import type { FieldAction, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { isNewPlace, meantBy } from '../slip.ts';
import { asList, asRecord, podSpecPath, valueAt } from '../workload.ts';
import { isControlPlaneTaint, isOutOfService, labelsOf, matchesNode, meets, requestsOf, taintsOf, untolerated, type Taint } from './node-fit.ts';
import { podSpecOf, type Surroundings } from './placement.ts';

type Setting = FieldAction['fields'][number];

/** Label keys that went out of use, and what nodes carry instead. */
const RENAMED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'node-role.kubernetes.io/master': 'node-role.kubernetes.io/control-plane',
};
/** Labels that every node has: whoever selects by them means no pool. */
const COMMON = /^(?:beta\.)?kubernetes\.io\/(?:os|arch|hostname)$|^(?:topology|failure-domain\.beta)\.kubernetes\.io\//;
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** What a workload was most likely meant to ask for: names that nodes, taints or pods have, a slip away from those that it gives. Each is to be proved. */
export function nearPlaces(kase: Case, around: Surroundings): readonly FieldAction[] {
  const nodes = around.nodes.filter((node) => !isOutOfService(node));
  const pod = podSpecPath(kase.target);
  const slips = [...nearSelectors(kase.target, nodes), ...nearTolerations(kase.target, nodes), ...nearTopologies(kase.target, nodes), ...nearCompany(kase, around), ...nearScheduler(kase.target)];
  const settings = [...slips.filter((fields) => fields.some(({ path }) => path.some((segment) => RENAMED[segment] !== undefined) || isNewPlace(kase, [...pod, ...path]))), ...poolToleration(kase.target, nodes), ...anyNode(kase.target)];
  return settings.map((fields): FieldAction => ({ action: 'setScheduling', fields: fields.map(({ path, value }) => ({ path: [...pod, ...path], value })) }));
}

function nearSelectors(target: KubeObject, nodes: readonly KubeObject[]): readonly (readonly Setting[])[] {
  const spec = podSpecOf(target);
  const selector = Object.entries(asRecord(spec['nodeSelector'])).flatMap(([key, raw]): readonly (readonly Setting[])[] => {
    const value = String(raw);
    if (nodes.some((node) => labelsOf(node)[key] === value)) return [];
    const nearValue = meantBy(value, valuesOf(nodes, key));
    if (nearValue !== undefined) return [[{ path: ['nodeSelector', key], value: nearValue }]];
    const nearKey = keyFor(key, nodes);
    return nearKey !== undefined && valuesOf(nodes, nearKey).includes(value) ? [[{ path: ['nodeSelector', key], value: null }, { path: ['nodeSelector', nearKey], value }]] : [];
  });
  const place = ['affinity', 'nodeAffinity', REQUIRED, 'nodeSelectorTerms'];
  const affinity = asList(valueAt(spec, place)).flatMap((term, t) => asList(term['matchExpressions']).flatMap((expression, e): readonly (readonly Setting[])[] => {
    if (nodes.some((node) => meets(expression, labelsOf(node)))) return [];
    const path = [...place, String(t), 'matchExpressions', String(e)];
    const key = String(expression['key']);
    const nearKey = valuesOf(nodes, key).length === 0 ? keyFor(key, nodes) : undefined;
    if (nearKey !== undefined) return [[{ path: [...path, 'key'], value: nearKey }]];
    if (expression['operator'] !== 'In' || !Array.isArray(expression['values'])) return [];
    return expression['values'].flatMap((value, v): readonly (readonly Setting[])[] => {
      const near = meantBy(String(value), valuesOf(nodes, key));
      return near === undefined ? [] : [[{ path: [...path, 'values', String(v)], value: near }]];
    });
  }));
  return [...selector, ...affinity];
}

function valuesOf(nodes: readonly KubeObject[], key: string): readonly string[] {
  return [...new Set(nodes.flatMap((node) => labelsOf(node)[key] ?? []))];
}

/** The key that nodes have for one that none of them has. */
function keyFor(key: string, nodes: readonly KubeObject[]): string | undefined {
  const keys = [...new Set(nodes.flatMap((node) => Object.keys(labelsOf(node))))];
  const renamed = RENAMED[key];
  return renamed !== undefined && keys.includes(renamed) ? renamed : meantBy(key, keys);
}

/** Taints that alone keep the pod from nodes that it selects; those of the control plane are meant to. */
function missedTaints(target: KubeObject, nodes: readonly KubeObject[]): readonly Taint[] {
  const pod = podSpecOf(target);
  const lists = nodes.filter((node) => matchesNode(pod, node)).map((node) => untolerated(pod, node));
  return lists.some((taints) => taints.length === 0) ? [] : lists.filter((taints) => taints.length === 1 && !taints.some(isControlPlaneTaint)).flat();
}

function nearTolerations(target: KubeObject, nodes: readonly KubeObject[]): readonly (readonly Setting[])[] {
  const tolerations = asList(podSpecOf(target)['tolerations']);
  return missedTaints(target, nodes).flatMap((taint) => tolerations.flatMap((toleration, index): readonly (readonly Setting[])[] => {
    const path = ['tolerations', String(index)];
    const [key, value, effect] = [String(toleration['key'] ?? ''), String(toleration['value'] ?? ''), String(toleration['effect'] ?? '')];
    const sameKey = key === taint.key;
    const sameValue = value === taint.value || toleration['operator'] === 'Exists';
    if (sameKey && sameValue) return effect === taint.effect ? [] : [[{ path: [...path, 'effect'], value: taint.effect }]];
    if (sameKey && meantBy(value, [taint.value]) !== undefined) return [[{ path: [...path, 'value'], value: taint.value }]];
    return sameValue && meantBy(key, [taint.key]) !== undefined ? [[{ path: [...path, 'key'], value: taint.key }]] : [];
  }));
}

/** A workload that selects a pool by a label of its own, and every node of that pool has one taint of that name: it is the pool's toleration that was forgotten. */
function poolToleration(target: KubeObject, nodes: readonly KubeObject[]): readonly (readonly Setting[])[] {
  const spec = podSpecOf(target);
  const selected = asList(valueAt(spec, ['affinity', 'nodeAffinity', REQUIRED, 'nodeSelectorTerms'])).flatMap((term) => asList(term['matchExpressions']).filter(({ operator }) => operator === 'In' || operator === 'Exists'));
  const keys = [...Object.keys(asRecord(spec['nodeSelector'])), ...selected.map(({ key }) => String(key))];
  const names = new Set([...keys, ...Object.values(asRecord(spec['nodeSelector'])).map(String), ...selected.flatMap(({ values }) => (Array.isArray(values) ? values.map(String) : [])), ...requestsOf(spec).keys()]);
  const pool = nodes.filter((node) => matchesNode(spec, node));
  if (!keys.some((key) => !COMMON.test(key) && valuesOf(nodes, key).length > 0 && pool.length < nodes.length)) return [];
  const taints = missedTaints(target, nodes);
  const [taint] = taints;
  const isOne = taint !== undefined && taints.length === pool.length && taints.every(({ key, value, effect }) => key === taint.key && value === taint.value && effect === taint.effect);
  // Somebody else's taint, or one that is there for a while, has nothing to do with what the workload selects.
  if (!isOne || !(names.has(taint.value) || names.has(taint.key))) return [];
  const toleration: Setting['value'] = taint.value === '' ? { key: taint.key, operator: 'Exists', effect: taint.effect } : { key: taint.key, operator: 'Equal', value: taint.value, effect: taint.effect };
  return [[{ path: ['tolerations', '-'], value: toleration }]];
}

function nearTopologies(target: KubeObject, nodes: readonly KubeObject[]): readonly (readonly Setting[])[] {
  const spec = podSpecOf(target);
  const places = [
    ['topologySpreadConstraints'],
    ['affinity', 'podAffinity', REQUIRED],
    ['affinity', 'podAntiAffinity', REQUIRED],
  ];
  return places.flatMap((place) => asList(valueAt(spec, place)).flatMap(({ topologyKey }, index): readonly (readonly Setting[])[] => {
    if (typeof topologyKey !== 'string' || valuesOf(nodes, topologyKey).length > 0) return [];
    const near = keyFor(topologyKey, nodes);
    return near === undefined ? [] : [[{ path: [...place, String(index), 'topologyKey'], value: near }]];
  }));
}

/** Labels of pods that a workload wants to be near, where no pod has them. */
function nearCompany(kase: Case, { pods }: Surroundings): readonly (readonly Setting[])[] {
  const place = ['affinity', 'podAffinity', REQUIRED];
  return asList(valueAt(podSpecOf(kase.target), place)).flatMap((term, index) => Object.entries(asRecord(valueAt(term, ['labelSelector', 'matchLabels']))).flatMap(([key, value]): readonly (readonly Setting[])[] => {
    const values = pods.flatMap((other) => other.metadata.labels?.[key] ?? []);
    if (values.includes(String(value))) return [];
    const near = meantBy(String(value), values);
    return near === undefined ? [] : [[{ path: [...place, String(index), 'labelSelector', 'matchLabels', key], value: near }]];
  }));
}

function nearScheduler(target: KubeObject): readonly (readonly Setting[])[] {
  const name = podSpecOf(target)['schedulerName'];
  return typeof name === 'string' && meantBy(name, ['default-scheduler']) !== undefined ? [[{ path: ['schedulerName'], value: 'default-scheduler' }]] : [];
}

/** A template that names a node that is not there goes to any, unless it mounts what lies on that node. */
function anyNode(target: KubeObject): readonly (readonly Setting[])[] {
  const spec = podSpecOf(target);
  const isTied = asList(spec['volumes']).some(({ hostPath, local, persistentVolumeClaim }) => hostPath !== undefined || local !== undefined || persistentVolumeClaim !== undefined);
  return spec['nodeName'] === undefined || isTied ? [] : [[{ path: ['nodeName'], value: null }]];
}

/** Nodes that would do but for a taint that nothing should tolerate. */
export function isKeptForControlPlane(target: KubeObject, nodes: readonly KubeObject[]): boolean {
  const pod = podSpecOf(target);
  const matching = nodes.filter((node) => matchesNode(pod, node));
  return matching.length > 0 && matching.every((node) => taintsOf(node).some(isControlPlaneTaint));
}

