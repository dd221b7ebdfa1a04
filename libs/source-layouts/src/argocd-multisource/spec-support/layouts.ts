import type { KubeObject } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import type { LayoutCase, LayoutFixtures } from '@fleetmend/plugin-api/conformance';
import { anApplication } from '../../raw/spec-support/layouts.ts';
import { CHECKOUT, MEMORY, aChart } from '../../spec-chart.fixture.ts';

const URL = 'http://git.fleet.local/fleet.git';

export function multiSource(...sources: readonly object[]): Application {
  const object: KubeObject = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'checkout', namespace: 'argocd' }, spec: { destination: { namespace: 'shop' }, sources: sources.map((source) => ({ repoURL: URL, ...source })) } };
  return { ...anApplication('charts/checkout'), engine: 'argocd', ref: { apiVersion: object.apiVersion, kind: 'Application', namespace: 'argocd', name: 'checkout' }, object };
}

export const CHART = { path: 'charts/checkout', helm: { releaseName: 'checkout', valueFiles: ['$values/teams/shop/common.yaml', '$values/teams/shop/prod.yaml'] } };
export const VALUES = { ref: 'values' };

export const SHOP: LayoutCase = {
  files: { ...aChart('charts/checkout'), 'teams/shop/common.yaml': 'resources:\n  limits:\n    memory: 48Mi\n', 'teams/shop/prod.yaml': '# production\nresources:\n  limits:\n    memory: 64Mi\n', 'extra/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: checkout, namespace: shop}\ndata: {a: b}\n' },
  target: CHECKOUT,
  application: multiSource(CHART, VALUES, { path: 'extra' }),
  editablePaths: ['teams/**'],
};

export const FIXTURES: LayoutFixtures = {
  good: { ...SHOP, path: [...MEMORY], before: '64Mi', after: '128Mi' },
  foreign: {
    'an application of one source': { ...SHOP, application: { ...multiSource(), object: { ...(multiSource().object as KubeObject), spec: { source: { repoURL: URL, path: 'charts/checkout' } } } } },
    'an application of another engine': { ...SHOP, application: anApplication('charts/checkout') },
  },
  refused: {
    'a chart that lies elsewhere': { ...SHOP, application: multiSource({ chart: 'redis', repoURL: 'https://charts.example.org' }, VALUES), reason: 'ChartUnavailable', names: ['redis', 'charts.example.org'] },
    'a target that no source renders': { ...SHOP, target: { ...CHECKOUT, name: 'gone' }, reason: 'SourceNotFound', names: ['Deployment/shop/gone'] },
    'a source that lies in another repository': { ...SHOP, application: multiSource({ path: 'elsewhere/checkout', repoURL: 'https://git.example.org/acme/charts.git' }, VALUES), reason: 'NotEditable', names: ['elsewhere/checkout', 'acme/charts.git'] },
    'values out of no source': { ...SHOP, application: multiSource({ ...CHART, helm: { valueFiles: ['$other/x.yaml'] } }, VALUES), reason: 'NotEditable', names: ['$other/x.yaml'] },
  },
};
