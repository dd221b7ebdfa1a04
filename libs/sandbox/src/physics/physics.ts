import { minutes } from '@fleetmend/kernel';
import type { Clock, Random } from '@fleetmend/kernel';
import type { PodLogs } from '../api/routes/pod-logs.ts';
import { imageCatalog } from '../images/catalog.ts';
import type { ImageCatalog } from '../images/catalog.ts';
import type { ClusterObjects } from '../objects.ts';
import { startClaims } from './cluster/claims.ts';
import { startPersistentVolumes } from './cluster/persistent-volumes.ts';
import { startPodGarbage } from './cluster/pod-garbage.ts';
import { startDisruptionBudgets } from './cluster/disruption-budgets.ts';
import { startNodes } from './cluster/nodes.ts';
import { startKubelets } from './kubelet/kubelet.ts';
import { createLogStore } from './kubelet/logs.ts';
import type { KubeletContext } from './kubelet/place.ts';
import { servePodLogs } from './kubelet/pod-logs.ts';
import type { PodRun } from './kubelet/worker.ts';
import { startEndpoints } from './network/endpoints.ts';
import { createEventRecorder } from './runtime/events.ts';
import { startLoop } from './runtime/loop.ts';
import type { LoopOptions } from './runtime/loop.ts';
import { DEFAULT_PROFILE } from './runtime/profile.ts';
import type { PhysicsProfile } from './runtime/profile.ts';
import { withoutRoutine } from './runtime/routine.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { startAutoscalerController } from './workloads/autoscaler.ts';
import { startCronJobController } from './workloads/cron-job.ts';
import { startDaemonSetController } from './workloads/daemon-set.ts';
import { startDeploymentController } from './workloads/deployment.ts';
import { startJobController } from './workloads/job.ts';
import { createPodMetrics } from './workloads/pod-metrics.ts';
import { startReplicaSetController } from './workloads/replica-set.ts';
import { startStatefulSetController } from './workloads/stateful-set.ts';

export interface PhysicsOptions {
  readonly objects: ClusterObjects;
  readonly clock: Clock;
  readonly random: Random;
  readonly images?: ImageCatalog;
  readonly profile?: PhysicsProfile;
  /** Told of errors that a controller met and will try again after, but for lost races and refusals, which the objects themselves show. */
  readonly failed?: LoopOptions['failed'];
}

export interface Physics {
  /** Lines of a container's log, each with its line end. Goes back to the container's start, also over a restart of the simulation. */
  readonly podLogs: PodLogs;
  /** From now on the cluster has a metrics API, as after an install of metrics-server. */
  serveMetrics(): void;
  stop(): void;
}

/**
 * Starts everything in one cluster that is not the API server: controllers, scheduler, nodes with their kubelets.
 *
 * All of it is level-based. Started over the objects of an earlier life, it goes on where that one stopped: nothing is kept but the objects.
 */
export function startPhysics({ objects, clock, random, images = imageCatalog(), profile = DEFAULT_PROFILE, failed = () => undefined }: PhysicsOptions): Physics {
  const ending = new AbortController();
  const logs = createLogStore();
  const runs = new Map<string, PodRun>();
  const context: KubeletContext = {
    objects,
    clock,
    random,
    signal: ending.signal,
    profile,
    images,
    failed: withoutRoutine(failed),
    events: createEventRecorder(objects, clock),
    logs,
    isListening: (uid, port) => runs.get(uid)?.containers.some(({ process }) => process?.listeners.has(port)) ?? false,
  };
  startNodes(context);
  startScheduler(context);
  startKubelets(context, runs);
  startEndpoints(context);
  startReplicaSetController(context);
  startDeploymentController(context);
  startStatefulSetController(context);
  startDaemonSetController(context);
  startJobController(context);
  startCronJobController(context);
  const metrics = createPodMetrics(runs);
  startAutoscalerController(context, metrics);
  startClaims(context);
  startPersistentVolumes(context);
  startPodGarbage(context);
  startDisruptionBudgets(context);
  startEventExpiry(context);
  return {
    podLogs: servePodLogs(context),
    serveMetrics: () => void (metrics.served = true),
    stop: () => ending.abort(),
  };
}

function startEventExpiry({ clock, signal, failed, events, profile }: KubeletContext): void {
  const loop = startLoop({
    name: 'event-expiry',
    clock,
    signal,
    failed,
    retry: { initial: 1_000, max: minutes(5) },
    reconcile() {
      events.expire(profile.eventsKept);
      return minutes(5);
    },
  });
  loop.enqueue('all', minutes(5));
}
