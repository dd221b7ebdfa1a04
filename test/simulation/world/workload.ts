import type { Instant } from '@fleetmend/kernel';
import { readQuantity } from '@fleetmend/kernel';
import { fingerprintOf, type FailureClass, type Finding, type HealthAnswer, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { WorkloadPlan } from '../schedule/schedule.ts';

const MEBI = 1_048_576n * 1_000_000_000n;
const REPLICAS = 2;

/** One workload as it really is: what runs, what it would need, and since when it is well. Only the simulation knows. */
export interface Workload {
  readonly plan: WorkloadPlan;
  readonly ref: ObjectRef;
  /** The object as the engine applied it last; undefined: not there (any more). */
  live: KubeObject | undefined;
  /** Grows with each applied change of the template. */
  template: number;
  /** The template that its pods run; behind `template` while a rollout is on its way. */
  running: { readonly template: number; readonly limit: number };
  need: number;
  healthySince: Instant | undefined;
  failingSince: Instant | undefined;
  restarts: number;
}

export function workloadObject({ namespace, name, limit }: WorkloadPlan): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: { replicas: REPLICAS, template: { spec: { containers: [{ name: 'app', image: 'shop/app:1', resources: { requests: { memory: '32Mi' }, limits: { memory: `${limit}Mi` } } }] } } },
  };
}

/** The memory limit of an object, in Mi. */
export function limitOf(object: KubeObject): number {
  const spec = object['spec'] as { template: { spec: { containers: { resources: { limits: { memory: string } } }[] } } };
  const nano = readQuantity(spec.template.spec.containers[0]?.resources.limits.memory) ?? 0n;
  return Number(nano / MEBI);
}

export function withLimit(object: KubeObject, limit: number): KubeObject {
  const copy = structuredClone(object) as ReturnType<typeof workloadObject> & { spec: { template: { spec: { containers: { resources: { limits: { memory: string } } }[] } } } };
  const [container] = copy.spec.template.spec.containers;
  if (container !== undefined) container.resources.limits.memory = `${limit}Mi`;
  return copy;
}

export function isFailing({ running, need }: Workload): boolean {
  return running.limit < need;
}

/** More memory than its node has: the new pods do not even start. */
export function isHarmed({ running, plan }: Workload): boolean {
  return running.limit >= plan.tooMuch;
}

export function isHealthy(workload: Workload): boolean {
  return workload.live !== undefined && !isFailing(workload) && !isHarmed(workload);
}

/** What a detector would find now, whatever the dwell. */
export function findingsOf(workload: Workload): readonly Finding[] {
  if (workload.live === undefined) return [];
  const classes: FailureClass[] = [];
  if (isFailing(workload)) classes.push('OOMKilled');
  if (isHarmed(workload) || (isFailing(workload) && workload.plan.twoSymptoms)) classes.push('CrashLoopBackOff');
  return classes.map((kind) => findingOf(workload, kind));
}

export function findingOf({ ref, running }: Workload, kind: FailureClass): Finding {
  return { class: kind, target: { ...ref, container: 'app' }, observation: { reason: kind, message: '', pod: podName(ref.name, running.template, 0) } };
}

export function fingerprintIn(workload: Workload, kind: FailureClass): string {
  return fingerprintOf(workload.plan.cluster, findingOf(workload, kind));
}

function podName(name: string, template: number, index: number): string {
  return `${name}-${template}-${index}`;
}

export function healthOf(workload: Workload, now: Instant, findings: HealthAnswer['findings']): HealthAnswer {
  const { live, running, template, ref, healthySince, restarts } = workload;
  const healthy = isHealthy(workload);
  const pods = live === undefined ? 0 : REPLICAS;
  return {
    answer: 'health',
    at: now,
    exists: live !== undefined,
    generationCurrent: true,
    pods: Array.from({ length: pods }, (_, index) => ({
      name: podName(ref.name, running.template, index),
      template: String(running.template),
      current: running.template === template,
      ready: healthy,
      restarts,
      ...(healthy && healthySince !== undefined ? { readySince: healthySince } : {}),
    })),
    desired: pods,
    ready: healthy ? pods : 0,
    findings,
    guards: {},
  };
}
