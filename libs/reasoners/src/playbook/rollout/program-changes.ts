import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, insidePod, isTarget, together } from '../changes-in-effect.ts';
import { asList, asRecord, podSpecPath, valueAt } from '../workload.ts';

/** What decides what the programs of a pod do and find. */
const OF_PROGRAM = /^(containers|initContainers|volumes|securityContext|serviceAccountName|restartPolicy)(\/|$)/;
const NOT_OF_PROGRAM = /\/(resources|livenessProbe|readinessProbe|startupProbe|ports|imagePullPolicy)(\/|$)/;

/** The newest changes that still stand and may make the target's programs end badly: of its pods, and of ConfigMaps that they read. */
export function programChanges(kase: Case): readonly GitChange[] {
  const reads = configMapsOf(kase);
  const all = changesInEffect(kase).filter((change) => {
    if (change.object.kind === 'ConfigMap') return change.path.length > 0 && reads.has(change.object.name);
    const inside = isTarget(kase, change.object) ? insidePod(kase, change)?.join('/') : undefined;
    return inside !== undefined && OF_PROGRAM.test(inside) && !NOT_OF_PROGRAM.test(`/${inside}`);
  });
  return all.length === 0 ? [] : together(all);
}

function configMapsOf({ target }: Case): ReadonlySet<string> {
  const spec = asRecord(valueAt(target, podSpecPath(target)));
  const containers = [...asList(spec['containers']), ...asList(spec['initContainers'])];
  const refs = [
    ...asList(spec['volumes']).map((volume) => asRecord(volume['configMap'])['name']),
    ...containers.flatMap((container) => asList(container['envFrom']).map((source) => asRecord(source['configMapRef'])['name'])),
    ...containers.flatMap((container) => asList(container['env']).map((variable) => asRecord(asRecord(variable['valueFrom'])['configMapKeyRef'])['name'])),
  ];
  return new Set(refs.filter((name): name is string => typeof name === 'string'));
}

/** What the programs wrote at their end, as far as the evidence has it. */
export function logOf(kase: Case): string {
  return kase.evidence.filter(({ kind }) => kind === 'log').map(({ text }) => text).join('\n');
}

/** The log names something of this change: its field, or a value that it had or has. */
export function isNamed(log: string, { path, before, after }: GitChange): boolean {
  const words = [...path.slice(-2).map((segment) => /^\[[^=\]]+=(.*)\]$/.exec(segment)?.[1] ?? segment), ...[before, after].flatMap(textsIn)].filter((word) => word.length > 3 && !/^(value|name|containers|spec|args|command|data|\d+)$/.test(word));
  return words.some((word) => log.includes(word));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value, ...value.split(/[=\s:,/]+/)];
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)]) : [];
}
