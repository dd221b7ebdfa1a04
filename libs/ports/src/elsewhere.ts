import { isPermanent } from '@fleetmend/kernel';
import type { ChartReference, Charts } from './rendering.ts';
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

/** A chart of a chart repository, where a tree shows it, or why it shows none. */
export type ShownChart = { readonly folder: string; readonly digest: string } | { readonly cause: string };

/** Where a tree would show a chart, whichever archive it is. */
export function placeOfChart({ repository, name, version }: Pick<ChartReference, 'repository' | 'name'> & { readonly version?: string | undefined }): string {
  const place = repository.replace(/^[a-z]+:\/\//i, '').replace(/[^a-zA-Z0-9._/-]/g, '_').replace(/(^|\/)\.+(?=\/|$)/g, '$1_');
  return `${ROOT}/${place}/${name}${version === undefined ? '' : `-${version}`}`;
}

/** Where a tree shows a chart of a chart repository: below the folder for what no repository of ours holds. */
export async function folderOfChart(tree: Tree, reference: ChartReference): Promise<ShownChart> {
  return askTree(tree, {
    key: `chart ${JSON.stringify([reference.repository, reference.name, reference.version, reference.digest])}`,
    looksElsewhere: true,
    answer: async (asked): Promise<ShownChart> => (asked.chart ? asked.chart(reference) : { cause: 'nobody here fetches charts' }),
  });
}

/** What another source turned out to be. */
export type Opened = 'Own' | { readonly name: string; readonly tree: Tree } | undefined;

/** Who opens what an Application names beside the repository. */
export interface Elsewhere {
  readonly open: (source: OtherSource) => Promise<Opened>;
  /** Absent: charts of chart repositories are not fetched. */
  readonly charts?: Charts | undefined;
}

/** The same repository, whose trees also show what other repositories hold, and charts. */
export function withElsewhere(repository: Repository, { open, charts }: Elsewhere): Repository {
  const shown = new Map<string, Tree>();
  const find = async (source: OtherSource): Promise<string | undefined> => {
    const opened = await open(source);
    if (opened === undefined || opened === 'Own') return opened && '';
    const folder = `${ROOT}/${opened.name}@${opened.tree.revision}`;
    shown.set(folder, opened.tree);
    return folder;
  };
  const findChart = async (reference: ChartReference): Promise<ShownChart> => {
    if (!charts) return { cause: 'nobody here fetches charts' };
    try {
      const { digest, tree } = await charts.fetch(reference);
      const folder = `${placeOfChart(reference)}@${digest.replace(/^sha256:/, '')}`;
      shown.set(folder, tree);
      return { folder, digest };
    } catch (error) {
      if (!isPermanent(error)) throw error;
      return { cause: error.message };
    }
  };
  const elsewhere = remembered(({ url, revision }: OtherSource) => JSON.stringify([url, revision]), find);
  const chart = remembered((reference: ChartReference) => JSON.stringify(reference), findChart);
  return { ...repository, tree: async (revision) => treeWith(await repository.tree(revision), { shown, elsewhere, chart }) };
}

/** Each asked once; what failed is asked again. */
function remembered<Q, A>(keyOf: (question: Q) => string, find: (question: Q) => Promise<A>): (question: Q) => Promise<A> {
  const asked = new Map<string, Promise<A>>();
  return async (question) => {
    const key = keyOf(question);
    const answer = asked.get(key) ?? find(question);
    asked.set(key, answer);
    try {
      return await answer;
    } catch (error) {
      asked.delete(key);
      throw error;
    }
  };
}

interface Others {
  /** By the folder in which they are shown. */
  readonly shown: ReadonlyMap<string, Tree>;
  readonly elsewhere: NonNullable<Tree['elsewhere']>;
  readonly chart: NonNullable<Tree['chart']>;
}

function treeWith(own: Tree, { shown, elsewhere, chart }: Others): Tree {
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
    chart,
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
