import { INNER_YAML, editField, editProperty, readProperty } from '@fleetmend/manifest';
import type { FileEdit } from '@fleetmend/model';
import { resolvePath } from '@fleetmend/render';
import { type Candidate, fileEdit, inFile } from './candidate.ts';
import type { Wanted } from './field.ts';
import { asFields, listOf, textsOf, type Layer } from './layers.ts';

/** Where the generators of a ConfigMap say one of its keys: among their literals, in a file of its own, or in a file of lines. */
export async function generatorEntries(wanted: Wanted): Promise<readonly Candidate[]> {
  const [data, key, ...rest] = wanted.path;
  if (data !== 'data' || key === undefined || !wanted.from || !('generator' in wanted.from)) return [];
  const found: Candidate[] = [];
  for (const layer of inForce(wanted)) {
    for (const [index, entry] of listOf(layer.value['configMapGenerator']).entries()) {
      const { name, literals, files, envs, env } = asFields(entry);
      if (typeof name !== 'string' || !wanted.object.metadata.name.includes(name)) continue;
      const one = { wanted, layer, key, rest };
      found.push(...literalsOf(one, { list: ['configMapGenerator', String(index), 'literals'], literals: textsOf(literals) }));
      for (const file of textsOf(files)) found.push(...(await wholeFile(one, file)));
      for (const file of [...textsOf(envs), ...(typeof env === 'string' ? [env] : [])]) found.push(...(await linesFile(one, file)));
    }
  }
  // Nobody says the key: then it is added where others of its kind are said, the last of which is the nearest layer.
  return found.length > 0 ? found : newEntries(wanted, { key, rest });
}

/** The layers down to the one whose generator replaces what those below it made. */
function inForce({ build, object }: Wanted): readonly Layer[] {
  const replaces = ({ value }: Layer) => listOf(value['configMapGenerator']).some((entry) => {
    const { name, behavior } = asFields(entry);
    return behavior === 'replace' && typeof name === 'string' && object.metadata.name.includes(name);
  });
  const last = build.layers.findIndex(replaces);
  return last < 0 ? build.layers : build.layers.slice(0, last + 1);
}

/** One more entry for a key that no generator says: the file that holds the value already, under that key, or else one more literal. */
async function newEntries(wanted: Wanted, { key, rest }: Pick<Sought, 'key' | 'rest'>): Promise<readonly Candidate[]> {
  const { value, object, build, tree } = wanted;
  if (typeof value !== 'string' || rest.length > 0) return [];
  const found: Candidate[] = [];
  for (const { file, folder, text, value: kustomization } of build.layers) {
    for (const [index, entry] of listOf(kustomization['configMapGenerator']).entries()) {
      const { name, literals, files, envs, env } = asFields(entry);
      if (typeof name !== 'string' || !object.metadata.name.includes(name)) continue;
      for (const path of [...textsOf(envs), ...(typeof env === 'string' ? [env] : [])]) found.push(...(await lineThatWas(wanted, { folder, path, key })));
      const add = (list: string, item: string): Candidate => inFile(`${list} in ${file}`, { file, text, document: 0, path: ['configMapGenerator', String(index), list, '-'], value: item });
      for (const named of textsOf(files)) {
        const path = named.slice(named.indexOf('=') + 1);
        const at = resolvePath(folder, path);
        if (at !== undefined && (await tree.read(at)) === value) found.push(add('files', !named.includes('=') && path.split('/').at(-1) === key ? path : `${key}=${path}`));
      }
      if (literals !== undefined && !/[\r\n]/.test(value)) found.push(add('literals', `${key}=${value}`));
    }
  }
  return found;
}

/** A line for the file of lines that held that key earlier. */
async function lineThatWas({ tree, earlier, value }: Wanted, { folder, path, key }: { readonly folder: string; readonly path: string; readonly key: string }): Promise<readonly Candidate[]> {
  const file = resolvePath(folder, path);
  const text = file === undefined ? undefined : await tree.read(file);
  if (file === undefined || text === undefined || typeof value !== 'string') return [];
  for (const before of (await earlier?.()) ?? []) {
    const was = await before.read(file);
    if (was === undefined || readProperty({ file, text: was, key, format: 'Env' }) === undefined) continue;
    return [{ what: file, make: () => fileEdit(file, text, editProperty({ file, text, key, format: 'Env', value })) }];
  }
  return [];
}

interface Sought {
  readonly wanted: Wanted;
  readonly layer: Layer;
  readonly key: string;
  /** What follows the key: nothing, or the way on inside a text that holds YAML. */
  readonly rest: readonly string[];
}

/** `KEY=VALUE`, of which kustomize takes quotes around the whole value away. */
function literalsOf({ wanted: { value }, layer, key, rest }: Sought, { list, literals }: { readonly list: readonly string[]; readonly literals: readonly string[] }): readonly Candidate[] {
  const index = literals.findLastIndex((literal) => literal.startsWith(`${key}=`));
  if (index < 0 || rest.length > 0 || !(typeof value === 'string' || value === undefined)) return [];
  const quote = /^(['"]).*\1$/s.exec(literals[index]?.slice(key.length + 1) ?? '')?.[1] ?? '';
  const literal = value === undefined ? undefined : `${key}=${quote}${value}${quote}`;
  return [{ what: `literals in ${layer.file}`, make: () => fileEdit(layer.file, layer.text, editField({ file: layer.file, text: layer.text, document: 0, path: [...list, String(index)], value: literal })) }];
}

async function wholeFile({ wanted, layer, key, rest }: Sought, entry: string): Promise<readonly Candidate[]> {
  const [named, path] = entry.includes('=') ? [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] : [entry.split('/').at(-1), entry];
  const file = resolvePath(layer.folder, path);
  const text = file === undefined ? undefined : await wanted.tree.read(file);
  if (named !== key || file === undefined || text === undefined) return [];
  const { value } = wanted;
  const make = (): readonly FileEdit[] => {
    if (rest[0] === INNER_YAML) return fileEdit(file, text, editField({ file, text, document: 0, path: rest.slice(1), value }));
    return typeof value === 'string' && rest.length === 0 ? fileEdit(file, text, value) : [];
  };
  return [{ what: file, make }];
}

async function linesFile({ wanted: { tree, value }, layer, key, rest }: Sought, path: string): Promise<readonly Candidate[]> {
  const file = resolvePath(layer.folder, path);
  const text = file === undefined ? undefined : await tree.read(file);
  if (file === undefined || text === undefined || rest.length > 0 || !(typeof value === 'string' || value === undefined)) return [];
  // kustomize reads every such file by the rules of .env files, whatever its name.
  const lines = { file, text, key, format: 'Env' } as const;
  return readProperty(lines) === undefined ? [] : [{ what: file, make: () => fileEdit(file, text, editProperty({ ...lines, value })) }];
}
