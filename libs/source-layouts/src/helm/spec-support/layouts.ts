import type { KubeObject } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import type { LayoutCase, LayoutFixtures } from '@fleetmend/plugin-api/conformance';
import { anApplication } from '../../raw/spec-support/layouts.ts';
import { CHECKOUT, MEMORY, aChart } from '../../spec-chart.fixture.ts';

/** An Application with its one source. */
export function argoApplication(source: object, rest: object = {}): Application {
  const object: KubeObject = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'checkout', namespace: 'argocd', ...rest }, spec: { destination: { namespace: 'shop' }, source: { repoURL: 'http://git.fleet.local/fleet.git', path: 'charts/checkout', ...source } } };
  return { ...anApplication('charts/checkout'), engine: 'argocd', ref: { apiVersion: object.apiVersion, kind: 'Application', namespace: 'argocd', name: 'checkout' }, object };
}

export const MANIFEST = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: checkout, namespace: argocd}
spec:
  destination: {namespace: shop}
  source:
    repoURL: http://git.fleet.local/fleet.git
    path: charts/checkout
    helm:
      valueFiles: [../../envs/common.yaml, ../../envs/prod.yaml]
`;

export const SHOP: LayoutCase = {
  files: { ...aChart('charts/checkout'), 'envs/common.yaml': '# everywhere\nreplicas: 2\n', 'envs/prod.yaml': '# production\nresources:\n  limits:\n    memory: 64Mi   # measured\n', 'root/checkout.yaml': MANIFEST },
  target: CHECKOUT,
  application: argoApplication({ helm: { valueFiles: ['../../envs/common.yaml', '../../envs/prod.yaml'] } }),
  editablePaths: ['**'],
};

export const FIXTURES: LayoutFixtures = {
  good: { ...SHOP, path: [...MEMORY], before: '64Mi', after: '128Mi' },
  foreign: {
    'a plain folder': { ...SHOP, files: { 'charts/checkout/checkout.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: checkout}\n' }, application: argoApplication({}) },
    'an application of another engine': { ...SHOP, application: anApplication('charts/checkout') },
    'an application that an ApplicationSet makes': { ...SHOP, application: argoApplication({}, { ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', uid: 'u' }] }) },
  },
  refused: {
    'a chart that lies elsewhere': { ...SHOP, files: {}, application: argoApplication({ chart: 'redis', repoURL: 'https://charts.example.org', path: undefined }), reason: 'ChartUnavailable', names: ['redis', 'charts.example.org'] },
    'a target that the chart does not render': { ...SHOP, target: { ...CHECKOUT, name: 'gone' }, reason: 'SourceNotFound', names: ['Deployment/shop/gone', 'charts/checkout'] },
  },
};
