import { deriveFrom, type Derived, type Tree } from '@fleetmend/ports';

const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

/** The kustomization file of a folder, by the names that kustomize knows. */
export function kustomizationOf(files: ReadonlySet<string>, folder: string): string | undefined {
  return KUSTOMIZATION_NAMES.map((name) => (folder === '' ? name : `${folder}/${name}`)).find((file) => files.has(file));
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** All paths of a tree. Made once for a list that a tree answers again and again: hundreds of roots are looked up in it. */
export async function pathsOf(tree: Tree): Promise<ReadonlySet<string>> {
  const paths = await tree.list('');
  const known = sets.get(paths) ?? new Set(paths);
  sets.set(paths, known);
  return known;
}

/**
 * What a build of `path` can read: its kustomization, and, over and over, whatever file or folder a word in one of the files names.
 * Rather too much than too little: a word counts whatever field it stands in, so a new field of kustomize needs no change here.
 */
export async function reachableFrom(tree: Tree, path: string): Promise<ReadonlyMap<string, string>> {
  const all = await pathsOf(tree);
  const texts = new Map<string, string>();
  const folders = new Set<string>();
  const queue: string[] = [];
  const visitFolder = (folder: string): void => {
    if (folders.has(folder)) return;
    folders.add(folder);
    const kustomization = kustomizationOf(all, folder);
    const prefix = folder === '' ? '' : `${folder}/`;
    queue.push(...(kustomization === undefined ? [...all].filter((file) => file.startsWith(prefix)) : [kustomization]));
  };
  visitFolder(path);
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (texts.has(file)) continue;
    const text = await tree.read(file);
    if (text === undefined) continue;
    texts.set(file, text);
    for (const word of (await deriveFrom(tree, file, WORDS)) ?? []) {
      const named = resolvePath(file.slice(0, Math.max(0, file.lastIndexOf('/'))), word);
      if (named === undefined) continue;
      if (all.has(named)) queue.push(named);
      else if (kustomizationOf(all, named) !== undefined) visitFolder(named);
    }
  }
  return texts;
}

const WORDS: Derived<ReadonlySet<string>> = { what: 'the words', make: wordsOf };

/** Everything that may be a path: single words, whole values with blanks in them, and what stands in quotes. */
function wordsOf(text: string): ReadonlySet<string> {
  const words = new Set(text.split(/[\s"'`,=[\]{}]+/));
  for (const line of text.split('\n')) {
    const value = /^[\s-]*(?:[\w.-]+:\s+)?["']?(.*?)["']?\s*$/.exec(line)?.[1];
    if (value?.includes(' ')) words.add(value);
  }
  for (const [, quoted = ''] of text.matchAll(/["']([^"'\n]+)["']/g)) words.add(quoted);
  words.delete('');
  return words;
}

/** `undefined` where it leads out of the tree. */
export function resolvePath(folder: string, relative: string): string | undefined {
  if (relative.startsWith('/')) return undefined;
  const parts: string[] = folder === '' ? [] : folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
