import { join } from 'node:path';
import { PermanentError } from '@fleetmend/kernel';
import { readDocuments } from '@fleetmend/manifest';
import { deriveFrom, type Derived, type Renderer, type Tree } from '@fleetmend/ports';
import { parseAllDocuments } from 'yaml';
import { type RenderLimits, findProgram, identityOf, runRenderer } from './program.ts';
import { reachableFrom } from './reachable.ts';
import { renderMemory } from './render-memory.ts';
import { withFolder } from './work-folder.ts';

/**
 * `kustomize build` of a folder. Option `loadRestrictor: none` lets it read files outside the folder, as Flux does.
 * Only what the folder's kustomization leads to is handed over, and a build of the same files is not repeated.
 *
 * @throws PermanentError `RendererMissing`, `RenderFailed`; a remote base is `RenderFailed` before anything runs.
 */
export function kustomizeRenderer(limits: RenderLimits): Renderer {
  const memory = renderMemory();
  return {
    name: 'kustomize',
    async render({ tree, path, options = {} }, signal) {
      const program = findProgram('kustomize', limits.path);
      const inputs = await reachableFrom(tree, path);
      await refuseRemotes(tree, inputs);
      const restrictor = options['loadRestrictor'] === 'none' ? 'LoadRestrictionsNone' : 'LoadRestrictionsRootOnly';
      const render = async () => {
        const text = await withFolder(inputs, ({ files, home }) =>
          runRenderer({ program, args: ['build', join(files, path), '--load-restrictor', restrictor], cwd: files, home, signal }, limits),
        );
        return { objects: readDocuments(text, `the output of kustomize build ${path || '/'}`).map(({ object }) => object), size: text.length };
      };
      return signal ? (await render()).objects : memory.recall({ program: identityOf(program), args: [path, restrictor], files: inputs }, render);
    },
  };
}

const LISTS = ['resources', 'bases', 'components', 'crds', 'configurations', 'generators', 'transformers', 'validators'] as const;
const REMOTE = /^[a-z][a-z0-9+.-]*:\/\/|^(?:[\w.-]+@)?[\w.-]+\.[a-z]{2,}[:/][^.]|\?ref=|^git@/i;

/** Without network a remote base fails late and obscurely, so it is named first. */
async function refuseRemotes(tree: Tree, inputs: ReadonlyMap<string, string>): Promise<void> {
  for (const file of inputs.keys()) {
    const [remote] = /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(file) ? ((await deriveFrom(tree, file, REMOTES)) ?? []) : [];
    if (remote !== undefined) throw new PermanentError('RenderFailed', `${file} names the remote base ${remote}: only what lies in the repository is rendered`);
  }
}

const REMOTES: Derived<readonly string[]> = { what: 'the remote bases', make: remotesOf };

function remotesOf(text: string): readonly string[] {
  return parseAllDocuments(text, { logLevel: 'silent' }).flatMap((document) => {
    const value: unknown = 'toJS' in document && document.errors.length === 0 ? document.toJS() : undefined;
    if (typeof value !== 'object' || value === null) return [];
    const lists = LISTS.map((key) => (value as Readonly<Record<string, unknown>>)[key]).filter(Array.isArray);
    return lists.flat().filter((entry): entry is string => typeof entry === 'string' && REMOTE.test(entry));
  });
}
