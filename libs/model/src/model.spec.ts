import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { customKinds, customResourceDefinitions } from './custom-resources.ts';
import { xorOf } from './failure-event.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf, messageTemplate } from './fingerprint.ts';
import { structuralSchema } from './structural-schema.ts';

type Json = Record<string, unknown>;

function walk(node: Json, path: string, visit: (node: Json, path: string) => void): void {
  visit(node, path);
  for (const [key, child] of Object.entries((node['properties'] as Json | undefined) ?? {})) walk(child as Json, `${path}.${key}`, visit);
  if (node['items'] !== undefined) walk(node['items'] as Json, `${path}[]`, visit);
  if (typeof node['additionalProperties'] === 'object') walk(node['additionalProperties'] as Json, `${path}.*`, visit);
}

describe('the definitions', () => {
  it('bound every list, map and string, so that the API server accepts the cost of a rule', () => {
    const loose: string[] = [];
    for (const kind of customKinds) {
      for (const schema of [kind.spec, kind.status].filter((one) => one !== undefined)) {
        walk(structuralSchema(schema), kind.kind, (node, path) => {
          if (node['type'] === 'array' && node['maxItems'] === undefined) loose.push(path);
          if (node['type'] === 'string' && node['maxLength'] === undefined && node['enum'] === undefined) loose.push(path);
          if (node['additionalProperties'] !== undefined && node['maxProperties'] === undefined) loose.push(path);
        });
      }
    }
    expect(loose).toEqual([]);
  });

  it('show the story of a request in the columns of kubectl', () => {
    const definition = customResourceDefinitions()[0] as unknown as { spec: { versions: { additionalPrinterColumns: { name: string; priority?: number }[] }[] } };
    const columns = definition.spec.versions[0]?.additionalPrinterColumns ?? [];
    expect(columns.filter((column) => !column.priority).map((column) => column.name)).toEqual(['Cluster', 'Target', 'Failure', 'Phase', 'Pull Request', 'Age']);
    expect(columns.filter((column) => column.priority).map((column) => column.name)).toEqual(['Attempt', 'Seen', 'Cause', 'Reason']);
  });

  it('refuse a model that has no structural schema', () => {
    expect(() => structuralSchema(z.object({ a: z.union([z.string(), z.number()]) }))).toThrow(/a: unions/);
    expect(() => structuralSchema(z.object({ a: z.array(z.string()) }))).toThrow(/without maxItems/);
  });
});

const finding = (over: Partial<Finding['observation']> = {}, target = {}): Finding => ({
  class: 'ImagePullBackOff',
  target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app', ...target },
  observation: { reason: 'ErrImagePull', message: 'x', ...over },
});

describe('a fingerprint', () => {
  it('is the same for every pod, node, restart and transient reason of one cause', () => {
    const one = fingerprintOf('prod-1', finding({ pod: 'checkout-7d9f8b6c5d-x2x4z', node: 'a', restarts: 2, reason: 'ErrImagePull' }));
    expect(fingerprintOf('prod-1', finding({ pod: 'checkout-7d9f8b6c5d-abcde', node: 'b', restarts: 9, reason: 'ImagePullBackOff' }))).toBe(one);
  });

  it('differs by cluster, workload, container and class', () => {
    const all = [
      fingerprintOf('prod-1', finding()),
      fingerprintOf('prod-2', finding()),
      fingerprintOf('prod-1', finding({}, { name: 'cart' })),
      fingerprintOf('prod-1', finding({}, { container: 'sidecar' })),
      fingerprintOf('prod-1', { ...finding(), class: 'CrashLoopBackOff' }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('strips from a message what changes from one occurrence to the next', () => {
    const a = messageTemplate('back-off 10s restarting failed container=app pod=checkout-7d9f8b6c5d-x2x4z_shop(0b2f8f0e-9f3c-4a52-8e8a-2f4f6d1f7c11)', 'checkout');
    const b = messageTemplate('back-off 40s restarting failed container=app pod=checkout-6c5d7d9f8b-q9q9q_shop(5a1e1a2b-1111-4a52-8e8a-2f4f6d1f7c22)', 'checkout');
    expect(a).toBe(b);
  });
});

it('the digest of an open set does not depend on order, and one fingerprint twice is none', () => {
  const [a, b] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
  expect(xorOf([a, b])).toBe(xorOf([b, a]));
  expect(xorOf([])).toBe('0000000000000000');
  expect(xorOf([a])).not.toBe(xorOf([b]));
});
