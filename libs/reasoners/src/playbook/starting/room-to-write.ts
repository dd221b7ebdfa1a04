import type { Action, FieldValue } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { commitWords, insideContainer } from '../changes-in-effect.ts';
import { logOf } from '../log-clues.ts';
import { abstain, type RuleAnswer } from '../rule.ts';
import { asList, asRecord, findContainer, podSpecPath, valueAt, type ContainerView } from '../workload.ts';

/** How programs say that they cannot write. Source: Go, C, Node, Python, Java. */
const REFUSED = [
  /(?:cannot create|open|mkdir|creat|write|unlink)\w* '?"?(\/[^\s:'",]+)'?"?: ?(read-only file system|permission denied|no space left on device)/i,
  /(EROFS|EACCES|ENOSPC)[^\n]*?'(\/[^']+)'/,
  /(Read-only file system|Permission denied|No space left on device)[^\n]*?'(\/[^']+)'/i,
];
/** Places that a program may fill and lose: what stands there outlives no pod. */
const SCRATCH = ['/tmp', '/var/tmp', '/var/cache', '/var/run', '/run', '/dev/shm'];

export interface WriteRefusal {
  readonly path: string;
  readonly why: 'ReadOnly' | 'Denied' | 'Full';
}

export function writeRefusal(text: string): WriteRefusal | undefined {
  for (const pattern of REFUSED) {
    const match = pattern.exec(text);
    if (!match) continue;
    const [first = '', second = ''] = match.slice(1);
    const [path, word] = first.startsWith('/') ? [first, second] : [second, first];
    return { path, why: /read-only|EROFS/i.test(word) ? 'ReadOnly' : /space|ENOSPC/i.test(word) ? 'Full' : 'Denied' };
  }
  return undefined;
}

/**
 * A program that may not write any more, because its root file system became read-only, gets a place to write in; the guard stays.
 * Undefined: that is not what happened, or putting back what changed mends it.
 */
export function roomToWrite(kase: Case, name: string, suspects: readonly GitChange[]): RuleAnswer | undefined {
  const refusal = writeRefusal(logOf(kase));
  const container = findContainer(kase.target, name);
  if (!refusal || !container) return undefined;
  if (refusal.path.startsWith('/dev/shm') && refusal.why === 'Full') return sharedMemory(kase, container);
  const chosen = refusal.why === 'ReadOnly' ? suspects.find((change) => isHardened(change) && insideContainer(kase, change, name) !== undefined) : undefined;
  if (!chosen || mountOver(kase, container, refusal.path)) return undefined;
  const folder = SCRATCH.find((place) => refusal.path === place || refusal.path.startsWith(`${place}/`));
  const cause = `${name} cannot write to ${refusal.path} since ${commitWords(chosen)} made its root file system read-only`;
  if (folder === undefined) return { cause, confidence: 0.8, cites: ['log', 'history'], candidates: [abstain('NowhereToWrite', `Container ${name} needs a volume at ${refusal.path}, and whether it may be lost with the pod is for a person to say; readOnlyRootFilesystem stays.`)] };
  return { cause, confidence: 0.85, cites: ['log', 'history', 'object'], candidates: [withEmptyDir(kase, container, folder, {})] };
}

/** What is written to lies in a volume: the root file system has nothing to do with it. */
function mountOver(kase: Case, { path }: ContainerView, file: string): boolean {
  return asList(asRecord(valueAt(kase.target, path))['volumeMounts']).some(({ mountPath }) => file === mountPath || file.startsWith(`${String(mountPath)}/`));
}

function isHardened(change: GitChange): boolean {
  if (!change.path.includes('securityContext')) return false;
  return change.path.at(-1) === 'readOnlyRootFilesystem' ? change.after === true : asRecord(change.after)['readOnlyRootFilesystem'] === true;
}

/** Twice the room where it is bounded; a volume in memory where there is only the runtime's 64 MiB. */
function sharedMemory(kase: Case, container: ContainerView): RuleAnswer {
  const cause = `${container.name} fills its shared memory`;
  const mount = asList(asRecord(valueAt(kase.target, container.path))['volumeMounts']).find(({ mountPath }) => mountPath === '/dev/shm');
  const path = [...podSpecPath(kase.target), 'volumes', `[name=${String(mount?.['name'])}]`, 'emptyDir', 'sizeLimit'];
  const size = mount === undefined ? undefined : /^(\d+)([KMG]i?)$/.exec(String(valueAt(kase.target, path) ?? ''));
  if (mount !== undefined && !size) return { cause, confidence: 0.7, cites: ['log', 'object'], candidates: [abstain('SharedMemoryFull', `The volume at /dev/shm of ${container.name} has no size that could grow; see how much it needs.`)] };
  const action: Action = size ? { action: 'setVolume', fields: [{ path, value: `${Number(size[1]) * 2}${size[2] ?? ''}` }] } : withEmptyDir(kase, container, '/dev/shm', { medium: 'Memory', sizeLimit: '128Mi' });
  return { cause, confidence: 0.8, cites: ['log', 'object'], candidates: [action] };
}

function withEmptyDir(kase: Case, { path }: ContainerView, folder: string, emptyDir: Readonly<Record<string, string>>): Action {
  const pod = podSpecPath(kase.target);
  const taken = asList(asRecord(valueAt(kase.target, pod))['volumes']).map(({ name }) => name);
  const volume = folder === '/dev/shm' ? 'shm' : (folder.split('/').at(-1) ?? 'tmp');
  const name = taken.includes(volume) ? `${volume}-files` : volume;
  return {
    action: 'setVolume',
    fields: [
      { path: [...pod, 'volumes', '-'], value: { name, emptyDir } as FieldValue },
      { path: [...path, 'volumeMounts', '-'], value: { name, mountPath: folder } },
    ],
  };
}
