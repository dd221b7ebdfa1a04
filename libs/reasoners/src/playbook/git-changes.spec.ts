import type { FieldPath, KubeObject } from '@fleetmend/model';
import { refOf } from '@fleetmend/model';
import type { GitChange } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { aCase, commit, object } from './case.fixture.ts';
import { changeAround, restoreOf, standingChanges, valueBefore } from './git-changes.ts';

const service: KubeObject = object('Service', 'cart', { spec: { ports: [{ name: 'web', port: 80, targetPort: 9090 }], selector: { app: 'cart' } } });
const PORT = ['spec', 'ports', '[name=web]', 'targetPort'];
const change = (path: FieldPath, before: unknown, after: unknown, n = 2): GitChange => ({ object: refOf(service), path, before, after, beforeCommit: commit(n - 1), commit: commit(n), message: 'bump', at: n });
const kase = (...changes: readonly GitChange[]) => aCase({ class: 'ServicePortMismatch', changes, versions: [{ commit: commit(9), message: '', at: 9, objects: [service] }] });

describe('changes that stand', () => {
  it('are those of the object whose value the head still has', () => {
    const stands = change(PORT, 8080, 9090);
    expect(standingChanges(kase(stands, change(['spec', 'type'], 'ClusterIP', 'NodePort')), refOf(service))).toEqual([stands]);
  });

  it('count once a field: the newest', () => {
    const newest = change(PORT, 7070, 9090, 5);
    expect(standingChanges(kase(newest, change(PORT, 8080, 9090, 3)), refOf(service))).toEqual([newest]);
  });

  it('are those of no other object, and not its coming', () => {
    expect(standingChanges(kase({ ...change(PORT, 1, 9090), object: { ...refOf(service), name: 'other' } }, change([], undefined, service)), refOf(service))).toEqual([]);
  });

  it('are found where they hold the field, or stand inside it', () => {
    const removed = change(['spec', 'sessionAffinity'], { a: 1 }, undefined);
    expect(changeAround(kase(removed), refOf(service), ['spec', 'sessionAffinity', 'a'])).toEqual(removed);
    expect(changeAround(kase(change(PORT, 8080, 9090)), refOf(service), ['spec', 'ports'])).toBeDefined();
    expect(valueBefore(kase(change(PORT, 8080, 9090)), refOf(service), ['spec', 'ports'])).toBeUndefined();
  });
});

describe('putting a change back', () => {
  it('names the object where it is not the target', () => {
    expect(restoreOf(kase(), change(PORT, 8080, 9090))).toEqual({ action: 'restoreField', object: refOf(service), path: PORT, commit: commit(1) });
  });

  it('names none where it is', () => {
    const own = { ...change(['spec', 'replicas'], 3, 2), object: refOf(kase().target) };
    expect(restoreOf(kase(), own)).toEqual({ action: 'restoreField', path: ['spec', 'replicas'], commit: commit(1) });
  });

  it('takes no guard out', () => {
    expect(restoreOf(kase(), change(['spec', 'template', 'spec', 'containers', '[name=app]', 'livenessProbe'], undefined, {}))).toBeUndefined();
  });
});
