import type { Termination } from '../containers.ts';

/**
 * How a container's life ended, as far as a repair cares; undefined: it ran and failed.
 *
 * What never began is told apart by the runtime's words. Source: runc, and the exit codes of POSIX shells.
 */
export type EndKind = 'NotStarted' | 'WrongArchitecture' | 'MountMismatch' | 'WorkingDirectory' | 'SecurityProfile' | 'Device' | 'Completed' | 'Killed' | 'Terminated' | 'Crashed';

/** Codes that the runtime or a shell gives when the command could not be executed. */
const NOT_STARTED = [126, 127, 128];

const NEVER_BEGAN: readonly { readonly kind: EndKind; readonly pattern: RegExp }[] = [
  { kind: 'WrongArchitecture', pattern: /exec format error/i },
  { kind: 'MountMismatch', pattern: /error mounting|mount a directory onto a file|not a directory: unknown|cannot create subdirectories|mount .* caused/i },
  { kind: 'WorkingDirectory', pattern: /chdir to cwd|mkdir cwd|current working directory/i },
  { kind: 'SecurityProfile', pattern: /seccomp|apparmor|unknown capability|apply caps|sysctl|selinux/i },
  { kind: 'Device', pattern: /error gathering device information|no such device|failed to inject CDI/i },
];

export function kindOfEnd(end: Termination | undefined): EndKind | undefined {
  if (!end) return undefined;
  const code = end.exitCode ?? -1;
  const neverBegan = end.reason === 'StartError' || end.reason === 'ContainerCannotRun';
  if (neverBegan || NOT_STARTED.includes(code)) return NEVER_BEGAN.find(({ pattern }) => neverBegan && pattern.test(end.message ?? ''))?.kind ?? 'NotStarted';
  switch (code) {
    case 0:
      return 'Completed';
    case 137:
      return 'Killed';
    case 143:
      return 'Terminated';
    case 132: case 134: case 135: case 136: case 139:
      return 'Crashed';
    default:
      return undefined;
  }
}

/**
 * Says how it ended, in words that do not change from one restart to the next: the kubelet's own message counts seconds and names
 * pods, and a termination message may hold anything that the program wrote.
 */
export function wordsOfEnd(end: Termination | undefined): string {
  if (!end) return 'starts and ends again and again';
  const code = end.exitCode ?? 0;
  const kind = kindOfEnd(end);
  if (code === 0) return 'ends with exit code 0 although it should keep running';
  if (kind === undefined || kind === 'Killed' || kind === 'Terminated' || kind === 'Crashed') return code > 128 ? `is ended by signal ${code - 128}` : `ends with exit code ${code}`;
  return `cannot be started: ${runtimeCause(end.message) ?? `exit code ${code}`}`;
}

/** `exec: "/nope": stat /nope: no such file or directory` of a runtime's nested error. */
function runtimeCause(message: string | undefined): string | undefined {
  const line = message?.split('\n', 1)[0]?.trim();
  if (!line) return undefined;
  const marker = 'unable to start container process: ';
  const at = line.lastIndexOf(marker);
  return (at < 0 ? line : line.slice(at + marker.length)).replace(/: unknown$/, '').slice(0, 400);
}
