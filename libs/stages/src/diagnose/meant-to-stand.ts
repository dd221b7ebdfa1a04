import { canonicalJson } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { isFieldAction, objectOf, podSpecPathOf, refOf, type Action, type ObjectRef } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';

/** The commit took something back itself: that was tried, and somebody wanted it gone. An amount is no behaviour: how much is needed, the failure says. */
const TAKEN_BACK = /^(?:[\w./-]+(?:\([^)]*\))?!?: *)?(?:revert(?:s|ed|ing)?|roll(?:ed|ing|s)?[ -]?back|back(?:ed|ing|s)? out|undo(?:es|ing)?|undid)\b/i;
/** What was before is not safe to go back to: others know it, somebody broke into it, or it is spoilt. */
const UNSAFE = /\bCVE-\d{4}-\d{4,}\b|\b(?:leaked|compromised|stolen|revok(?:e|ed|ing)|vulnerab\w+|exploit\w*|corrupt\w*)\b/i;
/** Whoever wrote it asks everybody to leave it alone. */
const HANDS_OFF = /\b(?:do not|don['’]t|never|must not)\b[^.;\n]{0,24}\b(?:raise|increase|lower|reduce|revert|undo|roll ?back|go back|change|touch|restore|re-?enable)\b/i;

/** The same in what stands below the first line, where people also tell how things are: only what they ask for. */
const ASKED = /\b(?:do not|don['’]t|must not)\b[^.;\n]{0,24}\b(?:raise|increase|lower|reduce|revert|undo|roll ?back|go back|restore|re-?enable)\b/i;

type Known = Pick<Case, 'target' | 'changes' | 'versions'>;

/** A place that an action writes to, and what it puts there; undefined: whatever stood there at its commit. */
interface Write {
  readonly path: readonly string[];
  readonly value?: unknown;
}

/**
 * The change that an action would undo although its own commit says why it has to stand: it took something back, it left something unsafe
 * behind, or it asks not to be touched. What people mean is not undone by a machine, however well the program of before would run.
 */
export function meantToStand(kase: Known, action: Action): GitChange | undefined {
  const object = objectOf(action) ?? refOf(kase.target);
  const writes = writesOf(kase, action);
  return kase.changes.find((change) => {
    if (!isSame(change.object, object) || change.path.length === 0) return false;
    const here = writes.filter(({ path }) => isWithin(path, change.path) || isWithin(change.path, path));
    if (here.length === 0 || (action.action === 'restoreField' && isBefore(kase, change, action.commit))) return false;
    if (HANDS_OFF.test(change.message) || ASKED.test(kase.versions.find(({ commit }) => commit === change.commit)?.body ?? '')) return true;
    return ((TAKEN_BACK.test(change.message) && !change.path.includes('resources')) || UNSAFE.test(change.message)) && (action.action === 'restoreField' || here.some((write) => goesBack(write, change)));
  });
}

function writesOf(kase: Known, action: Action): readonly Write[] {
  if (isFieldAction(action)) return action.fields.map(({ path, value }) => ({ path, value: value ?? undefined }));
  const inContainer = (name: string, rest: readonly string[], value: unknown) => ['containers', 'initContainers'].map((list): Write => ({ path: [...podSpecPathOf(kase.target.kind), list, `[name=${name}]`, ...rest], value }));
  switch (action.action) {
    case 'restoreField':
      return action.source === undefined ? [{ path: action.path }] : [];
    case 'setHost':
      return [{ path: action.path }];
    case 'setReplicas':
      return [{ path: ['spec', 'replicas'], value: action.replicas }];
    case 'setImage':
      return inContainer(action.container, ['image'], action.image);
    case 'setResources':
      return (['requests', 'limits'] as const).flatMap((list) => Object.entries(action[list] ?? {}).flatMap(([resource, amount]) => inContainer(action.container, ['resources', list, resource], amount)));
    default:
      return [];
  }
}

/** The change came before the commit that the place goes back to: it stands there, too. */
function isBefore({ versions }: Known, change: GitChange, commit: string): boolean {
  const order = (sha: string) => versions.findIndex((version) => version.commit === sha);
  return order(commit) >= 0 && order(change.commit) >= order(commit);
}

/** What is put there is what stood there before the change. */
function goesBack({ path, value }: Write, { path: place, before }: GitChange): boolean {
  const was = isWithin(path, place) ? valueAt(before, path.slice(place.length)) : before;
  return canonicalJson(was ?? null) === canonicalJson(value ?? null);
}

function isWithin(path: readonly string[], place: readonly string[]): boolean {
  return place.length <= path.length && place.every((segment, index) => segment === path[index]);
}

/** A manifest may leave its namespace to whoever applies it. */
function isSame(one: ObjectRef, other: ObjectRef): boolean {
  return one.kind === other.kind && one.name === other.name && (one.namespace === undefined || other.namespace === undefined || one.namespace === other.namespace);
}
