import { hours, minutes, seconds, type Instant } from '@fleetmend/kernel';
import { isTerminal, workloadKeys } from '@fleetmend/lifecycle';
import type { RemediationRequest } from '@fleetmend/model';
import { US, type MemoryPullRequest } from '@fleetmend/testing';
import { simulatedSettings } from '../world/settings.ts';
import { limitOf } from '../world/workload.ts';
import { MEBI, type World } from '../world/world.ts';
import type { Report, Watcher } from './invariants.ts';

/** The hub remembers when it looked, not when the forge answered, and by its own clock. */
const HOUR = hours(1) - minutes(1);

/** What the ledger ever said about a plan that may be delivered. */
interface Licence {
  readonly request: string;
  readonly kind: 'Repair' | 'Revert';
  readonly plan: string;
}

interface No {
  readonly said: string;
  readonly fields: readonly string[];
  readonly action: string;
  readonly request: string;
  readonly at: Instant;
}

/** A no that is younger than this may cross an intent that was confirmed before it. */
const CROSSING = seconds(5);

/** I2, I3, I4, I5, I9: of every pull request that we open. */
export function watchDeliveries(world: World, report: Report): Watcher {
  const requests = new Map<string, RemediationRequest>();
  const licences = new Map<string, Licence>();
  const noes: No[] = [];
  /** Opened by a call that was on its way when its request ended: nobody's, and closed a little later. */
  const orphans = new Set<number>();

  world.ledger.onChange((change) => {
    if (change.kind !== 'Written') return;
    const { metadata, status } = change.after;
    requests.set(metadata.uid, change.after);
    const { intent, verdict, plan } = status;
    if (intent?.confirmed && intent.withdrawn === undefined && verdict?.result === 'Allow' && verdict.kind === intent.kind && verdict.forPlan === intent.forPlan) licences.set(intent.branch, { request: metadata.uid, kind: intent.kind, plan: intent.forPlan });
    const refused = status.phase === 'Failed' && (status.reason === 'Vetoed' || status.reason === 'Rejected') && change.before?.status.phase !== 'Failed';
    if (refused && plan !== undefined) noes.push({ said: status.reason ?? '', fields: plan.fields, action: plan.action, request: metadata.name, at: world.scheduler.now });
  });

  world.forge.onChange(({ kind, pullRequest, by }) => {
    if (by !== US || kind !== 'Opened') return;
    const name = `pull request #${pullRequest.number} (${pullRequest.branch})`;
    const licence = licences.get(pullRequest.branch);
    const request = requestOf(requests, pullRequest);
    if (request === undefined || licence === undefined || licence.request !== request.metadata.uid) return report('I3', `${name} has no prior intent with an allow for the same plan`);
    if (world.git.tip(pullRequest.branch)?.message.includes(`Fleetmend-Plan: ${licence.plan}`) !== true) report('I3', `${name} holds another plan than was allowed`);
    if (licence.kind === 'Revert') return;
    checkSafety(world, report, name, pullRequest);
    checkApproval(world, report, name, request, licence.plan);
    if (isTerminal(request.status.phase)) return void orphans.add(pullRequest.number);
    const open = world.forge.pullRequests().filter((one) => one !== pullRequest && isOurs(world, requests, one));
    checkUnique(report, name, request, open, requests);
    checkBudgets(world, report, name, { request, open, requests, pullRequest, orphans });
    for (const no of noes) if (world.scheduler.now - no.at > CROSSING && no.action === request.status.plan?.action && no.fields.some((field) => request.status.plan?.fields.includes(field))) report('I9', `${name} makes an edit again that was ${no.said.toLowerCase()} in ${no.request}`);
  });
  return {};
}

function requestOf(requests: ReadonlyMap<string, RemediationRequest>, { body }: MemoryPullRequest): RemediationRequest | undefined {
  const [, uid] = /rr:([0-9a-f-]{36})/.exec(body) ?? [];
  return requests.get(uid ?? '');
}

/** An open repair of ours. One that a person took over after its request had ended is theirs. */
function isOurs(world: World, requests: ReadonlyMap<string, RemediationRequest>, pullRequest: MemoryPullRequest): boolean {
  if (pullRequest.state !== 'Open' || pullRequest.author !== US || pullRequest.branch.startsWith('fleetmend/revert-')) return false;
  const touched = world.forge.stateOf(pullRequest).commits.some((commit) => !commit.byUs);
  const request = requestOf(requests, pullRequest);
  return !(touched && request !== undefined && isTerminal(request.status.phase));
}

/** The one unsafe edit that the simulated policy knows: more memory than the bundle allows that judges now. */
function checkSafety(world: World, report: Report, name: string, { branch }: MemoryPullRequest): void {
  const files = world.git.tip(branch)?.files ?? new Map<string, string>();
  const parent = world.git.find(world.git.tip(branch)?.parents[0] ?? '');
  for (const [path, text] of files) {
    if (parent?.files.get(path) === text) continue;
    const limit = limitOf(JSON.parse(text)) * MEBI;
    const allowed = Math.max(...world.bundles(seconds(5)).map((bundle) => bundle.maxMemory));
    if (limit > allowed) report('I4', `${name} sets a limit of ${limit / MEBI}Mi; ${allowed / MEBI}Mi are allowed`);
  }
}

function checkApproval({ schedule, settings }: World, report: Report, name: string, { metadata }: RemediationRequest, plan: string): void {
  if (schedule.priorApproval.length === 0) return;
  const given = settings.approvals.some(({ spec }) => spec.request.uid === metadata.uid && spec.planDigest === plan && spec.decision === 'Approve');
  if (!given) report('I3', `${name} was opened without the approval that its tier needs`);
}

function checkUnique(report: Report, name: string, request: RemediationRequest, open: readonly MemoryPullRequest[], requests: ReadonlyMap<string, RemediationRequest>): void {
  const own = new Set(workloadKeys(request));
  for (const other of open) {
    const rival = requestOf(requests, other);
    if (rival?.spec.failure.fingerprint === request.spec.failure.fingerprint) report('I2', `${name} and #${other.number} are open for one fingerprint`);
    else if (rival !== undefined && workloadKeys(rival).some((key) => own.has(key))) report('I2', `${name} and #${other.number} are open for one workload`);
  }
}

interface Opened {
  readonly request: RemediationRequest;
  readonly pullRequest: MemoryPullRequest;
  readonly open: readonly MemoryPullRequest[];
  readonly requests: ReadonlyMap<string, RemediationRequest>;
  readonly orphans: ReadonlySet<number>;
}

function checkBudgets(world: World, report: Report, name: string, { request, open, requests, pullRequest, orphans }: Opened): void {
  const { openPerNamespace, openPerRepository } = world.schedule.budgets;
  const place = ({ spec }: RemediationRequest) => `${spec.clusters.join()}/${spec.target?.namespace ?? ''}`;
  const inNamespace = open.filter((other) => place(requestOf(requests, other) ?? request) === place(request)).length;
  if (inNamespace + 1 > openPerNamespace) report('I5', `${name} is one of ${inNamespace + 1} open in its namespace; ${openPerNamespace} are allowed`);
  if (open.length + 1 > openPerRepository) report('I5', `${name} is one of ${open.length + 1} open in its repository; ${openPerRepository} are allowed`);
  // A request that a person deletes takes its memory with it.
  const isKept = (other: MemoryPullRequest) => world.ledger.all().some(({ metadata }) => other.body.includes(metadata.uid));
  const lately = world.forge.pullRequests().filter((other) => other !== pullRequest && !orphans.has(other.number) && isKept(other) && other.author === US && !other.branch.startsWith('fleetmend/revert-') && world.scheduler.now - other.openedAt < HOUR).length;
  const { createdPerHour } = simulatedSettings.budgets;
  if (lately + 1 > createdPerHour) report('I5', `${name} is number ${lately + 1} within an hour; ${createdPerHour} are allowed`);
}
