import type { KubeObject } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { aCase, commit, CONTAINER_PATH, gitChange } from '../case.fixture.ts';
import { platformRules } from './platform-rules.ts';

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const missing = 'Deployment/shpo/cart not found: namespaces "shpo" not found';

it.each<readonly [what: string, related: readonly KubeObject[], words: string]>([
  ['the one that is nearly called so', [namespace('shop'), namespace('kube-system')], 'Namespace shop has nearly that name'],
  ['none where none is near', [namespace('kube-system')], 'No namespace here has nearly that name'],
])('of a namespace that does not exist a person hears, and of %s', (_, related, words) => {
  const answer = platformRules.FluxNotReady?.(aCase({ class: 'FluxNotReady', subCause: 'ReconciliationFailed', message: missing, related }));
  expect(answer?.candidates).toMatchObject([{ action: 'abstain', reason: 'NamespaceNotFound', lookAt: expect.stringContaining(words) }]);
});

it('of what was changed by hand a person hears, who knows which of both is right', () => {
  expect(platformRules.Drift?.(aCase({ class: 'Drift', message: 'changed with kubectl-edit' })).candidates).toMatchObject([{ action: 'abstain', reason: 'Drift' }]);
});

const refused = (message: string, changes: ReturnType<typeof gitChange>[]) => platformRules.FluxNotReady?.(aCase({ class: 'FluxNotReady', subCause: 'ReconciliationFailed', message, changes, containers: [{ name: 'app' }, { name: 'web' }] }))?.candidates;
const restored = (...path: readonly string[]) => ({ action: 'restoreField', path: [...CONTAINER_PATH, ...path], commit: commit(1) });

it('of several changed fields below the one that is named, that one goes back which holds the refused value', () => {
  const message = 'Deployment/shop/checkout dry-run failed: Deployment.apps "checkout" is invalid: spec.template.spec.containers[0].resources.requests: Invalid value: "224Mi": must be less than or equal to memory limit of 192Mi';
  const changes = [gitChange(['resources', 'requests', 'cpu'], '100m', '120m'), gitChange(['resources', 'requests', 'memory'], '128Mi', '224Mi')];
  expect(refused(message, changes)).toEqual([restored('resources', 'requests', 'memory')]);
});

it('a container that was renamed in one place only is for people: its image is not put back to make it two', () => {
  const message = 'Deployment.apps "checkout" is invalid: spec.template.spec.containers[0].image: Required value';
  const image = 'registry.example.org/shop/checkout:1.4.0';
  const came = { ...gitChange([], undefined, { name: 'web', image }), path: [...CONTAINER_PATH.slice(0, -1), '[name=web]'] };
  expect(refused(message, [came, gitChange(['image'], image, undefined)])).toMatchObject([{ action: 'abstain', reason: 'ContainerRenamed', lookAt: expect.stringContaining('app was renamed to web') }]);
  expect(refused(message, [gitChange(['image'], image, undefined)])).toEqual([restored('image')]);
});

it('several fields that may not be changed are for people: one of them put back is refused as well', () => {
  const message = 'Job.batch "checkout" is invalid: spec.template: Invalid value: {}: field is immutable';
  const changes = [gitChange(['command', '0'], 'a', 'b'), gitChange(['args', '0'], 'a', 'b')];
  expect(refused(message, changes)).toMatchObject([{ action: 'abstain', reason: 'SeveralChanges', lookAt: expect.stringContaining('app/command/0, app/args/0') }]);
  expect(refused(message, changes.slice(1))).toEqual([restored('args', '0')]);
});

it('of a StatefulSet nothing goes back that may be changed', () => {
  const message = `StatefulSet.apps "checkout" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'minReadySeconds' are forbidden`;
  const change = { ...gitChange([], 'a', 'b'), path: ['spec', 'serviceName'] };
  expect(refused(message, [gitChange(['image'], 'a', 'registry.example.org/shop/checkout:1.4.0'), change])).toEqual([{ action: 'restoreField', path: ['spec', 'serviceName'], commit: commit(1) }]);
});

it('an amount that is none goes back, and a field beside the one that is named', () => {
  const unread = 'Deployment in version "v1" cannot be handled as a Deployment: quantities must match the regular expression';
  expect(refused(unread, [gitChange(['args', '0'], 'a', 'b'), gitChange(['resources', 'limits', 'memory'], '128Mi', '192MB')])).toEqual([restored('resources', 'limits', 'memory')]);
  const surge = { ...gitChange([], 1, 0), path: ['spec', 'strategy', 'rollingUpdate', 'maxSurge'] };
  expect(refused('Deployment.apps "checkout" is invalid: spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0', [gitChange(['args', '0'], 'a', 'b'), surge])).toMatchObject([{ path: surge.path }]);
});

it.each<readonly [message: string, words: string]>([
  ['CronJob/shop/purge dry-run failed: no matches for kind "CronJob" in version "batch/v1beta1"', 'serves CronJob as batch/v1, and not as batch/v1beta1'],
  ['CronJob purge: The Kubernetes API could not find batch/CronJob for requested resource shop/purge.', 'serves CronJob as batch/v1, and the manifest names another version'],
])('of a version that is gone a person hears which one is served: %s', (message, words) => {
  expect(refused(message, [])).toMatchObject([{ action: 'abstain', reason: 'VersionNotServed', lookAt: expect.stringContaining(words) }]);
  expect(refused(message, [{ ...gitChange([], 'apps/v2', 'apps/v1'), path: ['apiVersion'] }])).toMatchObject([{ action: 'restoreField' }]);
  expect(refused(message.replaceAll('CronJob', 'ServiceMonitor'), [])).toMatchObject([{ reason: 'ObjectRefused' }]);
});
