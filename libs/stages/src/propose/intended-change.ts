import { PermanentError } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { isFieldAction, isGuardPath, podSpecPathOf, refOf, renderRef, type Action, type FieldChange, type IntendedChange, type JsonValue, type KubeObject } from '@fleetmend/model';

const WORKLOADS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod'];

/** The path of a workload's pod spec. Throws PermanentError `UnsupportedKind`. */
export function podSpecPath(kind: string): readonly string[] {
  if (!WORKLOADS.includes(kind)) throw new PermanentError('UnsupportedKind', `we do not know where ${kind} keeps its pod template: a human has to make this change`);
  return podSpecPathOf(kind);
}

/** A container of the target by name, among the plain and the init containers. */
export function containerPath(target: KubeObject, container: string): readonly string[] {
  const pod = podSpecPath(target.kind);
  const spec = valueAt(target, [...pod]) as { containers?: unknown; initContainers?: unknown } | undefined;
  const named = (list: unknown) => Array.isArray(list) && list.some((item) => (item as { name?: string }).name === container);
  for (const list of ['containers', 'initContainers'] as const) if (named(spec?.[list])) return [...pod, list, `[name=${container}]`];
  throw new PermanentError('NoSuchContainer', `${renderRef(refOf(target))} has no container ${container}`);
}

/** What Git knows of the object that is to be changed. */
export interface InGit {
  /** The value that a field had in an earlier commit; undefined: the object was there, and the field was not. */
  readonly earlier: (path: readonly string[], commit: string) => Promise<unknown>;
  /** The object as the base renders it: nothing in it was redacted. */
  readonly rendered: () => Promise<KubeObject | undefined>;
}

/** What an action means for its object, field by field, and nothing beyond it. */
export async function intendedChange(action: Action, object: KubeObject, git: InGit): Promise<IntendedChange> {
  return { object: refOf(object), fields: await fieldsOf(action, object, git) };
}

async function fieldsOf(action: Action, object: KubeObject, git: InGit): Promise<readonly FieldChange[]> {
  if (isFieldAction(action)) return action.fields.map(({ path, value }) => ({ path, value: value ?? undefined }));
  switch (action.action) {
    case 'setResources': {
      const base = [...containerPath(object, action.container), 'resources'];
      return (['requests', 'limits'] as const).flatMap((list) =>
        Object.entries(action[list] ?? {}).map(([resource, amount]) => ({ path: [...base, list, resource], value: amount })),
      );
    }
    case 'setImage':
      return [{ path: [...containerPath(object, action.container), 'image'], value: action.image }];
    case 'setReplicas':
      return [{ path: ['spec', 'replicas'], value: action.replicas }];
    case 'setHost':
      return [{ path: action.path, value: await replaced(action, git) }];
    case 'restoreField': {
      const value = (await git.earlier(action.path, action.commit)) as JsonValue | undefined;
      if (value === undefined && isGuardPath(action.path)) throw new PermanentError('GuardWouldGo', `${action.path.join('/')} was not there in ${action.commit.slice(0, 8)}: putting that back would take a guard out`);
      return [{ path: action.path, value }];
    }
    case 'abstain':
      return [];
  }
}

/** The text with `to` in the one place where `from` stands as a whole host or port. */
async function replaced({ path, from, to }: Extract<Action, { readonly action: 'setHost' }>, git: InGit): Promise<string> {
  const text = valueAt(await git.rendered(), path);
  const parts = typeof text === 'string' ? text.split(new RegExp(`(?<![-A-Za-z0-9.])${from.replaceAll('.', '\\.')}(?![-A-Za-z0-9]|\\.[A-Za-z0-9])`)) : [];
  if (parts.length !== 2) throw new PermanentError('NotEditable', `${path.join('/')} does not hold ${from} exactly once in Git`);
  return parts.join(to);
}
