import { minutes, pick, randomInt, seconds, seededRandom, type Random } from '@fleetmend/kernel';
import { ACTS, APPROVALS, FAULTS, REVIEWS, type FaultKind, type Incident, type Schedule, type WorkloadPlan } from './schedule.ts';

const CLUSTERS = ['north', 'south'] as const;
const CALM = minutes(14);

/** The schedule of a seed: what fails, what goes wrong, and what people do, all of it decided before the run. */
export function randomSchedule(seed: number): Schedule {
  const random = seededRandom(seed * 2_654_435_761 + 17);
  const chance = (share: number) => random.next() < share;
  const workloads = Array.from({ length: 1 + randomInt(random, 3) }, (_, index) => aWorkload(random, index));
  const two = chance(0.6);
  return {
    seed,
    workloads,
    mode: chance(0.5) ? 'AutoMerge' : chance(0.9) ? 'Propose' : 'Observe',
    priorApproval: chance(0.25) ? ['T0', 'T1'] : [],
    budgets: { openPerRepository: pick(random, [1, 2, 5]), openPerNamespace: pick(random, [1, 2, 2]) },
    skews: two ? [skew(random), skew(random)] : [skew(random)],
    starts: two ? [0, randomInt(random, minutes(8))] : [0],
    incidents: incidents(random, chance(0.1) ? 0 : 1 + randomInt(random, 8)),
    calmAt: CALM,
  };
}

/** Without incidents, people or a second hub: the way it should go. */
export function happySchedule(): Schedule {
  const workload: WorkloadPlan = { name: 'checkout', cluster: 'north', namespace: 'shop', limit: 64, need: 100, tooMuch: 4096, failsAt: seconds(30), twoSymptoms: false, confidence: 0.9 };
  return { seed: 0, workloads: [workload], mode: 'AutoMerge', priorApproval: [], budgets: { openPerRepository: 5, openPerNamespace: 2 }, skews: [0], starts: [0], incidents: [], calmAt: minutes(10) };
}

function skew(random: Random): number {
  return random.next() < 0.5 ? 0 : randomInt(random, seconds(20)) - seconds(10);
}

function aWorkload(random: Random, index: number): WorkloadPlan {
  return {
    name: ['checkout', 'cart', 'search'][index] ?? `app-${index}`,
    cluster: pick(random, CLUSTERS),
    namespace: random.next() < 0.7 ? 'shop' : 'payments',
    limit: 64,
    need: pick(random, [80, 100, 120, 200, 250, 1000]),
    tooMuch: pick(random, [128, 256, 4096, 4096, 4096]),
    failsAt: seconds(5 + randomInt(random, 240)),
    twoSymptoms: random.next() < 0.4,
    confidence: random.next() < 0.95 ? 0.9 : 0.3,
  };
}

function incidents(random: Random, count: number): Incident[] {
  const reviews: Incident[] = [0, 1, 2, 3].map((nth) => ({ kind: 'review', review: pick(random, ['merge', 'merge', 'merge', 'merge', 'close', ...(nth === 0 ? REVIEWS : REVIEWS.filter((review) => review !== 'squat'))]), nth, delay: seconds(5 + randomInt(random, 300)) }));
  const approvals: Incident[] = [0, 1, 2, 3].map((nth) => ({ kind: 'approval', approval: random.next() < 0.4 ? 'approve' : pick(random, APPROVALS), nth, delay: seconds(5 + randomInt(random, 200)) }));
  return [...reviews, ...approvals, ...Array.from({ length: count }, () => incident(random))];
}

function incident(random: Random): Incident {
  if (random.next() < 0.5) return { kind: 'act', act: pick(random, ACTS), at: randomInt(random, CALM), pick: randomInt(random, 1000), for: seconds(20 + randomInt(random, 400)) };
  const fault = pick(random, Object.keys(FAULTS) as FaultKind[]);
  return { kind: 'fault', fault, nth: nthOf(random, fault) };
}

/** Early occasions are worth more: a life has few of them, and polling has many. */
function nthOf(random: Random, fault: FaultKind): number {
  const many = fault === 'crash before' || fault === 'crash after' || fault === 'refused' || fault === 'slow';
  return Math.floor(random.next() ** 2 * (many ? 400 : 25));
}
