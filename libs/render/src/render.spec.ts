import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { treeOf } from '@fleetmend/plugin-api/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { helmRenderer } from './helm.ts';
import { installedRenderers } from './installed.ts';
import { kustomizeRenderer } from './kustomize.ts';
import { reachableFrom } from './reachable.ts';

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'fleetmend-bin-'));
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

/** A program of that name; it may only use what the shell itself can do, for its PATH is empty. */
function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

const OBJECT = 'echo "apiVersion: v1"; echo "kind: ConfigMap"; echo "metadata: {name: \\"$1\\"}"';
const tree = treeOf({ 'apps/shop/kustomization.yaml': 'resources: [a.yaml, ../base]\n', 'apps/shop/a.yaml': 'a: 1\n', 'apps/base/kustomization.yaml': 'resources: []\n' });

describe('running a renderer', () => {
  it('gives it what the folder leads to and reads the objects it prints', async () => {
    program('kustomize', `echo "$@" > ${bin}/args; read line < "$2/a.yaml"; echo "apiVersion: v1"; echo "kind: ConfigMap"; echo "metadata: {name: x}"; echo "data: {$line}"`);
    expect(await kustomizeRenderer({ path: bin }).render({ tree, path: 'apps/shop' })).toEqual([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 1 } }]);
    const [, folder = ''] = /^build (.*\/files)\/apps\/shop --load-restrictor LoadRestrictionsRootOnly\n$/.exec(readFileSync(join(bin, 'args'), 'utf8')) ?? [];
    expect(folder).not.toBe('');
    expect(existsSync(folder)).toBe(false);
  });

  it('shows it none of our environment, and no way to other programs or the network', async () => {
    program('kustomize', `set > ${bin}/env; ${OBJECT}`);
    await kustomizeRenderer({ path: bin }).render({ tree, path: '' });
    const env = readFileSync(join(bin, 'env'), 'utf8');
    expect(env).toMatch(/^PATH=''$/m);
    expect(env).toMatch(/^HTTPS_PROXY='http:\/\/127\.0\.0\.1:9'$/m);
    expect(env).not.toMatch(/^(VITEST|npm_|NODE_|USER=|SSH_)/m);
  });

  it('names the program that is missing and how to get it', async () => {
    await expect(kustomizeRenderer({ path: bin }).render({ tree, path: '' })).rejects.toMatchObject({ reason: 'RendererMissing', message: expect.stringMatching(/no kustomize on the PATH: install kustomize/) });
  });

  it('passes on the words of a program that fails', async () => {
    program('kustomize', 'echo "accumulating resources: no such file" >&2; exit 1');
    await expect(kustomizeRenderer({ path: bin }).render({ tree, path: 'apps/shop' })).rejects.toMatchObject({ reason: 'RenderFailed', message: expect.stringContaining('no such file') });
  });

  it('ends one that takes too long or writes too much', async () => {
    program('kustomize', 'while :; do :; done');
    await expect(kustomizeRenderer({ path: bin, timeoutMs: 100 }).render({ tree, path: '' })).rejects.toMatchObject({ reason: 'RenderFailed', message: expect.stringContaining('longer than 0.1 s') });
    program('kustomize', 'while :; do echo "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; done');
    await expect(kustomizeRenderer({ path: bin, outputLimit: 1000 }).render({ tree, path: '' })).rejects.toMatchObject({ reason: 'RenderFailed', message: expect.stringContaining('more than 1000 bytes') });
  });

  it('stops when it is told to', async () => {
    program('kustomize', 'while :; do :; done');
    const ending = new AbortController();
    const run = kustomizeRenderer({ path: bin }).render({ tree, path: '' }, ending.signal);
    ending.abort(new Error('shutting down'));
    await expect(run).rejects.toThrow('shutting down');
  });
});

describe('kustomize', () => {
  it('sees what its folder leads to, over bases, patches and generators, and nothing beside it', async () => {
    program('kustomize', OBJECT);
    const wide = treeOf({
      'apps/shop/overlays/prod/kustomization.yaml': 'resources: [../../base]\npatches: [{path: "memory patch.yaml"}]\nconfigMapGenerator: [{name: x, files: [app.yaml=config/app.yaml]}]\n',
      'apps/shop/overlays/prod/memory patch.yaml': 'kind: Deployment\n',
      'apps/shop/overlays/prod/config/app.yaml': 'a: 1\n',
      'apps/shop/overlays/prod/notes.md': 'no part of it\n',
      'apps/shop/base/kustomization.yaml': 'resources: [web.yaml]\n',
      'apps/shop/base/web.yaml': 'kind: Deployment\n',
      'apps/other/kustomization.yaml': 'resources: ["https://example.org/base.yaml"]\n',
    });
    expect([...(await reachableFrom(wide, 'apps/shop/overlays/prod')).keys()].sort()).toEqual([
      'apps/shop/base/kustomization.yaml',
      'apps/shop/base/web.yaml',
      'apps/shop/overlays/prod/config/app.yaml',
      'apps/shop/overlays/prod/kustomization.yaml',
      'apps/shop/overlays/prod/memory patch.yaml',
    ]);
    await expect(kustomizeRenderer({ path: bin }).render({ tree: wide, path: 'apps/shop/overlays/prod' })).resolves.toHaveLength(1);
  });

  it.each(['https://example.org/base.yaml', 'github.com/acme/base?ref=v1', 'git@example.org:acme/base.git', 'ssh://git@example.org/acme/base'])('does not even run for the remote base %s', async (remote) => {
    program('kustomize', `: > ${bin}/ran; ${OBJECT}`);
    const withRemote = treeOf({ 'a/kustomization.yaml': `resources: ["${remote}"]\n` });
    await expect(kustomizeRenderer({ path: bin }).render({ tree: withRemote, path: 'a' })).rejects.toMatchObject({ reason: 'RenderFailed', message: expect.stringContaining(remote) });
    expect(existsSync(join(bin, 'ran'))).toBe(false);
  });
});

describe('a render of the same input', () => {
  const count = () => readFileSync(join(bin, 'runs'), 'utf8').length;

  it('is not run again, at the same time or later, also where the rest of the repository changed', async () => {
    program('kustomize', `printf x >> ${bin}/runs; ${OBJECT}`);
    const renderer = kustomizeRenderer({ path: bin });
    const later = treeOf({ 'apps/shop/kustomization.yaml': 'resources: [a.yaml, ../base]\n', 'apps/shop/a.yaml': 'a: 1\n', 'apps/base/kustomization.yaml': 'resources: []\n', 'docs/new.md': 'x\n' });
    await Promise.all([renderer.render({ tree, path: 'apps/shop' }), renderer.render({ tree, path: 'apps/shop' })]);
    await renderer.render({ tree: later, path: 'apps/shop' });
    expect(count()).toBe(1);
    await renderer.render({ tree: later, path: 'apps/shop', options: { loadRestrictor: 'none' } });
    expect(count()).toBe(2);
  });

  it('is not run again when it was refused, and is when it was only ended', async () => {
    program('kustomize', `printf x >> ${bin}/runs; echo "no such file" >&2; exit 1`);
    const renderer = kustomizeRenderer({ path: bin });
    for (const _ of [1, 2]) await expect(renderer.render({ tree, path: 'apps/shop' })).rejects.toMatchObject({ cause: { message: 'no such file' } });
    expect(count()).toBe(1);
    program('kustomize', `printf x >> ${bin}/runs; while :; do :; done`);
    const slow = kustomizeRenderer({ path: bin, timeoutMs: 100 });
    for (const _ of [1, 2]) await expect(slow.render({ tree, path: 'apps/shop' })).rejects.toMatchObject({ reason: 'RenderFailed' });
    expect(count()).toBe(3);
  });
});

describe('the installed renderers', () => {
  it('are those that the lab has built, finished builds only, or that are on the PATH', () => {
    mkdirSync(join(bin, 'bin/kustomize-v5.7.1-e782dce963'), { recursive: true });
    mkdirSync(join(bin, 'bin/helm-v3.22.0-863fb4d1d3.tmp-7'), { recursive: true });
    for (const file of ['bin/kustomize-v5.7.1-e782dce963/kustomize', 'bin/helm-v3.22.0-863fb4d1d3.tmp-7/helm']) program(file, OBJECT);
    expect(Object.keys(installedRenderers({ FLEETMEND_LAB_CACHE: bin }))).toEqual(['kustomize']);
    program('helm', OBJECT);
    expect(Object.keys(installedRenderers({ FLEETMEND_LAB_CACHE: bin, PATH: bin }))).toEqual(['kustomize', 'helm']);
    expect(installedRenderers({})).toEqual({});
  });
});

describe('helm', () => {
  it('gets single settings after the values files, and the files that they name', async () => {
    program('helm', `printf '%s\\n' "$@" > ${bin}/args; ${OBJECT}`);
    const options = { set: '["a=1,2","b=x"]', setString: '["c=1"]', setFile: '["d=certs/ca.pem"]', skipCrds: 'true', skipSchemaValidation: 'true' };
    await helmRenderer({ path: bin }).render({ tree: treeOf({ 'charts/shop/Chart.yaml': 'name: shop\n', 'certs/ca.pem': 'x' }), path: 'charts/shop', options });
    expect(readFileSync(join(bin, 'args'), 'utf8').split('\n').slice(5)).toEqual([
      '--skip-crds', '--skip-tests', '--set-file', expect.stringMatching(/^d=\/.*\/files\/certs\/ca\.pem$/), '--set', 'a=1,2', '--set', 'b=x', '--set-string', 'c=1', '--skip-schema-validation', '',
    ]);
  });

  it('gets release, namespace, values in order and the cluster versions', async () => {
    program('helm', `echo "$@" > ${bin}/args; ${OBJECT}`);
    await helmRenderer({ path: bin }).render({ tree, path: 'charts/shop', options: { release: 'shop', namespace: 'prod', values: 'a.yaml,env/b.yaml', kubeVersion: '1.34.4', apiVersions: 'apps/v1' } });
    expect(readFileSync(join(bin, 'args'), 'utf8')).toMatch(/^template shop \S+\/files\/charts\/shop --namespace prod --include-crds --skip-tests --values \S+\/files\/a\.yaml --values \S+\/files\/env\/b\.yaml --kube-version 1\.34\.4 --api-versions apps\/v1\n$/);
  });

  it.each<Readonly<Record<string, string>>>([{ values: '../secret.yaml' }, { setFile: '["a=../secret"]' }, { set: '["--x"]' }, { values: '/etc/passwd' }, { release: '--post-renderer=x' }])('does not run with %j', async (options) => {
    program('helm', OBJECT);
    await expect(helmRenderer({ path: bin }).render({ tree, path: '', options })).rejects.toMatchObject({ reason: 'RenderFailed' });
  });
});
