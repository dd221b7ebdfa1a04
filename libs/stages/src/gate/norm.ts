import { readQuantity } from '@fleetmend/kernel';
import type { GateInput } from '@fleetmend/plugin-api';
import type { ObjectDiff } from '@fleetmend/model';
import { readPointer } from '../propose/field.ts';

type Norm = GateInput['change']['norm'][number];

/**
 * Changed quantities as plain numbers, so that policy compares without knowing the format: memory and storage in bytes,
 * cpu in millicores, counts as they are. Every changed leaf that reads as a quantity on either side is there, and with a limit
 * its request (and the other way round), because the two are judged together.
 */
export function normOf(diffs: readonly ObjectDiff[]): Norm[] {
  return diffs.flatMap((diff, object) => [...new Set(diff.paths.flatMap(withSibling))].flatMap((path) => normLeaf(diff, object, path)));
}

function withSibling(path: string): string[] {
  const [, container, section, name] = /^(.*\/resources)\/(limits|requests)\/([^/]+)$/.exec(path) ?? [];
  return container === undefined ? [path] : [path, `${container}/${section === 'limits' ? 'requests' : 'limits'}/${name}`];
}

function normLeaf(diff: ObjectDiff, object: number, path: string): Norm[] {
  const unit = unitOf(path);
  if (unit === undefined) return [];
  const before = inUnit(readPointer(diff.before, path), unit);
  const after = inUnit(readPointer(diff.after, path), unit);
  return [{ object, path, before, after, unit }];
}

function unitOf(path: string): Norm['unit'] | undefined {
  if (/\/(requests|limits|capacity|hard|max|min|default|defaultRequest)\/.*cpu$/.test(path)) return 'millicores';
  if (/\/(requests|limits|capacity|hard|max|min|default|defaultRequest)\/.*(memory|storage|hugepages-[^/]+)$/.test(path) || path.endsWith('/sizeLimit')) return 'bytes';
  if (/\/(replicas|minReplicas|maxReplicas|maxSurge|maxUnavailable|minAvailable|parallelism|completions)$/.test(path)) return 'count';
  return undefined;
}

function inUnit(value: unknown, unit: Norm['unit']): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const nano = readQuantity(value);
  if (nano === undefined) return null;
  const base = unit === 'millicores' ? 1_000_000n : 1_000_000_000n;
  // Kubernetes rounds up, too: `150m` of memory is one byte, and not none.
  return Number((nano + base - 1n) / base);
}
