import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runCommand } from '../build/go-toolchain.ts';

const { programs } = inject('lab');
const root = resolve(import.meta.dirname, '..', '..', '..');
const template = join(root, 'docs', 'guides', 'gitops-repository');
const tools = ['kustomize', 'kubeconform', 'conftest'].map((name) => dirname(programs[name]?.paths[name] ?? '')).join(':');

const manifest = ['apiVersion: apps/v1', 'kind: Deployment', 'metadata:', '  name: checkout', '  namespace: shop', 'spec:', '  replicas: 2', '  template:', '    spec:', '      containers:', '        - name: app', '          image: registry.example.org/checkout:1.4.2', '          resources:', '            limits:', '              memory: 64Mi', ''].join('\n');
const schema = { type: 'object', properties: { spec: { type: 'object', properties: { replicas: { type: 'integer' } } } } };

let work = '';
let repo = '';
let base = '';
const env = () => ({ ...process.env, PATH: `${tools}:${process.env['PATH'] ?? ''}`, SCHEMAS: `${work}/schemas/{{.ResourceKind}}.json`, POLICIES: join(root, 'policies'), KUBECONFIG: '' });
const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const run = async (...command: readonly [string, ...string[]]): Promise<string> => {
  const result = await runCommand(command, { cwd: repo });
  if (result.status !== 0) throw new Error(`${command.join(' ')}: ${result.stderr}`);
  return result.stdout.trim();
};
const git = (...args: readonly string[]): Promise<string> => run('git', ...args);

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'fleetmend-gitops-'));
  repo = join(work, 'repository');
  mkdirSync(repo);
  for (const name of ['key', 'stranger']) await run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(work, name));
  write(join(work, 'schemas', 'deployment.json'), JSON.stringify(schema));
  await git('init', '--quiet', '--initial-branch=main');
  for (const [name, value] of [['user.name', 'dev'], ['user.email', 'dev@example.org'], ['gpg.format', 'ssh'], ['user.signingkey', join(work, 'key')]] as const) await git('config', name, value);
  write(join(repo, 'ci', 'allowed_signers'), `dev@example.org ${readFileSync(join(work, 'key.pub'), 'utf8')}`);
  write(join(repo, '.yamllint.yaml'), readFileSync(join(template, '.yamllint.yaml'), 'utf8'));
  write(join(repo, 'apps/overlays/prod/kustomization.yaml'), 'resources:\n  - checkout.yaml\n');
  write(join(repo, 'apps/overlays/prod/checkout.yaml'), manifest);
  await git('add', '.');
  await git('commit', '--quiet', '--gpg-sign', '-m', 'checkout 1.4.2');
  base = await git('rev-parse', 'HEAD');
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Every check on what is committed, as the workflow makes them: the names of those that fail, and what they said. */
const checks = async (): Promise<{ readonly failed: readonly string[]; readonly said: string }> => {
  const [before, after] = [join(work, 'render', 'base'), join(work, 'render', 'head')];
  rmSync(join(work, 'render'), { recursive: true, force: true });
  const asked = [['signatures', base, 'HEAD'], ['lint'], ['render', base, before], ['render', 'HEAD', after], ['schemas', after], ['policies', before, after], ['dry-run', after]] as const;
  const failed = new Set<string>();
  let said = '';
  for (const [name, ...args] of asked) {
    const result = await runCommand([join(template, 'ci', `${name}.sh`), ...args], { cwd: repo, env: env() });
    if (result.status !== 0) failed.add(name);
    said += result.stdout + result.stderr;
    // The workflow ends here: nothing is there to be judged.
    if (name === 'render' && result.status !== 0) break;
  }
  return { failed: [...failed], said };
};

const replace = (old: string, text: string) => (): void => write(join(repo, 'apps/overlays/prod/checkout.yaml'), manifest.replace(old, text));
const SIGNED = '--gpg-sign';
const stories: readonly (readonly [name: string, failed: readonly string[], words: string, change: () => void, signing: string])[] = [
  ['a memory limit that doubles', [], 'skipped, because KUBECONFIG is not set', replace('64Mi', '128Mi'), SIGNED],
  ['two keys of one name', ['lint'], 'duplication of key', () => write(join(repo, 'notes.yaml'), 'a: 1\na: 2\n'), SIGNED],
  ['a resource that is not there', ['render'], 'apps/overlays/prod does not render', () => appendFileSync(join(repo, 'apps/overlays/prod/kustomization.yaml'), '  - missing.yaml\n'), SIGNED],
  ['replicas that are no number', ['schemas'], 'the objects above are not valid', replace('replicas: 2', 'replicas: two'), SIGNED],
  ['a privileged container', ['policies'], 'S01 Deployment/shop/checkout', replace('          resources:', '          securityContext:\n            privileged: true\n          resources:'), SIGNED],
  ['a commit that nobody signed', ['signatures'], 'is not signed by a known key', replace('64Mi', '128Mi'), '--no-gpg-sign'],
  ['a commit that a stranger signed', ['signatures'], 'is not signed by a known key', replace('64Mi', '128Mi'), '--gpg-sign=stranger'],
];

it.each(stories)('the template for GitOps repositories, given %s, fails in the check for it and in no other', async (name, failed, words, change, signing) => {
  await git('checkout', '--quiet', '-B', 'change', base);
  change();
  await git('add', '.');
  await git('commit', '--quiet', '-m', name, signing.replace('stranger', join(work, 'stranger')));
  const result = await checks();
  expect(result.failed, result.said).toEqual(failed);
  expect(result.said).toContain(words);
});

it('the workflow may only read, and pins what it uses by commit', () => {
  const workflow = readFileSync(join(template, '.github', 'workflows', 'validate.yaml'), 'utf8');
  expect(workflow).toContain('permissions:\n  contents: read\n');
  expect([...workflow.matchAll(/uses: (\S+)/g)].map(([, used]) => used).filter((used) => !/@[0-9a-f]{40}$/.test(used ?? ''))).toEqual([]);
});
