import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { condition, worldOf } from '../owner.fixture.ts';
import { aWorkload } from '../service.fixture.ts';
import { fluxReady } from './flux-ready.ts';

const kustomization = (reason: string, message: string, rest: object = {}): KubeObject => ({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 'apps', namespace: 'flux-system', generation: 2 }, spec: {}, status: { observedGeneration: 2, conditions: [condition('Ready', 'False', reason, message)] }, ...rest });
const inspect = (object: KubeObject) => inspectPurely(fluxReady, object, worldOf(object, aWorkload('checkout', {})));

describe('flux-ready', () => {
  it('reports the object that was refused, and the Kustomization as its cause', () => {
    expect(inspect(kustomization('ReconciliationFailed', 'Deployment/shop/checkout dry-run failed (Invalid): Deployment.apps "checkout" is invalid: spec.selector: field is immutable'))).toMatchObject([
      { class: 'FluxNotReady', subCause: 'ReconciliationFailed', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, cause: { kind: 'Kustomization', name: 'apps' } },
    ]);
  });

  it.each<readonly [release: string, message: string, spec: object]>([
    ['Helm 4', 'Helm upgrade failed for release shop/checkout with chart c@1: server-side apply failed for object shop/checkout apps/v1, Kind=Deployment: Deployment in version "v1" cannot be handled as a Deployment', {}],
    ['Helm 3', 'Helm upgrade failed for release shop/checkout with chart c@1: cannot patch "checkout" with kind Deployment: Deployment.apps "checkout" is invalid: spec.selector: field is immutable', { targetNamespace: 'shop' }],
  ])('reports the object that was refused to %s, and the HelmRelease as its cause', (_, message, spec) => {
    expect(inspect({ ...kustomization('UpgradeFailed', message, { spec }), apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' })).toMatchObject([
      { class: 'FluxNotReady', subCause: 'UpgradeFailed', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, cause: { kind: 'HelmRelease', name: 'apps' } },
    ]);
  });

  it('reports the Kustomization where it cannot build, or the object is not there', () => {
    expect(inspect(kustomization('BuildFailed', 'kustomization.yaml: accumulating resources'))).toMatchObject([{ subCause: 'BuildFailed', target: { kind: 'Kustomization', name: 'apps' } }]);
    expect(inspect(kustomization('ReconciliationFailed', 'Deployment/shop/new dry-run failed (Invalid): bad'))).toMatchObject([{ target: { kind: 'Kustomization' } }]);
  });

  it('reports what could not be begun at its newest generation, which the condition alone speaks of', () => {
    const conditions = [{ ...condition('Ready', 'False', 'SourceNotReady', 'invalid chart reference'), observedGeneration: 2 }];
    expect(inspect(kustomization('', '', { status: { observedGeneration: 1, conditions } }))).toMatchObject([{ subCause: 'SourceNotReady' }]);
    expect(inspect(kustomization('', '', { status: { observedGeneration: 1, conditions: conditions.map((one) => ({ ...one, observedGeneration: 1 })) } }))).toEqual([]);
  });

  it('keeps its words while the same try is repeated at another revision', () => {
    expect(inspect(kustomization('BuildFailed', `cannot build main@sha1:${'a'.repeat(40)}`))[0]?.observation.message).toBe('cannot build the revision');
  });

  it.each<[string, KubeObject]>([
    ['what is ready', kustomization('', '', { status: { conditions: [condition('Ready', 'True', 'ReconciliationSucceeded')] } })],
    ['the echo of a failing workload', kustomization('HealthCheckFailed', 'timeout waiting for: [Deployment/shop/checkout]')],
    ['one that waits for another', kustomization('DependencyNotReady', 'dependency not ready')],
    ['what is suspended', kustomization('BuildFailed', 'x', { spec: { suspend: true } })],
    ['what has not been looked at since it changed', kustomization('BuildFailed', 'x', { status: { observedGeneration: 1, conditions: [condition('Ready', 'False', 'BuildFailed')] } })],
    ['a kind of the same name elsewhere', { ...kustomization('BuildFailed', 'x'), apiVersion: 'kustomize.config.k8s.io/v1beta1' }],
  ])('is silent about %s', (_, object) => {
    expect(inspect(object)).toEqual([]);
  });
});
