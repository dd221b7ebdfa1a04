import type { Instant } from '@fleetmend/kernel';
import type { Image } from '../../images/catalog.ts';
import type { Process } from '../../images/process.ts';
import type { Container, ContainerState, Pod } from '../shapes/pod.ts';
import type { Exec, ExecOutcome } from './exec.ts';

export const PROBE_KINDS = ['startup', 'liveness', 'readiness'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

export interface ProbeRun {
  nextAt: Instant;
  successes: number;
  failures: number;
}

/**
 * Where a container stands. `idle` waits for `actAt` and then tries to start; `exited` waits for `actAt` and then decides about a restart.
 */
export type Stage = 'idle' | 'pulling' | 'starting' | 'running' | 'exited' | 'done';

/** What a kubelet knows of one container. All of it can be derived again from the pod's status. */
export interface ContainerRun {
  readonly spec: Container;
  readonly role: 'init' | 'sidecar' | 'app';
  stage: Stage;
  actAt: Instant;
  state: ContainerState;
  lastState: ContainerState;
  restartCount: number;
  /** Restarts that no longer lengthen the back-off, because the container ran well in between. */
  forgiven: number;
  /** The next start is a restart. */
  isRestart: boolean;
  started: boolean;
  ready: boolean;
  containerID: string | undefined;
  image: Image | undefined;
  imageID: string;
  process: Process | undefined;
  env: ReadonlyMap<string, string>;
  pullFailures: number;
  pullRetryAt: Instant;
  pullStartedAt: Instant;
  stopAt: Instant | undefined;
  /** The command of its postStart hook, while it runs or once it could not. */
  hook: Exec | ExecOutcome | undefined;
  hookDone: boolean;
  /** Why it is being ended: its hook failed, in the kubelet's words. */
  hookFailure: string | undefined;
  readonly probes: Map<ProbeKind, ProbeRun>;
}

/** What a kubelet knows of one pod. */
export interface PodRun {
  readonly uid: string;
  readonly startedAt: Instant;
  readonly containers: readonly ContainerRun[];
  /** Files that containers created. */
  readonly files: Set<string>;
  /** The pod's version with the status that is in it, once they are known to be equal. */
  written: string;
  ip: string | undefined;
  sandboxAt: Instant | undefined;
  mountFailures: number;
  mountRetryAt: Instant;
  endsAt: Instant | undefined;
}

/** The kubelet's name for a pod in messages: `checkout-7d4b9_shop(0f0e…)`. */
export function fullName(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace ?? 'default'}(${pod.metadata.uid ?? ''})`;
}

export function setWaiting(run: ContainerRun, reason: string, message?: string): void {
  run.state = { waiting: { reason, ...(message === undefined ? {} : { message }) } };
  run.ready = false;
  run.started = false;
}
