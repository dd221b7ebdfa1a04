import { describe, expect, it } from 'vitest';
import { createInterner, createProjection } from './projection.ts';

const pod = {
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name: 'a', namespace: 'shop', uid: 'u', resourceVersion: '1', labels: { app: 'web' }, annotations: { note: 'long' }, managedFields: [{ manager: 'kubelet' }] },
  spec: { nodeName: 'n1', containers: [{ name: 'app', image: 'web:1', env: [{ name: 'TOKEN', value: 'secret' }] }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'app', ready: true, state: { running: { startedAt: 't' } }, containerID: 'containerd://1' }] },
};

describe('a projection', () => {
  it('keeps the declared fields, inside lists too, and the identity', () => {
    const project = createProjection(['spec.nodeName', 'spec.containers.name', 'status.containerStatuses.state'], createInterner());
    expect(project(pod)).toEqual({
      apiVersion: 'v1', kind: 'Pod',
      metadata: { name: 'a', namespace: 'shop', uid: 'u', resourceVersion: '1', labels: { app: 'web' } },
      spec: { nodeName: 'n1', containers: [{ name: 'app' }] },
      status: { containerStatuses: [{ state: { running: { startedAt: 't' } } }] },
    });
  });

  it('keeps nothing that could be secret unless it was declared', () => {
    expect(JSON.stringify(createProjection(['spec.containers.name'], createInterner())(pod))).not.toContain('secret');
  });

  it('keeps one annotation by its name, dots and all', () => {
    const annotated = { ...pod, metadata: { ...pod.metadata, annotations: { 'deployment.kubernetes.io/revision': '3', note: 'long' } } };
    expect(createProjection(['metadata.annotations.deployment\\.kubernetes\\.io/revision'], createInterner())(annotated).metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '3' });
  });

  it('leaves the object that it was given alone', () => {
    const before = structuredClone(pod);
    createProjection(['status'], createInterner())(pod);
    expect(pod).toEqual(before);
  });

  it('a whole value wins over a part of it, in either order', () => {
    for (const fields of [['status', 'status.phase'], ['status.phase', 'status']]) {
      expect(createProjection(fields, createInterner())(pod)).toHaveProperty('status.containerStatuses');
    }
  });
});

describe('an interner', () => {
  it('forgets at its capacity instead of growing', () => {
    const interner = createInterner(2);
    for (const text of ['a', 'b', 'c', 'a']) expect(interner.intern(text)).toBe(text);
  });
});
