import { deriveFrom, type Repository, type Tree } from './repository.ts';
import { askTree, type TreeQuestion } from './traced-tree.ts';

/** Another repository at one state: an Application may take its chart from one and its values from the other. */
export interface OtherSource {
  /** As the Application spells it. */
  readonly url: string;
  /** Branch or commit. */
  readonly revision: string;
}

const ROOT = '.fleetmend/elsewhere';

/** The path names a file of another repository: it can be read, and never edited. */
export function isElsewhere(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`);
}

/** A path for people: that of another repository begins with the repository's name and commit. */
export function renderPlace(path: string): string {
  return isElsewhere(path) ? path.slice(ROOT.length + 1).replace(/@([0-9a-f]{8})[0-9a-f]+/, '@$1') : path;
}

/**
 * Where a tree shows the files of a source: '' for its own repository, else a folder that no repository has.
 * Undefined: another repository, and it cannot be read here.
 */
export async function folderOfSource(tree: Tree, { url, revision }: OtherSource): Promise<string | undefined> {
  const question: TreeQuestion<string | null> = {
    key: `elsewhere ${JSON.stringify([url, revision])}`,
    looksElsewhere: true,
    // A tree that knows one repository only takes every source for its own.
    answer: async (asked) => (asked.elsewhere ? ((await asked.elsewhere({ url, revision })) ?? null) : ''),
  };
  return (await askTree(tree, question)) ?? undefined;
}

/** What another source turned out to be. */
export type Opened = 'Own' | { readonly name: string; readonly tree: Tree } | undefined;

/** The same repository, whose trees also show what other repositories hold. */
export function withElsewhere(repository: Repository, open: (source: OtherSource) => Promise<Opened>): Repository {
  const shown = new Map<string, Tree>();
  const asked = new Map<string, Promise<string | undefined>>();
  const find = async (source: OtherSource): Promise<string | undefined> => {
    const opened = await open(source);
    if (opened === undefined || opened === 'Own') return opened && '';
    const folder = `${ROOT}/${opened.name}@${opened.tree.revision}`;
    shown.set(folder, opened.tree);
    return folder;
  };
  const elsewhere = (source: OtherSource): Promise<string | undefined> => {
    const key = JSON.stringify([source.url, source.revision]);
    const answer = asked.get(key) ?? find(source);
    asked.set(key, answer);
    return answer;
  };
  return { ...repository, tree: async (revision) => treeWith(await repository.tree(revision), { shown, elsewhere }) };
}

interface Others {
  /** By the folder in which they are shown. */
  readonly shown: ReadonlyMap<string, Tree>;
  readonly elsewhere: NonNullable<Tree['elsewhere']>;
}

function treeWith(own: Tree, { shown, elsewhere }: Others): Tree {
  /** The tree that holds the path, by its own name for it. */
  const placeOf = (path: string): { readonly tree: Tree; readonly path: string; readonly folder: string } => {
    if (isElsewhere(path)) {
      for (const [folder, tree] of shown) {
        if (path === folder) return { tree, path: '', folder: `${folder}/` };
        if (path.startsWith(`${folder}/`)) return { tree, path: path.slice(folder.length + 1), folder: `${folder}/` };
      }
    }
    return { tree: own, path, folder: '' };
  };
  const tree: Tree = {
    revision: own.revision,
    alone: own,
    elsewhere,
    async read(path) {
      const place = placeOf(path);
      return place.tree.read(place.path);
    },
    async list(prefix) {
      const place = placeOf(prefix);
      if (place.folder === '') return own.list(prefix);
      return (await place.tree.list(place.path)).map((path) => `${place.folder}${path}`);
    },
    derive(path, derived) {
      const place = placeOf(path);
      return deriveFrom(place.tree, place.path, derived);
    },
    ask: (question) => (question.looksElsewhere ? question.answer(tree) : askTree(own, question)),
  };
  const { digest } = own;
  if (digest === undefined) return tree;
  return {
    ...tree,
    digest(path) {
      const place = placeOf(path);
      return place.folder === '' ? digest(path) : place.tree.digest?.(place.path);
    },
  };
}
