import { describe, expect, it } from 'vitest';
import type { KubeObject, ObjectDiff } from '@fleetmend/model';
import { normOf } from './norm.ts';

describe('norm', () => {
  const workload = (memory: string, cpu: string, replicas: number): KubeObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { replicas, template: { spec: { containers: [{ name: 'app', resources: { limits: { memory, cpu } } }] } } } });
  const diff = (paths: string[], before?: KubeObject, after?: KubeObject): ObjectDiff => ({ ref: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }, op: 'Update', paths, before, after });
  const at = '/spec/template/spec/containers/0/resources/limits';

  it('gives memory in bytes, cpu in millicores, counts as they are', () => {
    expect(normOf([diff([`${at}/memory`, `${at}/cpu`, '/spec/replicas'], workload('64Mi', '100m', 2), workload('128Mi', '1', 3))])).toEqual(expect.arrayContaining([
      { object: 0, path: `${at}/memory`, before: 67_108_864, after: 134_217_728, unit: 'bytes' },
      { object: 0, path: `${at}/cpu`, before: 100, after: 1000, unit: 'millicores' },
      { object: 0, path: '/spec/replicas', before: 2, after: 3, unit: 'count' },
    ]));
  });

  it('rounds up what is less than a whole unit, as Kubernetes does', () => {
    expect(normOf([diff([`${at}/memory`], workload('300m', '1', 1), workload('320Mi', '1', 1))])).toContainEqual({ object: 0, path: `${at}/memory`, before: 1, after: 335_544_320, unit: 'bytes' });
  });

  it('gives null for what is not there or is no quantity, and leaves out what has no unit', () => {
    expect(normOf([diff([`${at}/memory`, '/metadata/labels/a'], undefined, workload('lots', '1', 1))]).filter(({ path }) => !path.includes('/requests/'))).toEqual([{ object: 0, path: `${at}/memory`, before: null, after: null, unit: 'bytes' }]);
  });
});
