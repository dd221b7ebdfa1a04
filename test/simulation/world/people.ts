import { seconds } from '@fleetmend/kernel';
import { isTerminal } from '@fleetmend/lifecycle';
import type { RemediationRequest, RemediationPolicySpec } from '@fleetmend/model';
import type { PullRequestDraft } from '@fleetmend/plugin-api';
import { US, jsonPath, renderObject, type MemoryPullRequest } from '@fleetmend/testing';
import { renderTime } from '@fleetmend/kernel';
import type { ActKind, ApprovalKind, Incident, ReviewKind } from '../schedule/schedule.ts';
import { FREEZE, TENANT } from './settings.ts';
import { limitOf, withLimit } from './workload.ts';
import type { World } from './world.ts';

const PERSON = 'alex';
type Act = Extract<Incident, { kind: 'act' }>;

/** How often each thing that people and machines do by themselves really happened. */
export interface People {
  readonly fired: ReadonlyMap<string, number>;
}

/** Everybody who is not the hub: reviewers who meet each pull request, approvers, and whoever acts at a time of the schedule. */
export function letPeopleAct(world: World): People {
  const fired = new Map<string, number>();
  const done = (what: string) => void fired.set(what, (fired.get(what) ?? 0) + 1);
  const { incidents } = world.schedule;

  let opened = 0;
  world.forge.onChange(({ kind, pullRequest, by }) => {
    if (kind !== 'Opened' || by !== US) return;
    const nth = opened++;
    for (const incident of incidents) {
      if (incident.kind === 'review' && incident.nth === nth) world.scheduler.after(incident.delay, () => review(world, pullRequest, incident.review) && done(incident.review));
    }
  });
  const squatter = incidents.find((incident) => incident.kind === 'review' && incident.review === 'squat');
  let squatted = false;
  world.git.onPush((branch) => {
    if (squatter === undefined || squatted || !branch.startsWith('fleetmend/')) return;
    squatted = true;
    const draft = { repository: '', branch, base: 'main', title: 'mine', body: 'a pull request of mine', labels: [], reviewers: { users: [], teams: [] }, marker: '' };
    world.scheduler.after(1, () => {
      if (world.forge.pullRequests().some((one) => one.branch === branch)) return;
      world.forge.people.open(draft, PERSON);
      world.trace(() => `${PERSON} opens a pull request of their own from ${branch}`);
      done('squat');
    });
  });

  world.onCall(({ name, arguments: [draft] }) => {
    if (name !== 'forge.openPullRequest' || !world.cancelNextOpening) return;
    world.cancelNextOpening = false;
    const { body } = draft as PullRequestDraft;
    const request = world.ledger.all().find(({ metadata }) => body.includes(metadata.uid));
    if (request === undefined) return;
    done('cancel while opening');
    world.scheduler.after(200, () => world.ledger.cancel(request.metadata.namespace, request.metadata.name));
  });

  let waiting = 0;
  world.ledger.onChange((change) => {
    if (change.kind !== 'Written' || change.after.status.phase !== 'AwaitingApproval' || change.before?.status.phase === 'AwaitingApproval') return;
    const nth = waiting++;
    for (const incident of incidents) {
      if (incident.kind === 'approval' && incident.nth === nth) world.scheduler.after(incident.delay, () => approve(world, change.after, incident.approval) && done(`approval: ${incident.approval}`));
    }
  });

  for (const incident of incidents) if (incident.kind === 'act') world.scheduler.after(incident.at, () => act(world, incident) && done(incident.act));
  return { fired };
}

/** Nothing is paused, frozen or silent any more, and nothing fails that need not. */
export function calm(world: World): void {
  world.trace(() => 'from here on nothing goes wrong');
  world.faults.calm();
  setPolicy(world, { paused: false, freeze: [] });
  for (const agent of world.agents.values()) agent.silence(false);
  world.disturbedAt = world.scheduler.now;
}

function setPolicy(world: World, change: Partial<RemediationPolicySpec>): void {
  const { settings } = world;
  settings.policies = settings.policies.map((policy) => ({ ...policy, spec: { ...policy.spec, ...change } }));
  const [policy] = settings.policies;
  world.pausedSince = policy?.spec.paused ? (world.pausedSince ?? world.scheduler.now) : undefined;
  world.frozenSince = (policy?.spec.freeze ?? []).length > 0 ? (world.frozenSince ?? world.scheduler.now) : undefined;
}

function chosen<T>(items: readonly T[], pick: number): T | undefined {
  return items[pick % Math.max(1, items.length)];
}

/** Pushes another limit for the workload that a pull request is about to `main`. */
function pushLimit(world: World, path: string, change: (limit: number) => number, by = PERSON): boolean {
  const text = world.git.tip('main')?.files.get(path);
  if (text === undefined) return false;
  const object = JSON.parse(text);
  world.git.commit({ branch: 'main', files: new Map([[path, renderObject(withLimit(object, change(limitOf(object))))]]), author: by, message: 'by hand' });
  return true;
}

/** The file that a branch of ours changes. */
function changedFile(world: World, { branch, base }: MemoryPullRequest): string | undefined {
  const head = world.git.tip(branch);
  const main = world.git.tip(base);
  const from = head && main && world.git.mergeBase(main.sha, head.sha);
  const parent = head && world.git.find(head.parents[0] ?? '');
  return [...(head?.files ?? [])].find(([path, text]) => (from ?? parent)?.files.get(path) !== text || parent?.files.get(path) !== text)?.[0];
}

function review(world: World, pullRequest: MemoryPullRequest, kind: ReviewKind): boolean {
  if (pullRequest.state !== 'Open') return false;
  const { people } = world.forge;
  const { number, branch } = pullRequest;
  const path = changedFile(world, pullRequest);
  const text = path === undefined ? undefined : world.git.tip(branch)?.files.get(path);
  world.trace(() => `${PERSON} at #${number}: ${kind}`);
  switch (kind) {
    case 'merge':
      return people.merge(number, PERSON);
    case 'close':
      people.close(number, PERSON);
      return true;
    case 'close and push the value':
      if (path === undefined || text === undefined) return false;
      world.git.commit({ branch: 'main', files: new Map([[path, text]]), author: PERSON, message: 'the same, by hand' });
      people.close(number, PERSON);
      return true;
    case 'approve':
      people.review(number, { author: PERSON, state: 'Approved' });
      return true;
    case 'ask for changes':
      people.review(number, { author: PERSON, state: 'ChangesRequested' });
      return true;
    case 'edit and merge':
    case 'edit and leave': {
      if (path === undefined || text === undefined) return false;
      const object = JSON.parse(text);
      people.push(number, PERSON, new Map([[path, renderObject(withLimit(object, limitOf(object) + 30))]]));
      if (kind === 'edit and merge') world.scheduler.after(seconds(40), () => people.merge(number, PERSON));
      return true;
    }
    case 'close by a bot':
      people.close(number, 'stale[bot]');
      return true;
    case 'conflict':
      return path !== undefined && pushLimit(world, path, (limit) => limit + 5);
    case 'ignore':
    case 'squat':
      return true;
  }
}

function approve(world: World, { metadata, status }: RemediationRequest, kind: ApprovalKind): boolean {
  const { plan } = status;
  if (plan === undefined) return false;
  const say = (decision: 'Approve' | 'Reject', planDigest: string) => {
    const approvals = world.settings.approvals;
    const spec = { request: { name: metadata.name, uid: metadata.uid }, planDigest, decision, approver: PERSON };
    world.settings.approvals = [...approvals, { name: `approval-${approvals.length}`, namespace: TENANT, uid: `approval-${approvals.length}`, labels: {}, createdAt: renderTime(world.scheduler.now), spec }];
  };
  world.trace(() => `${PERSON} about ${metadata.name}: ${kind}`);
  if (kind === 'approve' || kind === 'approve and reject') say('Approve', plan.digest);
  if (kind === 'reject' || kind === 'approve and reject') say('Reject', plan.digest);
  if (kind === 'approve another plan') say('Approve', plan.edit);
  return true;
}

/** Does it, if there is an occasion; the answer says whether there was. */
function act(world: World, { act: kind, pick, for: duration }: Act): boolean {
  const happened = ACTIONS[kind](world, pick, duration);
  if (happened) world.trace(() => `it happens: ${kind}`);
  return happened;
}

type Doing = (world: World, pick: number, duration: number) => boolean;

const temporarily =
  (start: (world: World, pick: number) => void, end: (world: World, pick: number) => void): Doing =>
  (world, pick, duration) => {
    start(world, pick);
    world.scheduler.after(duration, () => end(world, pick));
    return true;
  };

const toWorkload =
  (change: (world: World, workload: World['clusters'][number]['workloads'][number]) => void): Doing =>
  (world, pick) => {
    const all = world.clusters.flatMap((cluster) => cluster.workloads.map((workload) => ({ cluster, workload })));
    const one = chosen(all, pick);
    if (one?.workload.live === undefined) return false;
    one.cluster.change(one.workload, (workload) => change(world, workload));
    return true;
  };

const toFile =
  (change: (limit: number) => number): Doing =>
  (world, pick) => {
    const plan = chosen(world.schedule.workloads, pick);
    return plan !== undefined && pushLimit(world, jsonPath(plan), change);
  };

const toLiveRequest =
  (change: (world: World, request: RemediationRequest) => void): Doing =>
  (world, pick) => {
    const request = chosen(world.ledger.all().filter((one) => !isTerminal(one.status.phase)), pick);
    if (request === undefined) return false;
    change(world, request);
    return true;
  };

/** Puts the file of the newest merged pull request of ours back, or to something else. */
const afterMerge =
  (change: (before: number) => number): Doing =>
  (world) => {
    const merged = world.forge.pullRequests().findLast((one) => one.state === 'Merged' && one.author === US);
    const parent = merged && world.git.find(world.git.find(merged.mergeSHA ?? '')?.parents[0] ?? '');
    const plan = world.schedule.workloads.find((one) => merged?.branch.includes(one.name));
    const before = plan && parent?.files.get(jsonPath(plan));
    return plan !== undefined && before !== undefined && pushLimit(world, jsonPath(plan), () => change(limitOf(JSON.parse(before))));
  };

const ACTIONS: Readonly<Record<ActKind, Doing>> = {
  pause: temporarily((world) => setPolicy(world, { paused: true }), (world) => setPolicy(world, { paused: false })),
  freeze: temporarily((world) => setPolicy(world, { freeze: [FREEZE] }), (world) => setPolicy(world, { freeze: [] })),
  'silence agent': temporarily((world, pick) => agentOf(world, pick)?.silence(true), endSilence),
  'switch bundle': (world) => {
    world.switchBundle();
    return true;
  },
  'change mode': (world, pick) => {
    setPolicy(world, { mode: chosen(['AutoMerge', 'Propose', 'Observe'] as const, pick) ?? 'Propose' });
    return true;
  },
  'cancel request': toLiveRequest((world, { metadata }) => world.ledger.cancel(metadata.namespace, metadata.name)),
  'cancel while opening': (world) => {
    world.cancelNextOpening = true;
    return false;
  },
  'delete request': toLiveRequest((world, { metadata }) => world.ledger.remove(metadata.namespace, metadata.name)),
  'delete workload': (world, pick) => {
    const plan = chosen(world.schedule.workloads, pick);
    if (plan === undefined || !world.git.tip('main')?.files.has(jsonPath(plan))) return false;
    world.git.commit({ branch: 'main', files: new Map([[jsonPath(plan), undefined]]), author: PERSON, message: 'not needed any more' });
    return true;
  },
  heal: toWorkload((_, workload) => void (workload.need = 32)),
  worsen: toWorkload((_, workload) => void (workload.need = workload.need + 60)),
  flap: toWorkload((world, workload) => {
    const { need } = workload;
    workload.need = need > 32 ? 32 : workload.plan.need;
    const cluster = world.clusters.find((one) => one.workloads.includes(workload));
    world.scheduler.after(seconds(25), () => cluster?.change(workload, () => void (workload.need = need)));
  }),
  'push another file': (world) => {
    world.git.commit({ branch: 'main', files: new Map([['README.md', `${world.scheduler.now}`]]), author: PERSON, message: 'something else' });
    return true;
  },
  'push the same file': toFile((limit) => limit + 1),
  'push a fix': toFile((limit) => limit * 2),
  'revert the merge': afterMerge((before) => before),
  'push a third value': afterMerge((before) => before + 7),
  'restart agent': (world, pick) => {
    agentOf(world, pick)?.restart();
    world.disturbedAt = world.scheduler.now;
    return true;
  },
  'refuse sync': (world, pick) => {
    chosen(world.clusters, pick)?.refuseNextSync();
    return true;
  },
  'crash hub': (world, pick) => {
    world.crash(pick % world.schedule.skews.length);
    return true;
  },
  'wipe stream': (world) => {
    world.courier.wipe();
    world.disturbedAt = world.scheduler.now;
    return true;
  },
};

function endSilence(world: World, pick: number): void {
  agentOf(world, pick)?.silence(false);
  world.disturbedAt = world.scheduler.now;
}

function agentOf(world: World, pick: number) {
  return chosen([...world.agents.values()], pick);
}
