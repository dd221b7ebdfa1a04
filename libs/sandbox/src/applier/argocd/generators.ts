import { isPermanent, messageOf, PermanentError } from '@fleetmend/kernel';
import picomatch from 'picomatch';
import { parse as parseYaml } from 'yaml';
import type { ApplierContext } from '../context.ts';
import { isRecord } from '../manifests.ts';
import type { ApplicationSet, Generator, GitGenerator, Params } from './applicationset-shapes.ts';

type Dialect = Pick<ApplicationSet['spec'], 'goTemplate'>;

/**
 * What a generator hands to the template: one set of parameters per Application.
 * Source: argo-cd 3.1, applicationset/generators (list.go, git.go, matrix.go).
 *
 * @throws PermanentError `GeneratorFailed`
 */
export async function generate(context: ApplierContext, generator: Generator, dialect: Dialect): Promise<readonly Params[]> {
  const { list, git, matrix } = generator;
  if (list) {
    const more: unknown = list.elementsYaml === undefined ? [] : parseYaml(list.elementsYaml);
    return [...(list.elements ?? []), ...(Array.isArray(more) ? more.filter(isRecord) : [])].map((element) => listed(element, dialect));
  }
  if (git) return fromGit(context, git, dialect);
  if (matrix) {
    const [first, second] = await Promise.all(matrix.generators.map((one) => generate(context, one, dialect)));
    return (first ?? []).flatMap((a) => (second ?? []).map((b) => ({ ...a, ...b })));
  }
  const kind = Object.keys(generator).find((key) => key !== 'selector' && key !== 'template') ?? 'none';
  throw new PermanentError('GeneratorFailed', `the sandbox follows no ${kind} generator: use list, git or matrix`);
}

/** Classic templates see texts; `values` are seen as `values.<key>`. */
function listed(element: Params, { goTemplate = false }: Dialect): Params {
  if (goTemplate) return element;
  return Object.fromEntries(Object.entries(element).flatMap(([key, value]) => (key === 'values' && isRecord(value) ? Object.entries(value).map(([name, inner]) => [`values.${name}`, String(inner)]) : [[key, String(value)]])));
}

async function fromGit({ repositories }: ApplierContext, git: GitGenerator, dialect: Dialect): Promise<readonly Params[]> {
  const repository = repositories(git.repoURL);
  if (!repository) throw new PermanentError('GeneratorFailed', 'error generating params from git: error getting directories from repo: error retrieving Git Directories: rpc error: code = Internal desc = unable to checkout git repo: repository not found');
  const wanted = git.revision === undefined || git.revision === '' || git.revision === 'HEAD' ? 'main' : git.revision;
  const revision = /^[0-9a-f]{40}$/.test(wanted) ? wanted : await headOf(() => repository.head(wanted), wanted);
  const files = await repository.files(revision, '');
  if (git.directories) {
    const folders = [...new Set([...files.keys()].flatMap(foldersOf))].sort();
    return chosen(folders, git.directories).map((path) => withPath(git, dialect, {}, { path }));
  }
  const params = chosen([...files.keys()].sort(), git.files ?? []).flatMap((file) => {
    let value: unknown;
    try {
      value = parseYaml(files.get(file) ?? '');
    } catch (error) {
      throw new PermanentError('GeneratorFailed', `error generating params from git: unable to process file '${file}': unable to parse file: ${messageOf(error)}`);
    }
    const found = Array.isArray(value) ? value.filter(isRecord) : isRecord(value) ? [value] : [{}];
    return found.map((one) => withPath(git, dialect, one, { path: file.split('/').slice(0, -1).join('/') || '.', file: file.split('/').at(-1) ?? '' }));
  });
  return params;
}

async function headOf(head: () => Promise<string>, wanted: string): Promise<string> {
  try {
    return await head();
  } catch (error) {
    if (!isPermanent(error)) throw error;
    throw new PermanentError('GeneratorFailed', `error generating params from git: unable to resolve '${wanted}' to a commit SHA`);
  }
}

/** Every folder above a file; those that begin with a dot are left out. */
function foldersOf(file: string): readonly string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.some((part) => part.startsWith('.')) ? [] : parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function chosen(paths: readonly string[], patterns: readonly { readonly path: string; readonly exclude?: boolean }[]): readonly string[] {
  const matches = (exclude: boolean) => patterns.filter((one) => (one.exclude ?? false) === exclude).map(({ path }) => picomatch(path, { dot: true }));
  const [wanted, unwanted] = [matches(false), matches(true)];
  return paths.filter((path) => wanted.some((is) => is(path)) && !unwanted.some((is) => is(path)));
}

function withPath({ values = {}, pathParamPrefix }: GitGenerator, { goTemplate = false }: Dialect, own: Params, { path, file }: { readonly path: string; readonly file?: string }): Params {
  const base = path.split('/').at(-1) ?? '';
  const segments = path.split('/');
  if (goTemplate) {
    const shown = { path, basename: base, basenameNormalized: sanitise(base), segments, ...(file === undefined ? {} : { filename: file, filenameNormalized: sanitise(file) }) };
    return { ...own, ...(pathParamPrefix ? { [pathParamPrefix]: { path: shown } } : { path: shown }), ...(Object.keys(values).length > 0 ? { values } : {}) };
  }
  const name = pathParamPrefix ? `${pathParamPrefix}.path` : 'path';
  const params: Record<string, string> = { ...flatten(own), [name]: path, [`${name}.basename`]: base, [`${name}.basenameNormalized`]: sanitise(base) };
  if (file !== undefined) Object.assign(params, { [`${name}.filename`]: file, [`${name}.filenameNormalized`]: sanitise(file) });
  for (const [index, segment] of segments.entries()) params[`${name}[${index}]`] = segment;
  for (const [key, value] of Object.entries(values)) params[`values.${key}`] = fillClassic(value, params);
  return params;
}

function flatten(value: unknown, prefix = ''): Readonly<Record<string, string>> {
  if (Array.isArray(value)) return Object.assign({}, ...value.map((item, index) => flatten(item, prefix === '' ? String(index) : `${prefix}.${index}`))) as Record<string, string>;
  if (isRecord(value)) return Object.assign({}, ...Object.entries(value).map(([key, item]) => flatten(item, prefix === '' ? key : `${prefix}.${key}`))) as Record<string, string>;
  return { [prefix]: String(value) };
}

/** A name that a label of DNS can be. Source: argo-cd 3.1, applicationset/utils/utils.go (SanitizeName). */
function sanitise(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9-.]/g, '-').slice(0, 253).replace(/^[-.]+|[-.]+$/g, '');
}

/** `{{ name }}`; what has no such parameter stays as it is. */
export function fillClassic(text: string, params: Params): string {
  return text.replaceAll(/\{\{\s*([^{}]+?)\s*\}\}/g, (whole, name: string) => (params[name] === undefined ? whole : String(params[name])));
}
