import type { Duration, Instant } from '@fleetmend/kernel';
import type { Container, ContainerPort, Probe } from '../shapes/pod.ts';
import { execWithin } from './exec.ts';
import type { PodPlace } from './place.ts';
import { earliest } from './timing.ts';
import { PROBE_KINDS } from './worker.ts';
import type { ContainerRun, ProbeKind } from './worker.ts';

const FIELDS = { startup: 'startupProbe', liveness: 'livenessProbe', readiness: 'readinessProbe' } as const;
const TITLES = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' } as const;

function probeOf(spec: Container, kind: ProbeKind): Probe | undefined {
  return spec[FIELDS[kind]];
}

/** Called when a container starts: without a probe, started and ready hold at once. */
export function startProbes(run: ContainerRun, now: Instant): void {
  run.probes.clear();
  for (const kind of PROBE_KINDS) {
    const probe = probeOf(run.spec, kind);
    if (probe) run.probes.set(kind, { nextAt: now + firstDelay(probe), successes: 0, failures: 0 });
  }
  run.started = !run.probes.has('startup');
  // An init container is ready once it has ended well.
  run.ready = run.role !== 'init' && run.started && !run.probes.has('readiness');
}

/** After a restart of the simulation: probes go on, what they had found stays. */
export function resumeProbes(run: ContainerRun, now: Instant): void {
  for (const kind of PROBE_KINDS) {
    const probe = probeOf(run.spec, kind);
    if (probe) run.probes.set(kind, { nextAt: now + period(probe), successes: 0, failures: 0 });
  }
}

/** Real kubelets spread first probes; half a second keeps a container that is up at once from failing its first one. */
function firstDelay(probe: Probe): Duration {
  return (probe.initialDelaySeconds ?? 0) * 1000 + 500;
}

function period(probe: Probe): Duration {
  return (probe.periodSeconds ?? 10) * 1000;
}

/** Runs the probes that are due. A failed liveness or startup probe sets `stopAt`. Answers when the next one is due. */
export function stepProbes(place: PodPlace, run: ContainerRun, now: Instant): Instant | undefined {
  let next: Instant | undefined;
  for (const kind of PROBE_KINDS) {
    const probe = probeOf(run.spec, kind);
    const state = run.probes.get(kind);
    if (!probe || !state || (kind === 'startup') === run.started) continue;
    if (state.nextAt <= now) {
      state.nextAt = now + period(probe);
      const output = runProbe(place, run, probe, now);
      if (output === undefined) {
        state.successes += 1;
        state.failures = 0;
      } else if (output.errored) {
        // A probe that cannot be tried says nothing: the kubelet throws its result away.
        place.note(run, 'Warning', 'Unhealthy', `${TITLES[kind]} probe errored and resulted in unknown state: ${output.text}`);
      } else {
        state.failures += 1;
        state.successes = 0;
        place.note(run, 'Warning', 'Unhealthy', `${TITLES[kind]} probe failed: ${output.text}`);
      }
      if (output?.errored !== true) conclude(place, run, { kind, probe, now });
    }
    next = earliest(next, state.nextAt);
    if (run.stopAt !== undefined) return undefined;
  }
  return next;
}

function conclude(place: PodPlace, run: ContainerRun, { kind, probe, now }: { readonly kind: ProbeKind; readonly probe: Probe; readonly now: Instant }): void {
  const state = run.probes.get(kind);
  if (!state) return;
  const succeeded = state.successes >= (kind === 'readiness' ? (probe.successThreshold ?? 1) : 1);
  const failed = state.failures >= (probe.failureThreshold ?? 3);
  if (kind === 'readiness') {
    if (succeeded) run.ready = true;
    if (failed) run.ready = false;
    return;
  }
  if (kind === 'startup' && succeeded) {
    run.started = true;
    const readiness = run.probes.get('readiness');
    if (!readiness) run.ready = true;
    for (const other of ['liveness', 'readiness'] as const) {
      const due = run.probes.get(other);
      if (due) due.nextAt = Math.max(due.nextAt, now);
    }
  }
  if (failed) {
    place.note(run, 'Normal', 'Killing', `Container ${run.spec.name} failed ${kind} probe, will be restarted`);
    run.stopAt = now + place.context.profile.containerStop;
  }
}

interface Failure {
  readonly text: string;
  readonly errored?: boolean;
}

function runProbe(place: PodPlace, run: ContainerRun, probe: Probe, now: Instant): Failure | undefined {
  if (probe.httpGet) return probeHttp(place, run, probe.httpGet, now);
  if (probe.tcpSocket) return probeTcp(place, run, probe.tcpSocket.port);
  if (probe.grpc) return probeTcp(place, run, probe.grpc.port);
  return probeExec(place, run, probe, now);
}

/** In Go's words: a name that no port has is tried as a number. */
function unknownPort(wanted: number | string): Failure {
  return { text: `strconv.Atoi: parsing ${JSON.stringify(String(wanted))}: invalid syntax`, errored: true };
}

function probeHttp(place: PodPlace, run: ContainerRun, http: NonNullable<Probe['httpGet']>, now: Instant): Failure | undefined {
  const port = portNumber(run.spec.ports ?? [], http.port);
  const address = `${http.host ?? place.run.ip ?? ''}:${port ?? http.port}`;
  if (port === undefined) return unknownPort(http.port);
  const scheme = (http.scheme ?? 'HTTP').toLowerCase();
  const path = http.path ?? '/';
  const url = `${scheme}://${address}${path.startsWith('/') ? '' : '/'}${path}`;
  const listener = listenerOn(place, port);
  if (!listener) return { text: `Get "${url}": dial tcp ${address}: connect: connection refused` };
  if (scheme === 'https') return { text: `Get "${url}": http: server gave HTTP response to HTTPS client` };
  if (listener.anyPath) return undefined;
  const asked = path.split('?')[0];
  if (asked !== listener.health) return { text: 'HTTP probe failed with statuscode: 404' };
  return now < listener.readyAt ? { text: 'HTTP probe failed with statuscode: 503' } : undefined;
}

function probeTcp(place: PodPlace, run: ContainerRun, wanted: number | string): Failure | undefined {
  const port = portNumber(run.spec.ports ?? [], wanted);
  if (port === undefined) return unknownPort(wanted);
  return listenerOn(place, port) ? undefined : { text: `dial tcp ${place.run.ip ?? ''}:${port}: connect: connection refused` };
}

function probeExec(place: PodPlace, run: ContainerRun, { exec, timeoutSeconds = 1 }: Probe, now: Instant): Failure | undefined {
  const command = exec?.command ?? [];
  const outcome = execWithin(place, run, command, { now, time: timeoutSeconds * 1000 });
  if (outcome.is === 'refused') return { text: outcome.problem, errored: true };
  if (outcome.is === 'running') return { text: `command timed out: "${command.join(' ')}" timed out after ${timeoutSeconds}s` };
  return outcome.code === 0 ? undefined : { text: outcome.output };
}

export function listenerOn(place: PodPlace, port: number) {
  for (const { process } of place.run.containers) {
    const listener = process?.listeners.get(port);
    if (listener) return listener;
  }
  return undefined;
}

export function portNumber(ports: readonly ContainerPort[], wanted: number | string): number | undefined {
  if (typeof wanted === 'number') return wanted;
  return /^\d+$/.test(wanted) ? Number(wanted) : ports.find(({ name }) => name === wanted)?.containerPort;
}
