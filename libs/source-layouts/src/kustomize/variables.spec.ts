import type { FieldChange, KubeObject } from '@fleetmend/model';
import type { Application, SourceOrigin } from '@fleetmend/plugin-api';
import { type LayoutCase, treeOf } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anApplication } from '../raw/spec-support/layouts.ts';
import { MISSING, SKIPPED, WEB } from './spec-support/layouts.ts';
import { CONTAINER, editOf, layout, locate } from './spec-support/try-edit.ts';

const WEB_FILE = 'apps/web/web.yaml';
const VARS = 'clusters/prod/vars.yaml';
const MANIFEST = 'clusters/prod/web.yaml';
const DB: readonly string[] = [...CONTAINER, 'env', '[name=DB]', 'value'];

const web = (db: string) => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: \${replicas:=2}\n  template:\n    spec:\n      containers:\n        - name: app\n          image: shop:1\n          env:\n            - {name: DB, value: "${db}"}\n`;
const vars = (...lines: readonly string[]) => `# of this cluster\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: flux-system}\ndata:\n${lines.map((line) => `  ${line}\n`).join('')}`;
const manifest = (postBuild: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: flux-system}\nspec:\n  path: ./apps/web\n  postBuild:\n${postBuild}`;
const FROM = '    substituteFrom:\n      - {kind: ConfigMap, name: vars}\n';

function flux(files: Readonly<Record<string, string>> = {}): LayoutCase {
  const object: KubeObject = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 'web', namespace: 'flux-system' } };
  const application: Application = anApplication('./apps/web', { engine: 'flux', ref: { apiVersion: object.apiVersion, kind: object.kind, namespace: 'flux-system', name: 'web' }, object, heldIn: [{ path: './clusters/prod' }] });
  return { files: { [WEB_FILE]: web('pg.${zone}.svc'), [VARS]: vars('zone: eu-1  # frankfurt', 'team: shop'), [MANIFEST]: manifest(FROM), ...files }, target: WEB, application, editablePaths: ['**'] };
}
const set = (path: readonly string[], value: FieldChange['value']): readonly FieldChange[] => [{ path: [...path], value }];
const rendered = async (one: LayoutCase) => {
  const objects = await layout.render({ origin: (await locate(one)) as SourceOrigin, tree: treeOf(one.files) });
  return objects.find(({ kind }) => kind === 'Deployment')?.['spec'] as { readonly replicas: unknown; readonly template: { readonly spec: { readonly containers: readonly { readonly env: readonly { readonly value: unknown }[] }[] } } };
};
const dbOf = async (one: LayoutCase) => (await rendered(one)).template.spec.containers[0]?.env[0]?.value;

describe.skipIf(MISSING !== undefined)(`variables that a Kustomization of Flux fills in${SKIPPED}`, () => {
  it.each<readonly [string, Readonly<Record<string, string>>, unknown]>([
    ['from a ConfigMap', {}, 'pg.eu-1.svc'],
    ['from itself, over a ConfigMap', { [MANIFEST]: manifest(`    substitute: {zone: us-1}\n${FROM}`) }, 'pg.us-1.svc'],
    ['with what stands beside the name, where nobody says the variable', { [WEB_FILE]: web('${host:=localhost}') }, 'localhost'],
    ['with nothing, where nobody does and nothing stands beside it', { [WEB_FILE]: web('a${none}b') }, 'ab'],
    ['apart from what two dollars keep', { [WEB_FILE]: web('$${zone}.${zone}') }, '${zone}.eu-1'],
    ['apart from what is worked out of a value', { [WEB_FILE]: web('${zone%-*}') }, '${zone%-*}'],
    ['apart from what a Secret may say', { [MANIFEST]: manifest(`${FROM}      - {kind: Secret, name: more}\n`), [WEB_FILE]: web('${zone} ${word}') }, '${zone} ${word}'],
  ])('are rendered %s', async (_, files, value) => expect(await dbOf(flux(files))).toBe(value));

  it('come out as numbers where they are ones', async () => {
    expect((await rendered(flux())).replicas).toBe(2);
    expect((await rendered(flux({ [VARS]: vars('zone: eu-1', 'replicas: "3"') }))).replicas).toBe(3);
  });

  it('leave an object alone that says so', async () => {
    const files = { [WEB_FILE]: web('${zone}').replace('{name: web, namespace: shop}', '{name: web, namespace: shop, labels: {kustomize.toolkit.fluxcd.io/substitute: disabled}}') };
    expect(await dbOf(flux(files))).toBe('${zone}');
  });

  it('are changed where they are said: among those of the cluster, or in the Kustomization', async () => {
    expect(await editOf(flux(), set(DB, 'pg.eu-2.svc'))).toEqual({ [VARS]: vars('zone: eu-2  # frankfurt', 'team: shop') });
    const own = (zone: string) => manifest(`    substitute:\n      zone: ${zone}\n${FROM}`);
    expect(await editOf(flux({ [MANIFEST]: own('us-1') }), set(DB, 'pg.us-2.svc'))).toEqual({ [MANIFEST]: own('us-2') });
  });

  it('are said again where they were said before', async () => {
    const more = '      - {kind: ConfigMap, name: common}\n';
    const common = vars('team: shop').replace('name: vars', 'name: common');
    const one = flux({ [WEB_FILE]: web('${host:=localhost}'), [MANIFEST]: manifest(FROM + more), 'clusters/prod/common.yaml': common });
    const earlier = async () => [treeOf({ ...one.files, [VARS]: vars('host: pg', 'zone: eu-1') })];
    expect(await editOf(one, set(DB, 'pg'), { earlier })).toEqual({ [VARS]: `${vars('zone: eu-1  # frankfurt', 'team: shop')}  host: pg\n` });
  });

  it('that others read too are left alone, and the one field is said by a patch', async () => {
    const files = { [WEB_FILE]: web('${zone}').replace('image: shop:1', 'image: shop:${zone}') };
    const made = await editOf(flux(files), set(DB, 'eu-2'));
    expect(Object.keys(made)).toEqual([MANIFEST]);
    expect(made[MANIFEST]).toContain('value: eu-2');
  });

  it('lead to the files that they come from, whose objects carry them', async () => {
    const origin = await locate(flux());
    expect(origin?.includes).toEqual(expect.arrayContaining(['apps/web', MANIFEST, VARS]));
    expect(origin?.carriers).toEqual(expect.arrayContaining([{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'flux-system', name: 'vars' }]));
  });
});
