import { digestOf, sha256 } from '@fleetmend/kernel';
import { deriveFrom, type Tree } from './repository.ts';

/**
 * A question about a whole tree whose answer takes many files to find, such as which document holds an object. A trace keeps the question
 * and its answer instead of all those files, so asking again has to be cheap where little has changed.
 */
export interface TreeQuestion<T> {
  /** Equal keys ask the same. */
  readonly key: string;
  /** Other repositories are part of the answer. */
  readonly looksElsewhere?: boolean;
  /** Told apart by its JSON. */
  answer(tree: Tree): Promise<T>;
}

/** What was looked at in a tree, and what was seen there. */
export interface Trace {
  /** Digest per file; undefined: there was none. */
  readonly files: ReadonlyMap<string, string | undefined>;
  /** Digest of the paths below each folder that was listed. */
  readonly lists: ReadonlyMap<string, string>;
  readonly questions: ReadonlyMap<string, { readonly question: TreeQuestion<unknown>; readonly seen: string }>;
}

/** Asks a tree, by the way that it keeps for that. */
export async function askTree<T>(tree: Tree, question: TreeQuestion<T>): Promise<T> {
  return tree.ask ? tree.ask(question) : question.answer(tree);
}

/** The same tree, noting what is looked at. The trace is whole once whoever looks has come to an end. */
export function traced(tree: Tree, state: TreeState = treeState(tree)): { readonly tree: Tree; trace(): Promise<Trace> } {
  const files = new Set<string>();
  const lists = new Set<string>();
  const questions = new Map<string, TreeQuestion<unknown>>();
  return {
    tree: {
      revision: tree.revision,
      read(path) {
        files.add(path);
        return tree.read(path);
      },
      list(prefix) {
        lists.add(prefix);
        return tree.list(prefix);
      },
      derive(path, derived) {
        files.add(path);
        return deriveFrom(tree, path, derived);
      },
      ask(question) {
        questions.set(question.key, question);
        return askTree(tree, question);
      },
    },
    async trace() {
      const seen = async <V, T>(keys: Iterable<V>, look: (key: V) => T | Promise<T>) => Promise.all([...keys].map(async (key) => [key, await look(key)] as const));
      return {
        files: new Map(await seen(files, state.file)),
        lists: new Map(await seen(lists, state.list)),
        questions: new Map((await seen(questions.values(), state.answer)).map(([question, answer]) => [question.key, { question, seen: answer }])),
      };
    },
  };
}

/** A state of a repository by digests, each found once. */
export interface TreeState {
  /** At once, where the tree knows digests: there are many files. */
  file(path: string): string | undefined | Promise<string | undefined>;
  list(prefix: string): Promise<string>;
  answer(question: TreeQuestion<unknown>): Promise<string>;
}

export function treeState(tree: Tree): TreeState {
  const lists = new Map<string, Promise<string>>();
  const answers = new Map<string, Promise<string>>();
  return {
    file: (path) => (tree.digest ? tree.digest(path) : digestOfFile(tree, path)),
    list: (prefix) => once(lists, prefix, async () => digestOf(await tree.list(prefix))),
    answer: (question) => once(answers, question.key, async () => digestOf(await askTree(tree, question))),
  };
}

/**
 * Whoever saw this in another tree would see the same here: what was made of the one by reading it is right for the other, as long as it
 * was made of nothing else.
 */
export async function holds({ files, lists, questions }: Trace, state: TreeState): Promise<boolean> {
  for (const [path, seen] of files) {
    const here = state.file(path);
    if ((here instanceof Promise ? await here : here) !== seen) return false;
  }
  for (const [prefix, seen] of lists) if ((await state.list(prefix)) !== seen) return false;
  for (const { question, seen } of questions.values()) if ((await state.answer(question)) !== seen) return false;
  return true;
}

/** How much a trace holds on to, in entries. */
export function weightOf({ files, lists, questions }: Trace): number {
  return files.size + lists.size + questions.size;
}

async function digestOfFile(tree: Tree, path: string): Promise<string | undefined> {
  const text = await tree.read(path);
  return text === undefined ? undefined : sha256(text);
}

function once<T>(known: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
}
