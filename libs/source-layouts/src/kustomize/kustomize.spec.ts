import type { FieldChange, JsonValue } from '@fleetmend/model';
import { type LayoutCase, treeOf } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { kustomize } from './kustomize.ts';
import { BASE, DEPLOYMENT, FILES, MISSING, OVERLAY, PROD, SKIPPED, withFiles } from './spec-support/layouts.ts';
import { CONTAINER, MEMORY, editOf, locate } from './spec-support/try-edit.ts';

const overlay = (more: string) => `${FILES[OVERLAY] ?? ''}${more}`;
const PATCH = 'apps/web/overlays/prod/memory.yaml';
const merge = (spec: string) => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: ${spec}\n`;
const memoryOf = (memory: string) => merge(`{template: {spec: {containers: [{name: app, resources: {limits: {memory: ${memory}}}}]}}} # prod`);
const IMAGE = [...CONTAINER, 'image'];
const REPLICAS = ['spec', 'replicas'];

type Row = readonly [what: string, files: Readonly<Record<string, string>>, path: readonly string[], value: JsonValue | undefined, changed: Readonly<Record<string, string>>];

async function changed(one: LayoutCase, path: readonly string[], value: JsonValue | undefined) {
  return editOf(one, [{ path: [...path], value }]);
}

describe.skipIf(MISSING !== undefined)(`where a change is written${SKIPPED}`, () => {
  it.each<Row>([
    ['in the base, where only it says the field', {}, MEMORY, '128Mi', { [BASE]: DEPLOYMENT.replace('64Mi', '128Mi') }],
    ['in a patch file of the overlay that says it', { [OVERLAY]: overlay('patches: [{path: memory.yaml}]\n'), [PATCH]: memoryOf('96Mi') }, MEMORY, '128Mi', { [PATCH]: memoryOf('128Mi') }],
    ['in an inline patch', { [OVERLAY]: overlay(`patches:\n  - patch: |-\n${memoryOf('96Mi').replace(/^/gm, '      ').trimEnd()}\n`) }, MEMORY, '128Mi', { [OVERLAY]: overlay(`patches:\n  - patch: |-\n${memoryOf('128Mi').replace(/^/gm, '      ').trimEnd()}\n`) }],
    ['in the list of strategic-merge patches of old', { [OVERLAY]: overlay('patchesStrategicMerge: [memory.yaml]\n'), [PATCH]: memoryOf('96Mi') }, MEMORY, '128Mi', { [PATCH]: memoryOf('128Mi') }],
    ['in the later one of two patches', { [OVERLAY]: overlay('patches: [{path: memory.yaml}, {path: more.yaml}]\n'), [PATCH]: memoryOf('96Mi'), 'apps/web/overlays/prod/more.yaml': memoryOf('100Mi') }, MEMORY, '128Mi', { 'apps/web/overlays/prod/more.yaml': memoryOf('128Mi') }],
    ['in an operation of a JSON patch', { [OVERLAY]: overlay('patches:\n- target: {kind: Deployment, name: web}\n  path: memory.yaml\n'), [PATCH]: '- op: replace\n  path: /spec/template/spec/containers/0/resources/limits/memory\n  value: 96Mi # prod\n' }, MEMORY, '128Mi', { [PATCH]: '- op: replace\n  path: /spec/template/spec/containers/0/resources/limits/memory\n  value: 128Mi # prod\n' }],
    ['inside the value of an operation', { [OVERLAY]: overlay('patches:\n- target: {kind: Deployment}\n  patch: |\n    - op: add\n      path: /spec/template/spec/containers/0/resources\n      value:\n        limits: {memory: 96Mi}\n') }, MEMORY, '128Mi', { [OVERLAY]: overlay('patches:\n- target: {kind: Deployment}\n  patch: |\n    - op: add\n      path: /spec/template/spec/containers/0/resources\n      value:\n        limits: {memory: 128Mi}\n') }],
    ['inside a list item that an operation appends', { [OVERLAY]: overlay('patches:\n- target: {kind: Deployment}\n  patch: |\n    - op: add\n      path: /spec/template/spec/containers/-\n      value:\n        name: exporter\n        image: exporter:1\n        resources: {limits: {memory: 8Mi}}\n') }, ['spec', 'template', 'spec', 'containers', '[name=exporter]', 'resources', 'limits', 'memory'], '64Mi', { [OVERLAY]: overlay('patches:\n- target: {kind: Deployment}\n  patch: |\n    - op: add\n      path: /spec/template/spec/containers/-\n      value:\n        name: exporter\n        image: exporter:1\n        resources: {limits: {memory: 64Mi}}\n') }],
    ['inside an appended item that has no name, by its place', { [OVERLAY]: overlay('patches:\n- target: {kind: Deployment}\n  patch: |\n    - {op: add, path: /spec/template/spec/containers/0/args, value: [--a]}\n    - {op: add, path: /spec/template/spec/containers/0/args/-, value: --b=1}\n') }, [...CONTAINER, 'args', '1'], '--b=2', { [OVERLAY]: overlay('patches:\n- target: {kind: Deployment}\n  patch: |\n    - {op: add, path: /spec/template/spec/containers/0/args, value: [--a]}\n    - {op: add, path: /spec/template/spec/containers/0/args/-, value: --b=2}\n') }],
    ['in a JSON file of operations', { [OVERLAY]: overlay('patchesJson6902:\n- target: {version: v1, group: apps, kind: Deployment, name: web}\n  path: ops.json\n'), 'apps/web/overlays/prod/ops.json': '[{"op": "replace", "path": "/spec/replicas", "value": 4}]\n' }, REPLICAS, 3, { 'apps/web/overlays/prod/ops.json': '[{"op": "replace", "path": "/spec/replicas", "value": 3}]\n' }],
    ['in images: the tag', { [OVERLAY]: overlay('images:\n- name: shop\n  newTag: "2" # prod\n') }, IMAGE, 'shop:1.10', { [OVERLAY]: overlay('images:\n- name: shop\n  newTag: "1.10" # prod\n') }],
    ['in images: another name and a digest', { [OVERLAY]: overlay('images:\n- name: shop\n  newName: mirror/shop\n  newTag: "2"\n') }, IMAGE, `mirror/shop@sha256:${'0a'.repeat(32)}`, { [OVERLAY]: overlay(`images:\n- name: shop\n  newName: mirror/shop\n  digest: sha256:${'0a'.repeat(32)}\n`) }],
    ['in an operation, also where the patch replaces the annotations by which kustomize tells an origin', { [OVERLAY]: overlay('patches:\n- target: {kind: Deployment}\n  path: ops.yaml\n'), 'apps/web/overlays/prod/ops.yaml': '- {op: add, path: /metadata/annotations, value: {a: b}}\n- {op: replace, path: /spec/replicas, value: 5}\n' }, REPLICAS, 3, { 'apps/web/overlays/prod/ops.yaml': '- {op: add, path: /metadata/annotations, value: {a: b}}\n- {op: replace, path: /spec/replicas, value: 3}\n' }],
    ['in replicas', { [OVERLAY]: overlay('replicas: [{name: web, count: 5}]\n') }, REPLICAS, 3, { [OVERLAY]: overlay('replicas: [{name: web, count: 3}]\n') }],
    ['in a component', { [OVERLAY]: overlay('components: [../../limits]\n'), 'apps/web/limits/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: p.yaml}]\n', 'apps/web/limits/p.yaml': memoryOf('96Mi') }, MEMORY, '128Mi', { 'apps/web/limits/p.yaml': memoryOf('128Mi') }],
    ['under another name, which prefixes make', { [OVERLAY]: overlay('replicas: [{name: web, count: 5}]\n'), 'apps/web/base/kustomization.yaml': 'resources: [deployment.yaml]\nnameSuffix: ""\n' }, REPLICAS, 3, { [OVERLAY]: overlay('replicas: [{name: web, count: 3}]\n') }],
    ['as a whole list, where items have no names', { [OVERLAY]: overlay('patches: [{path: args.yaml}]\n'), 'apps/web/overlays/prod/args.yaml': merge('{template: {spec: {containers: [{name: app, args: [--a=2, --b=2]}]}}}') }, [...CONTAINER, 'args', '0'], '--a=3', { 'apps/web/overlays/prod/args.yaml': merge('{template: {spec: {containers: [{name: app, args: [--a=3, --b=2]}]}}}') }],
  ])('%s', async (_, files, path, value, expected) => {
    expect(await changed(withFiles(files), path, value)).toEqual(expected);
  });

  it('keeps every field of one change in the place where each is said', async () => {
    const one = withFiles({ [OVERLAY]: overlay('patches: [{path: memory.yaml}]\n'), [PATCH]: memoryOf('96Mi') });
    const fields: FieldChange[] = [{ path: MEMORY, value: '128Mi' }, { path: [...CONTAINER, 'resources', 'requests', 'memory'], value: '96Mi' }];
    const made = await editOf(one, fields);
    expect(Object.keys(made).sort()).toEqual([BASE, PATCH].sort());
  });

  it('takes an appended variable out that shadows another of its name', async () => {
    const operations = (...more: readonly string[]) => ['- op: add\n  path: /spec/template/spec/containers/0/env\n  value: [{name: A, value: x}]\n', ...more].join('');
    const appended = '- op: add\n  path: /spec/template/spec/containers/0/env/-\n  value: {name: A, value: y}\n';
    const one = withFiles({ [OVERLAY]: overlay('patches: [{path: ops.yaml, target: {kind: Deployment}}]\n'), 'apps/web/overlays/prod/ops.yaml': operations(appended) });
    expect(await changed(one, [...CONTAINER, 'env', '1'], undefined)).toEqual({ 'apps/web/overlays/prod/ops.yaml': operations() });
  });

  it('brings a field back above the object\'s own file, where that never said it', async () => {
    const earlier = async () => [treeOf(FILES)];
    const label = ['spec', 'template', 'metadata', 'labels', 'team'];
    expect(Object.keys(await editOf(PROD, [{ path: label, value: 'web' }], { earlier })).sort()).toEqual([OVERLAY, 'apps/web/overlays/prod/patch-web.yaml'].sort());
    const once = async () => [treeOf({ ...FILES, [BASE]: DEPLOYMENT.replace('  template:\n', '  template:\n    metadata: {labels: {team: web}}\n') })];
    expect(Object.keys(await editOf(PROD, [{ path: label, value: 'web' }], { earlier: once }))).toEqual([BASE]);
  });

  it('takes a field out of the patch that says it, and says null where a base says it too', async () => {
    const base = DEPLOYMENT.replace('            limits: {memory: 64Mi}\n', '            requests: {memory: 32Mi}\n');
    const one = withFiles({ [BASE]: base, [OVERLAY]: overlay('patches: [{path: memory.yaml}]\n'), [PATCH]: memoryOf('96Mi') });
    expect(await changed(one, MEMORY, undefined)).toEqual({ [PATCH]: memoryOf('96Mi').replace('{memory: 96Mi}', '{}') });
    const both = withFiles({ [OVERLAY]: overlay('patches: [{path: memory.yaml}]\n'), [PATCH]: memoryOf('96Mi') });
    expect(await changed(both, MEMORY, undefined)).toEqual({ [PATCH]: memoryOf('null') });
  });
});

describe.skipIf(MISSING !== undefined)(`a change that others should not see${SKIPPED}`, () => {
  const elsewhere = { staysInside: async (edits: readonly { readonly path: string }[]) => edits.every(({ path }) => path.startsWith('apps/web/overlays/prod/')) };

  it('becomes a new patch of the overlay', async () => {
    expect(await editOf(PROD, [{ path: MEMORY, value: '128Mi' }], elsewhere)).toEqual({
      [OVERLAY]: overlay('patches:\n  - path: patch-web.yaml\n'),
      'apps/web/overlays/prod/patch-web.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        resources:\n          limits:\n            memory: 128Mi\n',
    });
  });

  it('becomes one more field of a patch that the overlay has', async () => {
    const one = withFiles({ [OVERLAY]: overlay('patches: [{path: memory.yaml}]\n'), [PATCH]: merge('{template: {spec: {containers: [{name: side, image: "side:2"}]}}}') });
    expect(await editOf(one, [{ path: MEMORY, value: '128Mi' }], elsewhere)).toEqual({ [PATCH]: merge('{template: {spec: {containers: [{name: side, image: "side:2"}, {name: app, resources: {limits: {memory: 128Mi}}}]}}}') });
  });

  it('goes to the one place that says a missing image for several workloads, where it is wrong everywhere', async () => {
    const other = 'apps/web/base/other.yaml';
    const files = { [OVERLAY]: overlay('images:\n- name: shop\n  newTag: "404"\n'), [other]: DEPLOYMENT.replaceAll('web', 'other'), 'apps/web/base/kustomization.yaml': 'resources: [deployment.yaml, other.yaml]\n' };
    const field = [{ path: IMAGE, value: 'shop:1.10' }];
    expect(await editOf(withFiles(files), field, {}, undefined, true)).toEqual({ [OVERLAY]: overlay('images:\n- name: shop\n  newTag: "1.10"\n') });
    await expect(editOf(withFiles(files), field)).rejects.toMatchObject({ reason: 'NotEditable' });
  });

  it('is made in the shared place all the same where no other is editable, and left to policy', async () => {
    const isEditable = (path: string) => path === BASE;
    expect(await editOf(PROD, [{ path: MEMORY, value: '128Mi' }], { ...elsewhere, isEditable })).toEqual({ [BASE]: DEPLOYMENT.replace('64Mi', '128Mi') });
  });
});

describe.skipIf(MISSING !== undefined)(`a root that only gathers overlays${SKIPPED}`, () => {
  const GATHERS = 'clusters/prod/kustomization.yaml';
  const one: LayoutCase = { ...withFiles({ [GATHERS]: 'resources: [../../apps/web/overlays/prod]\n' }), application: { ...(PROD.application as NonNullable<LayoutCase['application']>), sources: [{ repoURL: 'http://git.fleet.local/fleet.git', path: './clusters/prod', revision: 'main' }] } };
  const onlyOverlay = { isEditable: (path: string) => path.startsWith('apps/web/overlays/prod/') };

  it('leaves the patch to the overlay below it, where it may not be edited itself', async () => {
    const made = await editOf(one, [{ path: MEMORY, value: '128Mi' }], onlyOverlay);
    expect(Object.keys(made)).toEqual([OVERLAY, 'apps/web/overlays/prod/patch-web.yaml']);
  });

  it('has no patch written beside the file that others read', async () => {
    await expect(editOf(one, [{ path: MEMORY, value: '128Mi' }], { isEditable: (path) => path === 'apps/web/base/kustomization.yaml' || path.startsWith('apps/web/base/patch') })).rejects.toMatchObject({ reason: 'NotEditable' });
  });

  it('gets no patch that replaces a list without names, which would never follow its base again', async () => {
    await expect(editOf(one, [{ path: [...CONTAINER, 'args'], value: ['--a=2'] }], onlyOverlay)).rejects.toMatchObject({ reason: 'NotEditable' });
  });
});

describe.skipIf(MISSING !== undefined)(`a list that a kustomization is put together from${SKIPPED}`, () => {
  const spot = { 'apps/web/spot/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: add, path: /spec/template/spec/nodeSelector, value: {life: spot}}\n' };
  const one = withFiles({ ...spot, [OVERLAY]: overlay('components: [../../spot]\n') });
  const NODES = ['spec', 'template', 'spec', 'nodeSelector'];
  // Others use the component, too.
  const staysInside = async (edits: readonly { readonly path: string }[]) => edits.every(({ path }) => !path.startsWith('apps/web/spot/'));

  it('goes back as it was, where that does just what is wanted', async () => {
    expect(await editOf(one, [{ path: NODES, value: undefined }], { staysInside, earlier: async () => [treeOf({ ...FILES, ...spot })] })).toEqual({ [OVERLAY]: overlay('') });
  });

  it('stays where it was never another one', async () => {
    const made = await editOf(one, [{ path: NODES, value: undefined }], { staysInside, earlier: async () => [treeOf(one.files)] });
    expect(Object.values(made).join()).toContain('components: [../../spot]');
  });
});

describe.skipIf(MISSING !== undefined)(`a generated ConfigMap${SKIPPED}`, () => {
  const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'web-config' } as const;
  const base = 'resources: [deployment.yaml]\nconfigMapGenerator:\n- name: web-config\n  literals:\n  - HOST=db.old\n  - "QUOTED=\'a b\'"\n  files: [app.yaml, renamed=conf/x.txt]\n  envs: [web.properties]\n';
  const files = {
    'apps/web/base/kustomization.yaml': base,
    [BASE]: `${DEPLOYMENT}      volumes: [{name: c, configMap: {name: web-config}}]\n`,
    'apps/web/base/app.yaml': 'server:\n  port: 80 # http\n',
    'apps/web/base/conf/x.txt': 'one\ntwo\n',
    'apps/web/base/web.properties': '# lines\nMODE=fast\n',
  };

  it.each<readonly [what: string, path: readonly string[], value: string | number, changed: Readonly<Record<string, string>>]>([
    ['a literal', ['data', 'HOST'], 'db.new', { 'apps/web/base/kustomization.yaml': base.replace('db.old', 'db.new') }],
    ['a quoted literal', ['data', 'QUOTED'], 'c d', { 'apps/web/base/kustomization.yaml': base.replace("'a b'", "'c d'") }],
    ['a file', ['data', 'renamed'], 'one\n2\n', { 'apps/web/base/conf/x.txt': 'one\n2\n' }],
    ['a field inside a file', ['data', 'app.yaml', '!yaml', 'server', 'port'], 8080, { 'apps/web/base/app.yaml': 'server:\n  port: 8080 # http\n' }],
    ['a key that nobody says any more, as one more literal', ['data', 'PORT'], '5432', { 'apps/web/base/kustomization.yaml': base.replace("a b'\"\n", "a b'\"\n  - PORT=5432\n") }],
    ['a key whose file is there under another', ['data', 'text'], 'one\ntwo\n', { 'apps/web/base/kustomization.yaml': base.replace('renamed=conf/x.txt]', 'renamed=conf/x.txt, text=conf/x.txt]') }],
    ['a line of a file of lines', ['data', 'MODE'], 'slow', { 'apps/web/base/web.properties': '# lines\nMODE=slow\n' }],
  ])('is changed where it is generated from, its new name and who refers to it being one change: %s', async (_, path, value, expected) => {
    expect(await editOf(withFiles(files), [{ path: [...path], value }], {}, CONFIG)).toEqual(expected);
  });

  it('gets a key back in the generator that replaces the ones below it', async () => {
    const replacing = (...literals: readonly string[]) => overlay(`configMapGenerator:\n- name: web-config\n  behavior: replace\n  literals:\n${literals.map((literal) => `  - ${literal}\n`).join('')}`);
    const one = withFiles({ ...files, [OVERLAY]: replacing('PORT=80') });
    expect(await editOf(one, [{ path: ['data', 'HOST'], value: 'db.old' }], {}, CONFIG)).toEqual({ [OVERLAY]: replacing('PORT=80', 'HOST=db.old') });
  });

  it('gets a line back where the file of lines held it earlier', async () => {
    const earlier = async () => [treeOf({ ...files, 'apps/web/base/web.properties': '# lines\nPORT=5432\nMODE=fast\n' })];
    expect(await editOf(withFiles(files), [{ path: ['data', 'PORT'], value: '5432' }], { earlier }, CONFIG)).toEqual({ 'apps/web/base/web.properties': '# lines\nMODE=fast\nPORT=5432\n' });
  });

  it('is found by the name that it has in the cluster', async () => {
    expect(await locate({ ...withFiles(files), target: { ...CONFIG, name: 'web-config-5h2kd9k7t8' } })).toMatchObject({ path: 'apps/web/base/kustomization.yaml' });
  });
});

describe.skipIf(MISSING !== undefined)(`a field that a replacement sets${SKIPPED}`, () => {
  const SIZES = 'apps/web/base/sizes.yaml';
  const sizes = (memory: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: sizes\n  annotations: {config.kubernetes.io/local-config: "true"}\ndata:\n  web: ${memory} # measured\n`;
  const base = { 'apps/web/base/kustomization.yaml': 'resources: [deployment.yaml, sizes.yaml]\n', [SIZES]: sizes('64Mi') };
  const target = (path = 'spec.template.spec.containers.[name=app].resources.limits.memory') => `targets: [{select: {kind: Deployment, name: web}, fieldPaths: ["${path}"]}]`;
  const copied = `replacements:\n- source: {kind: ConfigMap, name: sizes, fieldPath: data.web}\n  ${target()}\n`;
  const patched = (memory: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sizes}\ndata: {web: ${memory}}\n`;

  it.each<readonly [what: string, files: Readonly<Record<string, string>>, changed: Readonly<Record<string, string>>]>([
    ['the file of the object that it copies from', { [OVERLAY]: overlay(copied) }, { [SIZES]: sizes('128Mi') }],
    ['the patch of that object', { [OVERLAY]: overlay(`${copied}patches: [{path: sizes.yaml}]\n`), 'apps/web/overlays/prod/sizes.yaml': patched('96Mi') }, { 'apps/web/overlays/prod/sizes.yaml': patched('128Mi') }],
    ['the value that it says itself, in a file of its own', { [OVERLAY]: overlay('replacements: [{path: memory.yaml}]\n'), 'apps/web/overlays/prod/memory.yaml': `sourceValue: 96Mi\n${target('spec.template.spec.containers.*.resources.limits.memory')}\n` }, { 'apps/web/overlays/prod/memory.yaml': `sourceValue: 128Mi\n${target('spec.template.spec.containers.*.resources.limits.memory')}\n` }],
  ])('is changed in %s', async (_, files, expected) => {
    expect(await changed(withFiles({ ...base, ...files }), MEMORY, '128Mi')).toEqual(expected);
  });

  it('is changed at its source where only a part of a text is copied, and nothing but that part is to change', async () => {
    const part = { ...base, [BASE]: `${DEPLOYMENT.replace('image: shop:1', 'image: shop:1\n          env: [{name: DB, value: "pg://HOST/shop"}]')}`, [OVERLAY]: overlay(`replacements:\n- source: {kind: ConfigMap, name: sizes, fieldPath: data.web}\n  ${target('spec.template.spec.containers.[name=app].env.[name=DB].value').replace(']}]', '], options: {delimiter: /, index: 2}}]')}\n`) };
    const DB = [...CONTAINER, 'env', '[name=DB]', 'value'];
    expect(await changed(withFiles(part), DB, 'pg://pg-2/shop')).toEqual({ [SIZES]: sizes('pg-2') });
    await expect(changed(withFiles(part), DB, 'pg://pg-2/other')).rejects.toMatchObject({ reason: 'NotEditable' });
  });

  it('is refused where the same source feeds another field', async () => {
    const both = withFiles({ ...base, [OVERLAY]: overlay(copied.replace('memory"]', 'memory", "metadata.annotations.size"], options: {create: true}')) });
    await expect(changed(both, MEMORY, '128Mi')).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('replacements or vars in') });
  });
});

describe.skipIf(MISSING !== undefined)(`what is refused${SKIPPED}`, () => {
  it.each<readonly [what: string, files: Readonly<Record<string, string>>, cause: RegExp]>([
    ['a field that a replacement sets', { [OVERLAY]: overlay('replacements:\n- source: {kind: Service, name: web, fieldPath: metadata.name}\n  targets: [{select: {kind: Deployment}, fieldPaths: [spec.template.spec.containers.0.image]}]\n') }, /replacements or vars in apps\/web\/overlays\/prod\/kustomization\.yaml may set it/],
    ['a template at the field and nowhere else to say it', { [BASE]: DEPLOYMENT.replace('image: shop:1', 'image: "{{ image }}"') }, /template/],
  ])('%s, naming every place that was tried', async (_, files, cause) => {
    const attempt = editOf(withFiles(files), [{ path: IMAGE, value: 'shop:2' }], { isEditable: (path) => !path.endsWith('patch-web.yaml') });
    await expect(attempt).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringMatching(cause) });
    await expect(attempt).rejects.toThrow(/no file of kustomize build apps\/web\/overlays\/prod can safely say/);
  });

  it('an object that SOPS guards, also around its file', async () => {
    const guarded = withFiles({ 'apps/web/base/kustomization.yaml': 'resources: [deployment.yaml, env.yaml]\n', 'apps/web/base/env.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: env}\ndata: {A: "1"}\nsops: {mac: x}\n' });
    await expect(locate({ ...guarded, target: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'env' } })).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('edit it with sops') });
  });

  it('a remote base, by its name', async () => {
    const remote = withFiles({ [OVERLAY]: 'namespace: shop\nresources: ["https://github.com/acme/base?ref=v1"]\n' });
    await expect(locate(remote)).rejects.toMatchObject({ reason: 'RenderFailed', message: expect.stringContaining('github.com/acme/base') });
  });

  it('a build for which the program is missing, saying how to get it', async () => {
    const without = await kustomize.create({ path: '/nowhere' }, {} as never);
    await expect(without.render({ origin: { layout: 'kustomize', root: 'apps/web/overlays/prod', includes: [] }, tree: treeOf(FILES) })).rejects.toMatchObject({ reason: 'RendererMissing' });
  });
});
