import { editDistance } from '@fleetmend/kernel';
import { readValues } from '@fleetmend/manifest';
import type { Tree } from '@fleetmend/ports';
import { editableBy, type Binding } from '../propose/source.ts';
import type { Place } from './restored.ts';

interface Asked {
  readonly binding: Binding;
  readonly good: Tree;
  readonly head: Tree;
  /** How many objects differ from the last good state with the place put back. */
  readonly changes: number;
}

/** Groups whose objects say what is applied, and where from. */
const ENGINES = /^(argoproj\.io|([a-z]+\.)?toolkit\.fluxcd\.io)\//;
/** What of such an object are values, which are like any others. */
const VALUES = /^spec\/(values|(source|sources\/\d+|sourceHydrator\/drySource)\/helm\/(values|valuesObject|parameters))(\/|$)/;
/** What of it says where values and the chart come from. */
const RENDERED_WITH = /^spec\/(valuesFrom|postRenderers|chart\/spec\/(chart|valuesFiles)|(source|sources\/\d+|sourceHydrator\/drySource)\/(helm|kustomize))(\/|$)/;

/** Why no machine puts the place back, though that would mend the build. Undefined: nothing speaks against it. */
export async function closedFor(place: Place, { binding, good, head, changes }: Asked): Promise<string | undefined> {
  const { file, path, document } = place;
  if (!editableBy(binding)(file)) return `the RepoBinding does not allow ${file}`;
  const kind = await engineKind(head, place);
  const where = document === undefined ? '' : path.join('/');
  if (kind !== undefined && !VALUES.test(where)) {
    if (!RENDERED_WITH.test(where)) return `a machine changes no more of a ${kind} than what it is rendered with`;
    if (changes > 0) return `other changes would come along, and where a ${kind} takes things from goes back only if nothing else moves`;
  }
  const meant = await meantFile(place, good, head);
  return meant === undefined ? undefined : `${meant} came since, and is nearly what it names now: that is what was meant`;
}

async function engineKind(head: Tree, { file, document }: Place): Promise<string | undefined> {
  const values = readValues((await head.read(file)) ?? '') ?? [];
  const { apiVersion, kind } = (values[document ?? 0] ?? {}) as { readonly apiVersion?: unknown; readonly kind?: unknown };
  return typeof apiVersion === 'string' && ENGINES.test(apiVersion) ? String(kind) : undefined;
}

/** As many characters a slip of the hand adds, forgets or swaps. */
const SLIP = 2;

/** A file that was added after the last good state and whose path the new value misses by a slip: to go back would undo what its author wanted. */
async function meantFile({ file, after }: Place, good: Tree, head: Tree): Promise<string | undefined> {
  if (typeof after !== 'string' || after.includes('\n')) return undefined;
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const [was, is] = [new Set(await good.list(folder.slice(0, -1))), await head.list(folder.slice(0, -1))];
  const named = after.slice(after.indexOf('=') + 1).replace(/^(\.\/)+/, '');
  return is.find((path) => !was.has(path) && editDistance(path.slice(folder.length), named) <= SLIP);
}
