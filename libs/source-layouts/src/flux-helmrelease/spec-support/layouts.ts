import type { LayoutCase, LayoutFixtures } from '@fleetmend/plugin-api/conformance';
import { anApplication } from '../../raw/spec-support/layouts.ts';
import { CHECKOUT, MEMORY, aChart } from '../../spec-chart.fixture.ts';

const RELEASE = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'shop', name: 'checkout' } as const;

export function helmRelease(rest: string, kind = 'GitRepository'): string {
  return `# checkout by chart
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: checkout
  namespace: shop
spec:
  chart:
    spec:
      chart: ./charts/checkout
      sourceRef: {kind: ${kind}, name: fleet}
${rest}`;
}

export const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: checkout-values, namespace: shop}\ndata:\n  values.yaml: |\n    replicas: 3\n    resources:\n      limits:\n        memory: 48Mi\n';

export const SHOP: LayoutCase = {
  files: {
    ...aChart('charts/checkout'),
    'clusters/prod/checkout.yaml': helmRelease('  valuesFrom:\n    - {kind: ConfigMap, name: checkout-values}\n  values:\n    resources:\n      limits:\n        memory: 64Mi   # measured\n'),
    'clusters/prod/values.yaml': CONFIG,
  },
  target: CHECKOUT,
  application: { ...anApplication('./clusters/prod'), engine: 'flux', ref: RELEASE, renderedBy: RELEASE },
  editablePaths: ['**'],
};

export const FIXTURES: LayoutFixtures = {
  good: { ...SHOP, path: [...MEMORY], before: '64Mi', after: '128Mi' },
  foreign: {
    'a folder that is applied as it is': { ...SHOP, application: { ...anApplication('./clusters/prod'), engine: 'flux' } },
    'a release that its folder does not hold': { ...SHOP, files: aChart('charts/checkout') },
  },
  refused: {
    'a chart that lies elsewhere': { ...SHOP, files: { ...SHOP.files, 'clusters/prod/checkout.yaml': helmRelease('', 'HelmRepository') }, reason: 'ChartUnavailable', names: ['HelmRepository', 'HelmRelease/shop/checkout'] },
    'a target that the chart does not render': { ...SHOP, target: { ...CHECKOUT, name: 'gone' }, reason: 'SourceNotFound', names: ['Deployment/shop/gone'] },
  },
};
