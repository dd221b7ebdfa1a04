import { delimiter } from 'node:path';
import type { LayoutCase, LayoutFixtures } from '@fleetmend/plugin-api/conformance';
import { installedRenderers, rendererPath } from '@fleetmend/render';
import { anApplication } from '../../raw/spec-support/layouts.ts';

export const SEARCH_PATH = rendererPath(process.env);

/** Why what follows is skipped; undefined: the program is there. */
export const MISSING = installedRenderers(process.env).kustomize ? undefined : `there is no kustomize in ${SEARCH_PATH.split(delimiter).join(', ')}: run npm run lab -- build kustomize`;

/** For the title of what is skipped. */
export const SKIPPED = MISSING === undefined ? '' : ` (skipped: ${MISSING})`;

export const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' } as const;

export const DEPLOYMENT = `# web, owned by team shop
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2   # two, for a reason
  template:
    spec:
      containers:
        - name: app
          image: shop:1
          args: [--a=1, --b=2]
          resources:
            limits: {memory: 64Mi}
        - name: side
          image: side:1
`;

/** A base with one Deployment, an overlay for production, and one for somebody else. */
export const FILES: Readonly<Record<string, string>> = {
  'apps/web/base/deployment.yaml': DEPLOYMENT,
  'apps/web/base/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n',
  'apps/web/base/kustomization.yaml': 'resources:\n  - deployment.yaml\n  - service.yaml\n',
  'apps/web/overlays/prod/kustomization.yaml': '# production\nnamespace: shop\nresources:\n  - ../../base\n',
  'apps/web/overlays/dev/kustomization.yaml': 'namespace: shop\nresources: [../../base]\nreplicas: [{name: web, count: 1}]\n',
  'README.md': '# fleet\n',
};

export const PROD: LayoutCase = { files: FILES, target: WEB, application: anApplication('./apps/web/overlays/prod'), editablePaths: ['apps/**'] };

/** The case with some files changed; `undefined` takes one out. */
export function withFiles(files: Readonly<Record<string, string | undefined>>): LayoutCase {
  return { ...PROD, files: Object.fromEntries(Object.entries({ ...FILES, ...files }).filter((entry): entry is [string, string] => entry[1] !== undefined)) };
}

export const OVERLAY = 'apps/web/overlays/prod/kustomization.yaml';
export const BASE = 'apps/web/base/deployment.yaml';

export const FIXTURES: LayoutFixtures = {
  good: { ...PROD, path: ['spec', 'template', 'spec', 'containers', '[name=app]', 'resources', 'limits', 'memory'], before: '64Mi', after: '128Mi' },
  foreign: {
    'a folder without kustomizations': { ...PROD, files: { 'apps/web/overlays/prod/web.yaml': DEPLOYMENT } },
    'a folder of Argo CD without one of its own': { ...PROD, application: { ...anApplication('apps/web/overlays'), engine: 'argocd' } },
    'no application': { ...PROD, application: undefined },
    'an application of several sources': { ...PROD, application: { ...anApplication('apps'), sources: [...anApplication('a').sources, ...anApplication('b').sources] } },
    'a target that another object is rendered to': { ...PROD, application: { ...anApplication('apps/web/overlays/prod'), renderedBy: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'shop', name: 'web' } } },
  },
  refused: {
    'a target that is gone from Git': { ...PROD, target: { ...WEB, name: 'gone' }, reason: 'SourceNotFound', names: ['Deployment/shop/gone', 'apps/web/overlays/prod'] },
    'a Secret of a generator': { ...withFiles({ [OVERLAY]: `${FILES[OVERLAY] ?? ''}secretGenerator: [{name: s, literals: [a=1]}]\n` }), target: { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 's' }, reason: 'NotEditable', names: ['Secret', OVERLAY] },
  },
};
