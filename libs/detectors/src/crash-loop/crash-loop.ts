import type { Detector } from '@fleetmend/plugin-api';
import { troubledContainers, type Termination } from '../containers.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

/** A container that starts and ends again and again, for any reason but memory. */
export const crashLoop: Detector = {
  kind: 'crash-loop',
  classes: ['CrashLoopBackOff'],
  reads: POD_AND_OWNER_READS,
  inspects: ['Pod'],
  dwell: { time: 0, restarts: 2 },
  explainedBy: ['oom-killed'],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const end = container.lastState?.terminated;
      if (container.state?.waiting?.reason !== 'CrashLoopBackOff' || end?.reason === 'OOMKilled') return [];
      return findingOf(object, container, world, { class: 'CrashLoopBackOff', subCause: subCauseOf(end), reason: 'CrashLoopBackOff', message: messageOf(end), exitCode: end?.exitCode });
    }),
};

/** Codes that the runtime or a shell gives when the command could not be executed. */
const NOT_STARTED = [126, 127, 128];

function subCauseOf(end: Termination | undefined): string | undefined {
  if (!end) return undefined;
  if (NOT_STARTED.includes(end.exitCode ?? -1) || end.reason === 'StartError' || end.reason === 'ContainerCannotRun') return 'NotStarted';
  return end.exitCode === 0 ? 'Completed' : undefined;
}

/**
 * Says how it ended, in words that do not change from one restart to the next: the kubelet's own message counts seconds and names
 * pods, and a termination message may hold anything that the program wrote.
 */
function messageOf(end: Termination | undefined): string {
  if (!end) return 'starts and ends again and again';
  const code = end.exitCode ?? 0;
  if (subCauseOf(end) === 'NotStarted') return `cannot be started: ${runtimeCause(end.message) ?? `exit code ${code}`}`;
  if (code === 0) return 'ends with exit code 0 although it should keep running';
  return code > 128 ? `is ended by signal ${code - 128}` : `ends with exit code ${code}`;
}

/** `exec: "/nope": stat /nope: no such file or directory` of a runtime's nested error. */
function runtimeCause(message: string | undefined): string | undefined {
  const line = message?.split('\n', 1)[0]?.trim();
  if (!line) return undefined;
  const marker = 'unable to start container process: ';
  const at = line.lastIndexOf(marker);
  return (at < 0 ? line : line.slice(at + marker.length)).replace(/: unknown$/, '').slice(0, 400);
}
