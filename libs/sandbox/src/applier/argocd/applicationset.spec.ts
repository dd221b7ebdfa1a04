import { minutes, seconds } from '@fleetmend/kernel';
import { expect, test } from 'vitest';
import { cluster, configMap, URL } from '../spec-support/bench.ts';
import { describeWith, PROGRAMS } from '../spec-support/programs.ts';
import type { ApplicationSet, Generator } from './applicationset-shapes.ts';
import { APPLICATION, APPLICATION_SET } from './shapes.ts';
import type { Application } from './shapes.ts';

const FILES = { 'apps/cart/a.yaml': configMap('cart', '1'), 'apps/web/a.yaml': configMap('web', '1'), 'apps/old/a.yaml': configMap('old', '1'), 'env/one.yaml': 'cluster: {name: in-cluster}\nfolder: apps/web\n' };
const template = (name: string, path: string) => ({ metadata: { name, labels: { team: 'shop' } }, spec: { project: 'default', source: { repoURL: URL, targetRevision: 'main', path }, destination: { name: 'in-cluster', namespace: 'shop' }, syncPolicy: { automated: { prune: true } } } });

async function generated(spec: Partial<ApplicationSet['spec']> & Pick<ApplicationSet['spec'], 'template'>, generators: readonly Generator[]) {
  const bench = await cluster(PROGRAMS);
  await bench.repository.write(FILES);
  bench.create({ ...APPLICATION_SET, metadata: { name: 'fleet', namespace: 'argocd' }, spec: { generators, ...spec } });
  await bench.clock.run(seconds(5));
  expect(bench.errors).toEqual([]);
  const all = () => bench.objects.list<Application>(APPLICATION.apiVersion, APPLICATION.kind, { namespace: 'argocd' });
  return { ...bench, names: () => all().map(({ metadata }) => metadata.name).sort(), all, set: () => bench.objects.get<ApplicationSet>(APPLICATION_SET.apiVersion, APPLICATION_SET.kind, 'argocd', 'fleet') };
}

const directories: Generator = { git: { repoURL: URL, revision: 'main', directories: [{ path: 'apps/*' }, { path: 'apps/old', exclude: true }] } };

test('one Application for each directory, owned, applied, and gone with its directory', async () => {
  const { names, all, set, objects, repository, applier, clock } = await generated({ template: template('{{path.basename}}', '{{ path }}') }, [directories]);
  expect(names()).toEqual(['cart', 'web']);
  expect(all()[0]?.metadata).toMatchObject({ labels: { team: 'shop' }, finalizers: ['resources-finalizer.argocd.argoproj.io'], ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'fleet', controller: true, blockOwnerDeletion: true }] });
  expect(objects.get('v1', 'ConfigMap', 'shop', 'web')).toBeDefined();
  expect(set()?.status?.conditions).toMatchObject([
    { type: 'ErrorOccurred', status: 'False', reason: 'ApplicationSetUpToDate', message: 'Successfully generated parameters for all Applications' },
    { type: 'ParametersGenerated', status: 'True', reason: 'ParametersGenerated' },
    { type: 'ResourcesUpToDate', status: 'True', reason: 'ApplicationSetUpToDate', message: 'ApplicationSet up to date' },
  ]);
  await repository.write({ 'apps/web/a.yaml': null });
  applier.nudge();
  await clock.run(seconds(5));
  expect([names(), objects.get('v1', 'ConfigMap', 'shop', 'web')]).toEqual([['cart'], undefined]);
});

test('a change that somebody makes to a generated Application does not last', async () => {
  const { all, objects, clock } = await generated({ template: template('{{name}}', 'apps/{{name}}') }, [{ list: { elements: [{ name: 'web' }] } }]);
  const [web] = all();
  if (!web) throw new Error('no Application was made');
  objects.update<Application>({ ...web, spec: { ...web.spec, source: { repoURL: URL, path: 'apps/cart' } } }, { manager: 'kubectl-edit' });
  await clock.run(minutes(4));
  expect(all()[0]?.spec.source).toMatchObject({ path: 'apps/web' });
});

test.each<readonly [string, Generator, string, string]>([
  ['a generator that the sandbox does not know', { clusters: {} }, '{{name}}', 'the sandbox follows no clusters generator: use list, git or matrix'],
  ['two Applications of one name', { list: { elements: [{ a: '1' }, { a: '2' }] } }, 'same', 'ApplicationSet fleet contains applications with duplicate name: same'],
  ['a branch that does not exist', { git: { repoURL: URL, revision: 'gone', directories: [{ path: '*' }] } }, '{{path}}', "unable to resolve 'gone' to a commit SHA"],
])('with %s it says so and makes nothing', async (_, generator, name, words) => {
  const { names, set } = await generated({ template: template(name, 'apps/web') }, [generator]);
  expect(names()).toEqual([]);
  expect(set()?.status?.conditions?.[0]).toMatchObject({ type: 'ErrorOccurred', status: 'True', message: expect.stringContaining(words) });
});

test('files give their contents, flattened, and the place where they are', async () => {
  const { all } = await generated({ template: template('{{path.basename}}-{{cluster.name}}-{{path[0]}}', '{{folder}}') }, [{ git: { repoURL: URL, revision: 'main', files: [{ path: 'env/*.yaml' }] } }]);
  expect(all().map(({ metadata, spec }) => [metadata.name, spec.source?.path])).toEqual([['env-in-cluster-env', 'apps/web']]);
});

describeWith('helm', 'an ApplicationSet with Go templates', () => {
  test('fills them with parameters as they are, conditions and functions included, and is patched by a template', async () => {
    const { all } = await generated(
      { goTemplate: true, goTemplateOptions: ['missingkey=error'], template: template('{{ .path.basename | upper | lower }}-{{ index .path.segments 0 }}', '{{ .path.path }}'), templatePatch: 'metadata:\n  annotations:\n    cart: "{{ if eq .path.basename "cart" }}yes{{ else }}no{{ end }}"\n' },
      [directories],
    );
    expect(all().map(({ metadata, spec }) => [metadata.name, spec.source?.path, metadata.annotations])).toEqual([['cart-apps', 'apps/cart', { cart: 'yes' }], ['web-apps', 'apps/web', { cart: 'no' }]]);
  });

  test('says what is wrong with a template', async () => {
    const { set } = await generated({ goTemplate: true, template: template('{{ .path.basename', 'apps') }, [directories]);
    expect(set()?.status?.conditions?.[0]).toMatchObject({ type: 'ErrorOccurred', status: 'True', reason: 'RenderTemplateParamsError', message: expect.stringMatching(/^failed to execute go template: /) });
  });
});
