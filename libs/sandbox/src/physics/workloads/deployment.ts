import type { Duration } from '@fleetmend/kernel';
import type { PhysicsContext } from '../runtime/context.ts';
import { controllerOf, keyOf, parseKey } from '../runtime/keys.ts';
import { startLoop } from '../runtime/loop.ts';
import type { Deployment, ReplicaSet } from '../shapes/workloads.ts';
import { DESIRED, maxSurge, maxUnavailable, newSetReplicas, oldestFirst, revisionOf, specReplicas, statusReplicas, wantedReplicas } from './deployment-math.ts';
import { adoptOrphans } from './adoption.ts';
import { announce, AS, ensureCurrentSet, FROM, readSets, scaleSet } from './deployment-sets.ts';
import type { Sets } from './deployment-sets.ts';
import { isComplete, writeCounts, writeRolloutStatus } from './deployment-status.ts';
import { ownedPods } from './owned-pods.ts';

/** Rolls Deployments out over ReplicaSets, step by step as the real controller does, so that a stuck rollout looks the same. */
export function startDeploymentController(context: PhysicsContext): void {
  const { objects, clock, signal, profile, failed } = context;
  const loop = startLoop({
    name: FROM,
    clock,
    signal,
    failed,
    retry: { initial: profile.controllerRetryInitial, max: profile.controllerRetryMax },
    reconcile(key) {
      const { namespace, name } = parseKey(key);
      const deployment = objects.get<Deployment>('apps/v1', 'Deployment', namespace, name);
      return deployment ? reconcileDeployment(context, deployment) : undefined;
    },
  });
  const wakeOwner = (kind: string) => (object: ReplicaSet) => {
    const owner = controllerOf(object);
    if (owner?.kind === kind) loop.enqueue(`${object.metadata.namespace ?? ''}/${owner.name}`);
  };
  const ends = [
    objects.watch('apps/v1', 'Deployment', ({ object }) => loop.enqueue(keyOf(object))),
    objects.watch('apps/v1', 'ReplicaSet', ({ object }) => wakeOwner('Deployment')(object as ReplicaSet)),
    objects.watch('v1', 'Pod', ({ type, object }) => {
      // A Recreate rollout waits for the last old pod to be gone.
      const set = controllerOf(object);
      if (type !== 'DELETED' || set?.kind !== 'ReplicaSet') return;
      const owner = objects.get<ReplicaSet>('apps/v1', 'ReplicaSet', object.metadata.namespace, set.name);
      if (owner) wakeOwner('Deployment')(owner);
    }),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}

function reconcileDeployment(context: PhysicsContext, deployment: Deployment): Duration | undefined {
  if (!deployment.metadata.deletionTimestamp) adoptOrphans(context.objects, deployment, { apiVersion: 'apps/v1', kind: 'ReplicaSet', as: AS });
  const sets = readSets(context, deployment);
  if (deployment.metadata.deletionTimestamp) {
    writeCounts(context, deployment, sets);
    return undefined;
  }
  if (deployment.spec.paused || isScaled(deployment, sets)) {
    const scaled = scaleAll(context, deployment, sets);
    cleanUp(context, deployment, scaled);
    writeCounts(context, deployment, scaled);
    return undefined;
  }
  return deployment.spec.strategy?.type === 'Recreate' ? rolloutRecreate(context, deployment, sets) : rolloutRolling(context, deployment, sets);
}

function isScaled(deployment: Deployment, { all }: Sets): boolean {
  const wanted = String(wantedReplicas(deployment));
  return all.some((set) => (set.spec.replicas ?? 1) > 0 && set.metadata.annotations?.[DESIRED] !== undefined && set.metadata.annotations[DESIRED] !== wanted);
}

function rolloutRolling(context: PhysicsContext, deployment: Deployment, before: Sets): Duration | undefined {
  const sets = ensureCurrentSet(context, deployment, before);
  const latest = sets.current ? announce(context, deployment, sets.current, before.current === undefined) : deployment;
  const grown = growCurrent(context, latest, sets);
  if (grown) return writeRolloutStatus(context, latest, grown);
  const shrunk = shrinkOld(context, latest, sets);
  if (shrunk) return writeRolloutStatus(context, latest, shrunk);
  cleanUp(context, latest, sets);
  return writeRolloutStatus(context, latest, sets);
}

function rolloutRecreate(context: PhysicsContext, deployment: Deployment, before: Sets): Duration | undefined {
  const running = before.old.filter((set) => (set.spec.replicas ?? 1) > 0);
  if (running.length > 0) return writeRolloutStatus(context, deployment, replaced(before, running.map((set) => scaleSet(context, deployment, set, 0))));
  const oldPodsLive = before.old.some((set) => ownedPods(context.objects, set).some((pod) => pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded'));
  if (oldPodsLive) return writeRolloutStatus(context, deployment, before);
  const sets = ensureCurrentSet(context, deployment, before);
  const latest = sets.current ? announce(context, deployment, sets.current, before.current === undefined) : deployment;
  const grown = growCurrent(context, latest, sets) ?? sets;
  cleanUp(context, latest, grown);
  return writeRolloutStatus(context, latest, grown);
}

function growCurrent(context: PhysicsContext, deployment: Deployment, sets: Sets): Sets | undefined {
  const { current } = sets;
  if (!current) return undefined;
  const has = current.spec.replicas ?? 1;
  const wanted = wantedReplicas(deployment);
  if (has === wanted) return undefined;
  const next = has > wanted ? wanted : newSetReplicas(deployment, sets.all, has);
  return next === has ? undefined : replaced(sets, [scaleSet(context, deployment, current, next)]);
}

/** Gives up old pods: first those that do not work anyway, then as many as may be missing. */
function shrinkOld(context: PhysicsContext, deployment: Deployment, sets: Sets): Sets | undefined {
  const { current, all } = sets;
  if (!current || specReplicas(sets.old) === 0) return undefined;
  const leastAvailable = wantedReplicas(deployment) - maxUnavailable(deployment);
  const newUnavailable = (current.spec.replicas ?? 1) - (current.status?.availableReplicas ?? 0);
  const most = specReplicas(all) - leastAvailable - newUnavailable;
  if (most <= 0) return undefined;

  let budget = most;
  const old = sets.old.map((set) => {
    const has = set.spec.replicas ?? 1;
    const broken = Math.min(budget, has - (set.status?.availableReplicas ?? 0));
    if (broken <= 0) return set;
    budget -= broken;
    return scaleSet(context, deployment, set, has - broken);
  });

  let surplus = statusReplicas([...old, current], 'availableReplicas') - leastAvailable;
  const left = old.map((set) => {
    const has = set.spec.replicas ?? 1;
    const given = Math.min(has, surplus);
    if (given <= 0) return set;
    surplus -= given;
    return scaleSet(context, deployment, set, has - given);
  });
  return left.every((set, index) => set === sets.old[index]) ? undefined : replaced(sets, left);
}

/** After a change of `replicas`: the only active set takes all; in the middle of a rollout each takes its share, the largest the rest. */
function scaleAll(context: PhysicsContext, deployment: Deployment, sets: Sets): Sets {
  const active = sets.all.filter((set) => (set.spec.replicas ?? 1) > 0);
  const wanted = wantedReplicas(deployment);
  const single = active.length === 0 ? (sets.current ?? sets.all.at(-1)) : active.length === 1 ? active[0] : undefined;
  if (single) return replaced(sets, [scaleSet(context, deployment, single, wanted)]);
  if (active.length === 0) return sets;
  const total = specReplicas(active);
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
  const largestFirst = [...active].sort((a, b) => (b.spec.replicas ?? 1) - (a.spec.replicas ?? 1) || oldestFirst(b, a));
  let rest = allowed;
  const shares = new Map(
    largestFirst.map((set) => {
      const share = Math.min(rest, Math.round(((set.spec.replicas ?? 1) * allowed) / total));
      rest -= share;
      return [set.metadata.name, share];
    }),
  );
  const largest = largestFirst[0]?.metadata.name ?? '';
  shares.set(largest, (shares.get(largest) ?? 0) + rest);
  return replaced(sets, largestFirst.map((set) => scaleSet(context, deployment, set, shares.get(set.metadata.name) ?? 0)));
}

function cleanUp({ objects }: PhysicsContext, deployment: Deployment, { old }: Sets): void {
  if (!isComplete(deployment, deployment.status ?? {})) return;
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const idle = old.filter((set) => (set.spec.replicas ?? 1) === 0 && (set.status?.replicas ?? 0) === 0).sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of idle.slice(0, Math.max(0, old.length - limit))) objects.delete('apps/v1', 'ReplicaSet', set.metadata.namespace, set.metadata.name, { propagationPolicy: 'Background' });
}

function replaced(sets: Sets, changed: readonly ReplicaSet[]): Sets {
  const swap = (set: ReplicaSet) => changed.find((candidate) => candidate.metadata.name === set.metadata.name) ?? set;
  return { all: sets.all.map(swap), current: sets.current && swap(sets.current), old: sets.old.map(swap) };
}

