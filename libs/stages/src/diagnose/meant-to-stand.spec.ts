import { refOf, type Action, type KubeObject } from '@fleetmend/model';
import type { GitChange } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { meantToStand } from './meant-to-stand.ts';

const sha = (n: number) => String(n).repeat(40);
const target: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'checkout', namespace: 'shop' }, spec: { template: { spec: { containers: [{ name: 'app' }] } } } };
const app = ['spec', 'template', 'spec', 'containers', '[name=app]'];
const image = [...app, 'image'];
const memory = [...app, 'resources', 'limits', 'memory'];
const versions = [3, 2, 1].map((n) => ({ commit: sha(n), message: '', at: n, objects: [target] }));
const change = (message: string, path: string[], before: unknown, after: unknown, at = 3): GitChange => ({ object: refOf(target), path, before, after, beforeCommit: sha(at - 1), commit: sha(at), message, at });
const restore = (path: string[], commit = sha(2)): Action => ({ action: 'restoreField', path, commit });
const setImage = (name: string): Action => ({ action: 'setImage', container: 'app', image: name, provenance: 'GitHistory' });
const setMemory = (amount: string): Action => ({ action: 'setResources', container: 'app', limits: { memory: amount } });
const stands = (action: Action, ...changes: readonly GitChange[]) => meantToStand({ target, versions, changes }, action)?.message;

describe('a change that its commit wants to stand', () => {
  it.each([
    'Revert "checkout 2.0"', 'revert(checkout): 2.0 rounds wrongly', 'checkout: roll back to 1.9', 'Rollback of 2.0', 'back out the new pricing',
    'SEC-7: CVE-2026-12345 in 1.9', 'the old key leaked, use the new one', 'revoke the token of the contractor', 'use the copy, the old volume is corrupt',
  ])('does not go back: %s', (message) => {
    expect(stands(restore(image), change(message, image, 'a:2', 'a:1'))).toBe(message);
    expect(stands(setImage('a:2'), change(message, image, 'a:2', 'a:1'))).toBe(message);
  });

  it.each(['cap memory, do not raise it before the leak is fixed', "40Mi. Don't touch", 'never increase this again'])('is not set to anything else either: %s', (message) => {
    expect(stands(setMemory('80Mi'), change(message, memory, '96Mi', '40Mi'))).toBe(message);
  });

  it('is heard below the first line, too', () => {
    const withBody = (body: string) => meantToStand({ target, versions: versions.map((version) => ({ ...version, body })), changes: [change('40Mi', memory, '96Mi', '40Mi')] }, setMemory('80Mi'))?.message;
    expect(withBody('Please do not raise this before LED-9 is in.')).toBe('40Mi');
    expect(withBody('We never change limits by hand. This one was asked for.')).toBeUndefined();
  });

  it('holds for what lies inside, and for what it lies in', () => {
    const revert = change('Revert "two variables"', [...app, 'env'], [{ name: 'A', value: '1' }], undefined);
    expect(stands(restore([...app, 'env', '[name=A]', 'value']), revert)).toBeDefined();
    expect(stands(restore(app), revert)).toBeDefined();
  });
});

describe('a change that may go back', () => {
  it.each(['checkout 2.0', 'cache: never two on one host', 'invoices: never wait', 'customs: revertible flag', 'key rotation', 'memory leak found, smaller limit', 'do not log bodies'])('goes back although it says: %s', (message) => {
    expect(stands(restore(image), change(message, image, 'a:2', 'a:1'))).toBeUndefined();
  });

  it('is one of another object, or of another field', () => {
    expect(stands(restore([...app, 'args']), change('Revert "2.0"', image, 'a:2', 'a:1'))).toBeUndefined();
    expect(stands({ action: 'restoreField', object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'c' }, path: image, commit: sha(2) }, change('Revert "2.0"', image, 'a:2', 'a:1'))).toBeUndefined();
  });

  it('is younger than what was taken back: that stays as it is', () => {
    expect(stands(restore(image), change('1.9.1', image, 'a:1', 'a:1.l'), change('Revert "2.0"', image, 'a:2', 'a:1', 2))).toBeUndefined();
    expect(stands(setImage('a:1'), change('1.9.1', image, 'a:1', 'a:1.l'), change('Revert "2.0"', image, 'a:2', 'a:1', 2))).toBeUndefined();
  });

  it('took back an amount, of which the failure says that it is too little', () => {
    expect(stands(restore(memory), change('Revert "more memory"', memory, '192Mi', '96Mi'))).toBeUndefined();
    expect(stands(restore(memory), change('Revert "more memory", never raise it again', memory, '192Mi', '96Mi'))).toBeDefined();
  });

  it('had a slip in it that is mended forwards', () => {
    expect(stands(setImage('a:1.0.1'), change('CVE-2026-12345: 1.0.l', image, 'a:1.0.0', 'a:1.0.l'))).toBeUndefined();
  });
});
