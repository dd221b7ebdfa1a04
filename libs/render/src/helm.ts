import { join } from 'node:path';
import { PermanentError } from '@fleetmend/kernel';
import { readDocuments } from '@fleetmend/manifest';
import type { Renderer, Tree } from '@fleetmend/ports';
import { type RenderLimits, findProgram, identityOf, runRenderer } from './program.ts';
import { renderMemory } from './render-memory.ts';
import { withFolder } from './work-folder.ts';

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/**
 * `helm template` of a chart folder whose dependencies lie in `charts/`. Options, all text:
 * - `release`, `namespace`, `kubeVersion`; `apiVersions` (separated by commas)
 * - `values`: paths from the repository's root, separated by commas, later ones win
 * - `set`, `setString`, `setFile`: each a JSON list of `key=value`; they win over all values files
 * - `skipCrds`, `skipSchemaValidation`: `true`
 *
 * A render of the same files with the same options is not repeated.
 *
 * @throws PermanentError `RendererMissing`, `RenderFailed`.
 */
export function helmRenderer(limits: RenderLimits): Renderer {
  const memory = renderMemory();
  return {
    name: 'helm',
    async render({ tree, path, options = {} }, signal) {
      const program = findProgram('helm', limits.path);
      const [release, namespace] = [checkName(options['release'] ?? 'release'), checkName(options['namespace'] ?? 'default')];
      const values = listOf(options['values']).map(inside);
      const fileSets = settingsOf(options['setFile']).map((setting) => splitSetting(setting));
      const inputs = await filesOf(tree, path, [...values, ...fileSets.map(({ value }) => inside(value))]);
      const flags = flagsOf(options);
      const render = async () => {
        const text = await withFolder(inputs, ({ files, home }) => {
          const valueFlags = values.flatMap((file) => ['--values', join(files, file)]);
          const fileFlags = fileSets.flatMap(({ key, value }) => ['--set-file', `${key}=${join(files, value)}`]);
          const args = ['template', release, join(files, path), '--namespace', namespace, ...(options['skipCrds'] === 'true' ? ['--skip-crds'] : ['--include-crds']), '--skip-tests', ...valueFlags, ...fileFlags, ...flags];
          return runRenderer({ program, args, cwd: files, home, signal }, limits);
        });
        return { objects: readDocuments(text, `the output of helm template ${path || '/'}`).map(({ object }) => object), size: text.length };
      };
      return signal ? (await render()).objects : memory.recall({ program: identityOf(program), args: [path, release, namespace, options['skipCrds'] ?? '', ...values, ...settingsOf(options['setFile']), ...flags], files: inputs }, render);
    },
  };
}

function flagsOf(options: Readonly<Record<string, string>>): readonly string[] {
  return [
    ...settingsOf(options['set']).flatMap((setting) => ['--set', setting]),
    ...settingsOf(options['setString']).flatMap((setting) => ['--set-string', setting]),
    ...(options['kubeVersion'] === undefined ? [] : ['--kube-version', options['kubeVersion']]),
    ...listOf(options['apiVersions']).flatMap((version) => ['--api-versions', version]),
    ...(options['skipSchemaValidation'] === 'true' ? ['--skip-schema-validation'] : []),
  ];
}

/** The chart, the values files beside it,. Nothing else can be read. */
async function filesOf(tree: Tree, path: string, more: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set([...(await tree.list(path)), ...more])];
  const texts = await Promise.all(wanted.map(async (file) => [file, await tree.read(file)] as const));
  return new Map(texts.flatMap(([file, text]) => (text === undefined ? [] : [[file, text] as const])));
}

function listOf(option: string | undefined): readonly string[] {
  return (option ?? '').split(',').filter(Boolean);
}

/** @throws PermanentError `RenderFailed` for anything but a JSON list of `key=value`. */
function settingsOf(option: string | undefined): readonly string[] {
  const value: unknown = option === undefined ? [] : JSON.parse(option);
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string' && one.indexOf('=') > 0)) return value;
  throw new PermanentError('RenderFailed', `${option ?? ''} is not a JSON list of key=value`);
}

function splitSetting(setting: string): { readonly key: string; readonly value: string } {
  const at = setting.indexOf('=');
  return { key: setting.slice(0, at), value: setting.slice(at + 1) };
}

function inside(file: string): string {
  if (!file.startsWith('/') && !file.split('/').includes('..')) return file;
  throw new PermanentError('RenderFailed', `the values file ${file} lies outside the repository`);
}

function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new PermanentError('RenderFailed', `"${name}" cannot be the name of a release or namespace`);
}
