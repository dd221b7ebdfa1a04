import { PermanentError } from '@fleetmend/kernel';
import { refOf, renderRef, type Action, type FieldChange, type IntendedChange, type KubeObject } from '@fleetmend/model';

/** Where the pod template of each workload kind stands. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  Pod: ['spec'],
};

/** The path of a workload's pod spec. Throws PermanentError `UnsupportedKind`. */
export function podSpecPath(kind: string): readonly string[] {
  const path = TEMPLATES[kind];
  if (path === undefined) throw new PermanentError('UnsupportedKind', `we do not know where ${kind} keeps its pod template: a human has to make this change`);
  return path;
}

/** A container of the target by name, among the plain and the init containers. */
export function containerPath(target: KubeObject, container: string): readonly string[] {
  const pod = podSpecPath(target.kind);
  const spec = pod.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], target);
  const named = (list: unknown) => Array.isArray(list) && list.some((item) => (item as { name?: string }).name === container);
  const lists = spec as { containers?: unknown; initContainers?: unknown } | undefined;
  for (const list of ['containers', 'initContainers'] as const) if (named(lists?.[list])) return [...pod, list, `[name=${container}]`];
  throw new PermanentError('NoSuchContainer', `${renderRef(refOf(target))} has no container ${container}`);
}

/** The value that a field had in an earlier commit, found by the stage that knows Git. */
export type EarlierValue = (path: readonly string[], commit: string) => Promise<unknown>;

/** What an action means for its target, field by field, and nothing beyond it. */
export async function intendedChange(action: Action, target: KubeObject, earlier: EarlierValue): Promise<IntendedChange> {
  return { object: refOf(target), fields: await fieldsOf(action, target, earlier) };
}

async function fieldsOf(action: Action, target: KubeObject, earlier: EarlierValue): Promise<readonly FieldChange[]> {
  switch (action.action) {
    case 'setResources': {
      const base = [...containerPath(target, action.container), 'resources'];
      return (['requests', 'limits'] as const).flatMap((list) =>
        Object.entries(action[list] ?? {}).map(([resource, amount]) => ({ path: [...base, list, resource], value: amount })),
      );
    }
    case 'setImage':
      return [{ path: [...containerPath(target, action.container), 'image'], value: action.image }];
    case 'setReplicas':
      return [{ path: ['spec', 'replicas'], value: action.replicas }];
    case 'restoreField':
      return [{ path: action.path, value: scalar(await earlier(action.path, action.commit), action.path) }];
    case 'abstain':
      return [];
  }
}

function scalar(value: unknown, path: readonly string[]): FieldChange['value'] {
  if (value === undefined || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new PermanentError('NotAScalar', `${path.join('/')} held a list or a map in that commit: a human has to restore it`);
}
