import { minutes, seconds, type Instant } from '@fleetmend/kernel';
import { isTerminal } from '@fleetmend/lifecycle';
import { RemediationRequestStatus, type RemediationRequest } from '@fleetmend/model';
import { sameStatus } from '@fleetmend/reconcile';
import { simulatedSettings } from '../world/settings.ts';
import { isHealthy, type Workload } from '../world/workload.ts';
import type { World } from '../world/world.ts';
import type { Report, Watcher } from './invariants.ts';

/** Times are stored in whole seconds, and a reading takes a moment. */
const SLACK = seconds(3);
/** From the last reading to the write that it leads to, at the very slowest. */
const READ_TO_WRITE = seconds(30);
const WRITES_PER_ATTEMPT = 30;
/** What a person or a fault may cause on top: a stopped clock, a re-plan, a withdrawn intent. */
const WRITES_PER_INCIDENT = 6;
const LOOKS_PER_MINUTE = 60;

/** I10: what has ended stays so. I11: `Succeeded` only after a healthy hold. I14: small, and of the shape that its kind has. L4: no hot loop, and no write that says nothing new. */
export function watchLives(world: World, report: Report): Watcher {
  const truths = followTruth(world);
  const writes = new Map<string, number>();
  const allowance = WRITES_PER_ATTEMPT + WRITES_PER_INCIDENT * world.schedule.incidents.length;

  world.ledger.onChange((change) => {
    if (change.kind !== 'Written' || change.before === undefined) return;
    const { before, after } = change;
    const name = after.metadata.name;
    if (isTerminal(before.status.phase) && (after.status.phase !== before.status.phase || after.status.reason !== before.status.reason || after.status.attempt !== before.status.attempt)) {
      report('I10', `${name} had ended as ${before.status.phase} (${before.status.reason ?? ''}) and became ${after.status.phase} (${after.status.reason ?? ''})`);
    }
    if (after.status.phase === 'Succeeded' && before.status.phase !== 'Succeeded') checkHold(after);
    if (before.status === after.status) return;
    if (isValidated) checkShape(after);
    const key = `${after.metadata.uid}/${after.status.attempt}`;
    const count = (writes.get(key) ?? 0) + 1;
    writes.set(key, count);
    if (count > allowance) report('L4', `${name} was written ${count} times in attempt ${after.status.attempt}; it stands at ${after.status.phase} (${after.status.reason ?? ''})`);
    if (sameStatus(before.status, after.status)) report('L4', `${name} was written again with the same status (${after.status.phase})`);
  });

  // Reading every status through its schema takes longer than all the rest: some schedules do it for the others.
  const isValidated = world.schedule.seed % 20 === 0;
  const checkShape = ({ metadata, spec, status }: RemediationRequest): void => {
    const { error } = RemediationRequestStatus.safeParse(status);
    if (error !== undefined) report('I14', `${metadata.name} holds what the API server refuses: ${error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
    const size = JSON.stringify({ spec, status }).length;
    if (size > 8192) report('I14', `${metadata.name} has ${size} bytes`);
  };

  const checkHold = ({ metadata, spec }: RemediationRequest): void => {
    const now = world.scheduler.now;
    const truth = truths.find(({ workload }) => workload.ref.name === spec.target?.name);
    const last = truth?.healthy.at(-1);
    const since = last?.since ?? now;
    const until = last?.until ?? now;
    if (since > now - simulatedSettings.hold + SLACK || until < now - READ_TO_WRITE) report('I11', `${metadata.name} succeeded, but ${spec.target?.name ?? ''} has been healthy only since ${Math.round((now - since) / 1000)} s (until ${Math.round((now - until) / 1000)} s ago)`);
  };

  const looks = new Map<string, { minute: number; count: number }>();
  world.onCall(({ name, arguments: [namespace, request], by }) => {
    if (name !== 'requests.get') return;
    const key = `${by.name} ${String(namespace)}/${String(request)}`;
    const minute = Math.floor(world.scheduler.now / minutes(1));
    const known = looks.get(key);
    const count = known?.minute === minute ? known.count + 1 : 1;
    looks.set(key, { minute, count });
    if (count > LOOKS_PER_MINUTE) report('L4', `${key} was looked at ${count} times within a minute`);
  });

  return {};
}

interface Truth {
  readonly workload: Workload;
  readonly healthy: { readonly since: Instant; until: Instant | undefined }[];
}

/** When each workload was really healthy. */
function followTruth(world: World): readonly Truth[] {
  const truths = world.clusters.flatMap((cluster) => cluster.workloads.map((workload): Truth => ({ workload, healthy: [{ since: world.scheduler.now, until: undefined }] })));
  const look = () => {
    for (const { workload, healthy } of truths) {
      const last = healthy.at(-1);
      const now = world.scheduler.now;
      if (isHealthy(workload) && last?.until !== undefined) healthy.push({ since: now, until: undefined });
      if (!isHealthy(workload) && last?.until === undefined && last !== undefined) last.until = now;
    }
  };
  for (const cluster of world.clusters) cluster.onChange(look);
  return truths;
}
