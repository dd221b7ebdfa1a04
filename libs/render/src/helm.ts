import { join } from 'node:path';
import { PermanentError } from '@fleetmend/kernel';
import { readDocuments } from '@fleetmend/manifest';
import type { Renderer } from '@fleetmend/ports';
import { type RenderLimits, findProgram, runRenderer } from './program.ts';
import { withFolder } from './work-folder.ts';

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/**
 * `helm template` of a chart folder whose dependencies lie in `charts/`. Options: `release`, `namespace`, `values` (paths from the
 * repository's root, later ones win, separated by commas), `kubeVersion`, `apiVersions` (separated by commas).
 *
 * @throws PermanentError `RendererMissing`, `RenderFailed`.
 */
export function helmRenderer(limits: RenderLimits): Renderer {
  return {
    name: 'helm',
    async render({ tree, path, options = {} }, signal) {
      const program = findProgram('helm', limits.path);
      const [release, namespace] = [checkName(options['release'] ?? 'release'), checkName(options['namespace'] ?? 'default')];
      const text = await withFolder(tree, ({ files, home }) => {
        const values = listOf(options['values']).flatMap((file) => ['--values', join(files, inside(file))]);
        const versions = listOf(options['apiVersions']).flatMap((version) => ['--api-versions', version]);
        const kubeVersion = options['kubeVersion'] === undefined ? [] : ['--kube-version', options['kubeVersion']];
        const args = ['template', release, join(files, path), '--namespace', namespace, '--include-crds', '--skip-tests', ...values, ...kubeVersion, ...versions];
        return runRenderer({ program, args, cwd: files, home, signal }, limits);
      });
      return readDocuments(text, `the output of helm template ${path || '/'}`).map(({ object }) => object);
    },
  };
}

function listOf(option: string | undefined): readonly string[] {
  return (option ?? '').split(',').filter(Boolean);
}

function inside(file: string): string {
  if (!file.startsWith('/') && !file.split('/').includes('..')) return file;
  throw new PermanentError('RenderFailed', `the values file ${file} lies outside the repository`);
}

function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new PermanentError('RenderFailed', `"${name}" cannot be the name of a release or namespace`);
}
