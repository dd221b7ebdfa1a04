import type { KubeObject } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import type { LayoutCase, LayoutFixtures } from '@fleetmend/plugin-api/conformance';
import { argoApplication } from '../../helm/spec-support/layouts.ts';
import { anApplication } from '../../raw/spec-support/layouts.ts';
import { CHECKOUT, MEMORY, aChart } from '../../spec-chart.fixture.ts';

const URL = 'http://git.fleet.local/fleet.git';
const SOURCE = { helm: { releaseName: 'checkout', parameters: [{ name: 'resources.limits.memory', value: '64Mi' }] } };
const OWNER = { ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'checkout', uid: 'u' }] };

/** An Application that the ApplicationSet `checkout` makes. */
export function madeApplication(source: object, name = 'checkout-prod-1'): Application {
  const application = argoApplication(source, { ...OWNER, name });
  return { ...application, sources: [{ repoURL: URL, path: 'charts/checkout', revision: 'main' }], ref: { ...application.ref, name }, object: { ...(application.object as KubeObject), metadata: { name, namespace: 'argocd', ...OWNER } } };
}

export interface SetParts {
  readonly generators?: string;
  readonly helm?: string;
  readonly goTemplate?: boolean;
  readonly name?: string;
  readonly more?: string;
}

export const FILES = `[{git: {repoURL: ${URL}, revision: HEAD, files: [{path: "fleet/*/config.yaml"}]}}]`;

export function applicationSet({ generators = FILES, helm = '{releaseName: checkout, parameters: [{name: resources.limits.memory, value: "{{ .memory }}"}]}', goTemplate = true, name = '{{ .cluster.name }}', more = '' }: SetParts = {}): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: checkout, namespace: argocd}
spec:
  goTemplate: ${goTemplate}
  generators: ${generators}
  template:
    metadata: {name: "checkout-${name}"}
    spec:
      project: default
      source: {repoURL: ${URL}, targetRevision: main, path: charts/checkout, helm: ${helm}}
      destination: {name: "${name}", namespace: shop}
${more}`;
}

export const CONFIG = '# in Frankfurt\ncluster: {name: prod-1}\nmemory: 64Mi   # measured\n';

export const SHOP: LayoutCase = {
  files: { ...aChart('charts/checkout'), 'sets/checkout.yaml': applicationSet(), 'fleet/prod-1/config.yaml': CONFIG, 'fleet/prod-2/config.yaml': 'cluster: {name: prod-2}\nmemory: 96Mi\n' },
  target: CHECKOUT,
  application: madeApplication(SOURCE),
  editablePaths: ['fleet/**'],
};

export const FIXTURES: LayoutFixtures = {
  good: { ...SHOP, path: [...MEMORY], before: '64Mi', after: '128Mi' },
  foreign: {
    'an application that nobody makes': { ...SHOP, application: argoApplication({}) },
    'an application of another engine': { ...SHOP, application: anApplication('charts/checkout') },
    'a plain folder': { ...SHOP, files: { ...SHOP.files, 'charts/checkout/Chart.yaml': '', 'sets/checkout.yaml': applicationSet().replace('path: charts/checkout', 'path: plain') } },
  },
  refused: {
    'a template with a function in it': { ...SHOP, files: { ...SHOP.files, 'sets/checkout.yaml': applicationSet({ helm: '{values: "replicas: {{ .replicas | default 2 }}"}' }) }, reason: 'NotEditable', names: ['{{ .replicas | default 2 }}'] },
    'a template that is patched': { ...SHOP, files: { ...SHOP.files, 'sets/checkout.yaml': applicationSet({ more: '  templatePatch: "{}"\n' }) }, reason: 'NotEditable', names: ['ApplicationSet checkout', 'patch of its template'] },
    'files beside a list of clusters': { ...SHOP, files: { ...SHOP.files, 'sets/checkout.yaml': applicationSet({ generators: `[{matrix: {generators: [{clusters: {}}, ${FILES.slice(1, -1)}]}}]` }) }, reason: 'NotEditable', names: ['ApplicationSet checkout', 'more than files'] },
    'two files that make the same': { ...SHOP, files: { ...SHOP.files, 'fleet/copy/config.yaml': CONFIG }, reason: 'NotEditable', names: ['2 sets of parameters', 'sets/checkout.yaml'] },
    'a target that the chart does not render': { ...SHOP, target: { ...CHECKOUT, name: 'gone' }, reason: 'SourceNotFound', names: ['Deployment/shop/gone'] },
  },
};
