import { minutes, seconds, type Duration, type Instant } from '@fleetmend/kernel';
import { xorOf, type Answer, type FailureClass, type FailureEvent, type Finding, type Heartbeat, type Question } from '@fleetmend/model';
import { ClusterSilentError } from '@fleetmend/ports';
import { SIMPLE_APPLICATION } from '@fleetmend/testing';
import type { Scheduler } from '../scheduler.ts';
import type { SimCluster } from './cluster.ts';
import { findingOf, findingsOf, fingerprintIn, healthOf, type Workload } from './workload.ts';

const DWELL: Duration = seconds(10);
const HEARTBEAT: Duration = minutes(1);
const CLASSES: readonly FailureClass[] = ['OOMKilled', 'CrashLoopBackOff'];

interface Watched {
  readonly workload: Workload;
  readonly class: FailureClass;
  state: 'open' | 'closed' | 'gone' | 'never';
  version: number;
  firstSeen: Instant;
  count: number;
  /** Since when it has been there, or away. */
  present: boolean;
  since: Instant;
}

export interface SimAgent {
  readonly cluster: string;
  ask(question: Question): Promise<Answer>;
  /** Says its whole open set again. */
  resync(): void;
  /** Cuts it off, or lets it speak again. */
  silence(silent: boolean): void;
  isSilent(): boolean;
  restart(): void;
  /** What is open, and since when without a break. A new life of the agent is no break. */
  open(): readonly { readonly fingerprint: string; readonly since: Instant }[];
}

export interface AgentDeps {
  readonly scheduler: Scheduler;
  readonly cluster: SimCluster;
  /** How long a target must be well before its finding is closed. */
  readonly closeDwell: Duration;
  readonly publish: (event: FailureEvent) => void;
  readonly heartbeat: (heartbeat: Heartbeat) => void;
}

/** The agent's side of the protocol: dwell, versions within a life, absolute counts, a digest every minute, all again when asked. */
export function simAgent({ scheduler, cluster, closeDwell, publish, heartbeat }: AgentDeps): SimAgent {
  let epoch = scheduler.now;
  let silent = false;
  const watch = (): Map<string, Watched> =>
    new Map(cluster.workloads.flatMap((workload) => CLASSES.map((kind): [string, Watched] => [fingerprintIn(workload, kind), { workload, class: kind, state: 'never', version: 0, firstSeen: 0, count: 0, present: false, since: scheduler.now }])));
  let watched = watch();

  /** Since when each fingerprint has been open, over all lives of the agent. */
  const periods = new Map<string, Instant>();

  const say = (fingerprint: string, one: Watched, state: FailureEvent['state']): void => {
    one.version += 1;
    one.state = state;
    if (state !== 'open') periods.delete(fingerprint);
    else if (!periods.has(fingerprint)) periods.set(fingerprint, scheduler.now);
    if (silent) return;
    publish({ schema: 1, cluster: cluster.name, fingerprint, state, version: one.version, epoch, at: scheduler.now, firstSeen: one.firstSeen, count: Math.max(1, one.count), finding: findingOf(one.workload, one.class) });
  };

  const observe = (): void => {
    for (const [fingerprint, one] of watched) {
      const present = findingsOf(one.workload).some((finding) => finding.class === one.class);
      if (present !== one.present) Object.assign(one, { present, since: scheduler.now });
      const held = scheduler.now - one.since;
      if (one.workload.live === undefined) {
        if (one.state === 'open') say(fingerprint, one, 'gone');
      } else if (present && one.state !== 'open') {
        if (held >= DWELL) say(fingerprint, Object.assign(one, { firstSeen: scheduler.now, count: one.count + 1 }), 'open');
        else scheduler.after(DWELL - held, observe);
      } else if (!present && one.state === 'never' && periods.has(fingerprint)) {
        // An earlier life said that it fails: whoever listens takes it for over after the same time as ever.
        if (held >= closeDwell) periods.delete(fingerprint);
        else scheduler.after(closeDwell - held, observe);
      } else if (!present && one.state === 'open') {
        if (held >= closeDwell) say(fingerprint, one, 'closed');
        else scheduler.after(closeDwell - held, observe);
      }
    }
  };
  cluster.onChange(observe);

  const openOnes = () => [...watched].filter(([, one]) => one.state === 'open');
  const beat = (): void => {
    if (!silent) heartbeat({ schema: 1, cluster: cluster.name, agent: { version: 'simulated' }, epoch, at: scheduler.now, open: openOnes().length, xor: xorOf(openOnes().map(([fingerprint]) => fingerprint)), pods: 0 });
    scheduler.after(HEARTBEAT, beat);
  };
  scheduler.after(seconds(1), beat);

  const answer = (question: Question): Answer => {
    if (question.question === 'evidence') return { answer: 'evidence', items: [], redactions: {} };
    if (question.question === 'object') {
      const { kind, name } = question.ref;
      if (kind === SIMPLE_APPLICATION.kind) return { answer: 'object', objects: [cluster.application()], truncated: false };
      const found = cluster.workloads.find((workload) => workload.ref.kind === kind && workload.ref.name === name)?.live;
      return { answer: 'object', objects: found === undefined ? [] : [found], truncated: false };
    }
    const workload = cluster.workloads.find((one) => one.ref.name === question.target.name);
    if (workload === undefined) return { answer: 'refusal', reason: 'NoSuchTarget', message: question.target.name };
    const findings: { fingerprint: string; finding: Finding }[] = openOnes().filter(([, one]) => one.workload === workload).map(([fingerprint, one]) => ({ fingerprint, finding: findingOf(workload, one.class) }));
    return healthOf(workload, scheduler.now, findings);
  };

  return {
    cluster: cluster.name,
    async ask(question) {
      if (silent) throw new ClusterSilentError(`the agent of ${cluster.name} does not answer`);
      return answer(question);
    },
    resync: () => {
      if (!silent) for (const [fingerprint, one] of openOnes()) say(fingerprint, one, 'open');
    },
    silence: (value) => {
      silent = value;
    },
    isSilent: () => silent,
    restart: () => {
      epoch = scheduler.now;
      watched = watch();
      observe();
    },
    open: () => [...watched].flatMap(([fingerprint, one]) => (one.state === 'open' ? [{ fingerprint, since: periods.get(fingerprint) ?? one.firstSeen }] : [])),
  };
}
