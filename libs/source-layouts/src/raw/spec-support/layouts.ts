import type { Application } from '@fleetmend/plugin-api';
import type { LayoutCase, LayoutFixtures } from '@fleetmend/plugin-api/conformance';

export const CHECKOUT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' } as const;

export const WEB = `# checkout, owned by team shop
apiVersion: v1
kind: Service
metadata: {name: checkout, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
  namespace: shop
spec:
  replicas: 2   # two, for a reason
  template:
    spec:
      containers:
        - name: app
          image: shop:1
          resources:
            limits: {memory: 64Mi}
`;

export function anApplication(path: string, rest: Partial<Application> = {}): Application {
  return {
    engine: 'local',
    ref: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system', name: 'fleet' },
    sources: [{ repoURL: 'http://git.fleet.local/fleet.git', path, revision: 'main' }],
    applied: undefined,
    refused: undefined,
    evidence: ['its inventory lists it'],
    ...rest,
  };
}

export const SHOP: LayoutCase = {
  files: { 'apps/shop/checkout.yaml': WEB, 'apps/shop/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n', 'apps/other/checkout.yaml': WEB, 'README.md': '# fleet\n' },
  target: CHECKOUT,
  application: anApplication('./apps/shop'),
  editablePaths: ['apps/**'],
};

export const FIXTURES: LayoutFixtures = {
  good: { ...SHOP, path: ['spec', 'template', 'spec', 'containers', '[name=app]', 'resources', 'limits', 'memory'], before: '64Mi', after: '128Mi' },
  foreign: {
    'a folder that kustomize builds': { ...SHOP, files: { ...SHOP.files, 'apps/shop/kustomization.yaml': 'resources: [checkout.yaml]\n' } },
    'a Helm chart': { ...SHOP, files: { ...SHOP.files, 'apps/shop/Chart.yaml': 'name: shop\n' } },
    'a target that can only come out of a folder below that kustomize builds': { ...SHOP, files: { 'apps/shop/ns.yaml': WEB.split('---')[0] ?? '', 'apps/shop/web/kustomization.yaml': 'resources: [web.yaml]\n', 'apps/shop/web/web.yaml': WEB } },
    'an application of several sources': { ...SHOP, application: { ...anApplication('apps/shop'), sources: [...anApplication('a').sources, ...anApplication('b').sources] } },
    'a target that another object in the folder is rendered to': { ...SHOP, application: { ...anApplication('apps/shop'), renderedBy: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'shop', name: 'checkout' } } },
    'a binding without an engine whose files do not hold the target': { ...SHOP, application: undefined, editablePaths: ['apps/none/**'] },
  },
  refused: {
    'a target that is gone from Git': { ...SHOP, target: { ...CHECKOUT, name: 'gone' }, reason: 'SourceNotFound', names: ['Deployment/shop/gone', 'apps/shop'] },
    'two documents that hold the target': { ...SHOP, files: { ...SHOP.files, 'apps/shop/copy.yml': WEB }, reason: 'SourceAmbiguous', names: ['apps/shop/copy.yml', 'apps/shop/checkout.yaml'] },
    'two files without an engine that says which is applied': { ...SHOP, application: undefined, reason: 'SourceAmbiguous', names: ['apps/other/checkout.yaml', 'apps/shop/checkout.yaml'] },
    'a file that the binding does not allow': { ...SHOP, editablePaths: ['apps/**', '!apps/shop/**'], reason: 'NotEditable', names: ['apps/shop/checkout.yaml', '!apps/shop/**'] },
    'a target that may stand in a template': { ...SHOP, files: { 'apps/shop/checkout.yaml': 'a:\n{{ if x }}\n' }, reason: 'NotEditable', names: ['apps/shop/checkout.yaml', 'template'] },
    'a JSON manifest': { ...SHOP, files: { 'apps/shop/checkout.json': JSON.stringify({ ...CHECKOUT, metadata: { name: 'checkout', namespace: 'shop' } }) }, reason: 'NotEditable', names: ['apps/shop/checkout.json', 'JSON'] },
  },
};
