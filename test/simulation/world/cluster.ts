import { randomInt, seconds, type Duration, type Random } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { jsonPath, simpleApplication, type MemoryGit } from '@fleetmend/testing';
import type { Scheduler } from '../scheduler.ts';
import type { WorkloadPlan } from '../schedule/schedule.ts';
import { isHealthy, limitOf, workloadObject, type Workload } from './workload.ts';

export interface SimCluster {
  readonly name: string;
  readonly workloads: readonly Workload[];
  /** The engine's own object. */
  application(): KubeObject;
  /** The next commit cannot be applied. */
  refuseNextSync(): void;
  /** Changes the truth about a workload, and tells whoever watches. */
  change(workload: Workload, how: (workload: Workload) => void): void;
  onChange(listener: () => void): void;
}

/** A cluster whose engine applies the head of `main` some time after it moved, and whose workloads live or die by what it applied. */
export function simCluster({ name, plans, git, scheduler, random }: { readonly name: string; readonly plans: readonly WorkloadPlan[]; readonly git: MemoryGit; readonly scheduler: Scheduler; readonly random: Random }): SimCluster {
  const listeners: (() => void)[] = [];
  const start = git.tip('main')?.sha ?? '';
  let applied = start;
  let refused: { readonly revision: string; readonly message: string } | undefined;
  let refuseNext = false;

  const workloads = plans.map((plan): Workload => {
    const live = workloadObject(plan);
    return { plan, ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: plan.namespace, name: plan.name }, live, template: 1, running: { template: 1, limit: plan.limit }, need: 32, healthySince: scheduler.now, failingSince: undefined, restarts: 0 };
  });

  const change = (workload: Workload, how: (workload: Workload) => void): void => {
    how(workload);
    const healthy = isHealthy(workload);
    if (healthy && workload.healthySince === undefined) Object.assign(workload, { healthySince: scheduler.now, failingSince: undefined });
    if (!healthy && workload.failingSince === undefined) Object.assign(workload, { failingSince: scheduler.now, healthySince: undefined, restarts: workload.restarts + 1 });
    listeners.forEach((listener) => listener());
  };

  const apply = (workload: Workload, object: KubeObject | undefined): void => {
    if (object === undefined) return change(workload, (gone) => void (gone.live = undefined));
    if (workload.live === undefined || limitOf(object) !== limitOf(workload.live)) {
      const template = workload.template + 1;
      change(workload, (one) => Object.assign(one, { live: object, template }));
      scheduler.after(seconds(10 + randomInt(random, 20)), () => {
        if (workload.template === template) change(workload, (one) => void (one.running = { template, limit: limitOf(object) }));
      });
    } else workload.live = object;
  };

  const sync = (): void => {
    const head = git.tip('main');
    if (head === undefined || head.sha === applied) return;
    if (refuseNext) {
      refuseNext = false;
      refused = { revision: head.sha, message: 'the manifests could not be applied' };
      return;
    }
    if (refused?.revision === head.sha) return;
    refused = undefined;
    applied = head.sha;
    for (const workload of workloads) {
      const text = head.files.get(jsonPath(workload.ref));
      apply(workload, text === undefined ? undefined : (JSON.parse(text) as KubeObject));
    }
  };
  const syncSoon = (delay: Duration) => scheduler.after(delay, sync);
  git.onPush((branch) => branch === 'main' && syncSoon(seconds(5 + randomInt(random, 60))));

  for (const workload of workloads) scheduler.after(workload.plan.failsAt, () => change(workload, (one) => void (one.need = one.plan.need)));

  return {
    name,
    workloads,
    application: () => simpleApplication({ repoURL: 'memory:acme/shop', path: 'apps', revision: 'main' }, { applied, ...(refused === undefined ? {} : { refused }) }),
    refuseNextSync: () => {
      refuseNext = true;
    },
    change,
    onChange: (listener) => void listeners.push(listener),
  };
}
