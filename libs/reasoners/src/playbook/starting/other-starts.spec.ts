import { describe, expect, it } from 'vitest';
import { aCase, commit, CONTAINER_PATH, gitChange, object } from '../case.fixture.ts';
import type { Rule } from '../rule.ts';
import { containerCreate, initStuck, lifecycleHook, podSandbox, stuckTerminating } from './other-starts.ts';

type Parts = Omit<Parameters<typeof aCase>[0], 'class'>;
const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };
const POD = ['spec', 'template', 'spec'];
const restored = (...path: readonly string[]) => ({ action: 'restoreField', path, commit: commit(1) });
const INIT = [...POD, 'initContainers', '[name=wait]'];
const withInit = (init: object): Parts => ({ container: 'wait', pod: { initContainers: [{ name: 'wait', ...init }] } });

const repaired: readonly (readonly [string, Rule, string, Parts, object])[] = [
  ['a hook that changed', lifecycleHook, 'PostStart', { template: { lifecycle: {} }, changes: [gitChange(['lifecycle', 'postStart', 'exec', 'command', '0'], '/warm', '/warn')] }, restored(...CONTAINER_PATH, 'lifecycle', 'postStart', 'exec', 'command', '0')],
  ['a hook that was added', lifecycleHook, 'PostStart', { template: { lifecycle: {} }, changes: [gitChange(['lifecycle'], undefined, {})] }, restored(...CONTAINER_PATH, 'lifecycle')],
  ['a hook of which two places changed, as a whole', lifecycleHook, 'PostStart', { changes: [gitChange(['lifecycle', 'postStart', 'httpGet', 'port'], 1, 2), gitChange(['lifecycle', 'postStart', 'httpGet', 'path'], '/a', '/b')] }, restored(...CONTAINER_PATH, 'lifecycle')],
  ['what a hook asks for', lifecycleHook, 'PostStart', { template: { args: ['b'] }, changes: [gitChange(['args', '0'], 'a', 'b')] }, restored(...CONTAINER_PATH, 'args', '0')],
  ['a sidecar that became an init container', initStuck, '', { ...withInit({}), changes: [gitChange([...INIT, 'restartPolicy'], 'Always', undefined, { object: TARGET })] }, restored(...INIT, 'restartPolicy')],
  ['an init container that changed', initStuck, '', { ...withInit({ args: ['b'] }), changes: [gitChange([...INIT, 'args', '0'], 'a', 'b', { object: TARGET })] }, restored(...INIT, 'args', '0')],
  ['an init container that waits for a misspelt host', initStuck, '', { ...withInit({ args: ['--wait=dbb:5432'] }), related: [object('Service', 'db')], log: 'lookup dbb: no such host' }, { action: 'setHost', path: [...INIT, 'args', '0'], from: 'dbb', to: 'db' }],
  ['a command that was taken out', containerCreate, 'NoCommand', { changes: [gitChange(['command'], ['/run'], undefined)] }, restored(...CONTAINER_PATH, 'command')],
  ['a mount that the image has no place for', containerCreate, 'MountPath', { template: { volumeMounts: [{ name: 'x', mountPath: '/b' }] }, changes: [gitChange(['volumeMounts', '[name=x]', 'mountPath'], '/a', '/b')] }, restored(...CONTAINER_PATH, 'volumeMounts', '[name=x]', 'mountPath')],
  ['a runtime class that the node does not know', podSandbox, 'RuntimeHandler', { pod: { runtimeClassName: 'gvisr' }, changes: [gitChange([...POD, 'runtimeClassName'], 'gvisor', 'gvisr', { object: TARGET })] }, restored(...POD, 'runtimeClassName')],
];

describe('goes back:', () => {
  it.each(repaired)('%s', (_what, rule, subCause, parts, action) => {
    expect(rule(aCase({ class: 'x', subCause, ...parts })).candidates).toEqual([action]);
  });
});

const handedOver: readonly (readonly [string, Rule, string, Parts, string])[] = [
  ['a hook that fails without a change', lifecycleHook, 'PostStart', {}, 'HookFails'],
  ['an init container that waits for what is down', initStuck, '', withInit({}), 'InitContainerWaits'],
  ['a runtime that does not answer', containerCreate, 'RuntimeTimeout', { changes: [gitChange(['command'], ['/a'], ['/b'])] }, 'RuntimeTimeout'],
  ['a user who would be root again', containerCreate, 'UserNotFound', { template: { securityContext: { runAsUser: 7 } }, changes: [gitChange(['securityContext', 'runAsUser'], 0, 7)] }, 'UserNotFound'],
  ['a runtime class without a change', podSandbox, 'RuntimeHandler', {}, 'RuntimeHandler'],
  ['an address pool that is empty', podSandbox, 'AddressesExhausted', { pod: { runtimeClassName: 'b' }, changes: [gitChange([...POD, 'runtimeClassName'], 'a', 'b', { object: TARGET })] }, 'AddressesExhausted'],
  ['a pod that its finalizers hold', stuckTerminating, 'Finalizer', {}, 'FinalizerHolds'],
  ['a pod that its node holds', stuckTerminating, 'Node', {}, 'PodDoesNotEnd'],
];

describe('is for a person:', () => {
  it.each(handedOver)('%s', (_what, rule, subCause, parts, reason) => {
    expect(rule(aCase({ class: 'x', subCause, ...parts })).candidates).toMatchObject([{ action: 'abstain', reason }]);
  });
});
