import { isPermanent, renderTime, shortDigest, type Clock, type Duration } from '@fleetmend/kernel';
import { isTerminal } from '@fleetmend/lifecycle';
import { RETRY_ANNOTATION, SYSTEM_NAMESPACE, causesOf, echoesNode, fingerprintOfCause, isAbout, keyOfCause, renderRef, sharedFingerprintOf, type SharedCause, type FailureEvent, type RemediationRequest } from '@fleetmend/model';
import type { NewRequest, Requests, Settings } from '@fleetmend/ports';
import { chooseBinding, type ShareFile } from '@fleetmend/stages';
import { lostNodeOf, sharedCauseOf, standingRequest } from './attribution.ts';
import type { LiveOpenSet } from './open-set.ts';

export interface IntakeDeps {
  readonly requests: Requests;
  readonly settings: Settings;
  readonly openSet: LiveOpenSet;
  readonly clock: Clock;
  /** Whether a failure that several clusters show alike comes from one file. */
  readonly shareFile: ShareFile;
  /** Whether the last commits of its workload brought what a shared cause would otherwise explain. */
  readonly broughtByGit: (event: FailureEvent) => Promise<boolean>;
  /** How long a new failure waits for others that share its cause. */
  readonly window: Duration;
}

/** What became of an event: a request was made, it belongs to one that exists, or it says nothing new. */
export type Intaken = 'Created' | 'Known' | 'Stale';

/**
 * Turns failure events into requests. The promise resolves only when the event's news is durable in the hub cluster, so
 * whoever delivers it acknowledges then and not before. The same event may come any number of times.
 */
export function createIntake(deps: IntakeDeps): (event: FailureEvent) => Promise<Intaken> {
  const waiting = new Map<string, Promise<Intaken>>();
  const inner = { ...deps, causes: new Map<string, Promise<Intaken>>() };
  return async (event) => {
    const news = deps.openSet.apply(event);
    if (event.state !== 'open') {
      if (event.finding.class === 'NodeNotReady') await release(inner, event);
      return news ? 'Known' : 'Stale';
    }
    const key = `${event.cluster}/${event.fingerprint}`;
    const known = waiting.get(key);
    if (known !== undefined) return known;
    const taken = ensureRequest(inner, event).finally(() => waiting.delete(key));
    waiting.set(key, taken);
    return taken;
  };
}

/**
 * A person may ask again for what never stopped failing (`fleetmend retry`). The agent has nothing new to say of it, so what it
 * said last is taken in once more. After a restart of the hub it says everything again by itself.
 * @returns a function that ends it
 */
export function takeRetries(deps: IntakeDeps, trouble: (error: unknown, request: string) => void): () => void {
  const inner = { ...deps, causes: new Map<string, Promise<Intaken>>() };
  return deps.requests.watch(({ namespace, name }) => {
    const asked = deps.requests.cached().find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    if (asked === undefined || !retryAsked(asked) || !isTerminal(asked.status.phase)) return;
    const still = asked.spec.clusters.flatMap((cluster) => deps.openSet.open(cluster).filter(({ fingerprint }) => isAbout(asked.spec, cluster, fingerprint)));
    for (const event of still) ensureRequest(inner, event).catch((error: unknown) => trouble(error, `${namespace}/${name}`));
  });
}

function retryAsked({ metadata }: RemediationRequest): boolean {
  return metadata.annotations?.[RETRY_ANNOTATION] !== undefined;
}

/** Shared causes whose requests are being made: whatever else shows one waits for that. */
interface Inner extends IntakeDeps {
  readonly causes: Map<string, Promise<Intaken>>;
}

async function ensureRequest(deps: Inner, event: FailureEvent): Promise<Intaken> {
  if (causesOf(event).some((cause) => standingRequest(deps.requests.cached(), cause) !== undefined)) return 'Known';
  const before = earlierRequests(deps.requests.cached(), event).find((request) => !isTerminal(request.status.phase));
  // The cache may lag: a request that it shows as alive may have ended, and then this event is a new failure.
  if (before !== undefined && (await isAlive(deps, before))) return 'Known';
  await deps.clock.sleep(deps.window);
  const latest = deps.openSet.find(event.cluster, event.fingerprint) ?? event;
  // It went away inside the window: nobody needs to hear of it.
  if (latest.state !== 'open') return 'Known';
  if (lostNodeOf(deps.openSet, latest) !== undefined) return 'Known';
  const shared = sharedCauseOf(deps.openSet, latest);
  const explained = shared && (await explain(deps, latest, shared));
  if (explained !== undefined) return explained;
  if (!isNew(deps, await deps.requests.list(), latest)) return 'Known';
  const alike = await sameCause(deps, latest);
  // Whoever shares the cause may have made the request meanwhile.
  const requests = await deps.requests.list();
  if (!isNew(deps, requests, latest)) return 'Known';
  const clusters = alike.filter((entry) => isNew(deps, requests, entry)).map(({ cluster }) => cluster).sort();
  const fingerprint = clusters.length > 1 ? sharedFingerprintOf(latest.finding) : latest.fingerprint;
  const n = nextNumber(requests.filter((request) => request.spec.failure.fingerprint === fingerprint));
  await deps.requests.create(await newRequest(deps, latest, { clusters, fingerprint, n }));
  return 'Created';
}

/** What a lost node explained speaks for itself once the node is back, or gone for good. */
async function release(deps: Inner, node: FailureEvent): Promise<void> {
  const echoes = deps.openSet.open(node.cluster).filter((event) => echoesNode(event, node));
  await Promise.all(echoes.map((event) => ensureRequest(deps, event)));
}

/** Makes the request of a shared cause, once. Undefined: commits brought it, each of which is mended for itself. */
async function explain(deps: Inner, event: FailureEvent, cause: SharedCause): Promise<Intaken | undefined> {
  const key = keyOfCause(cause);
  const underWay = deps.causes.get(key);
  if (underWay !== undefined) return (await underWay) === 'Stale' ? undefined : 'Known';
  const members = [...deps.openSet.sharing(cause)];
  const made = (async (): Promise<Intaken> => ((await isOfGit(deps, members)) ? 'Stale' : ensureCause(deps, event, { cause, members })))().finally(() => deps.causes.delete(key));
  deps.causes.set(key, made);
  const taken = await made;
  return taken === 'Stale' ? undefined : taken;
}

/** Members of a shared cause that are asked for; the first few speak for all. */
const ASKED = 3;

/** A commit brought it: then it is not the registry that changed, and a commit mends it. */
async function isOfGit({ broughtByGit }: IntakeDeps, members: readonly FailureEvent[]): Promise<boolean> {
  for (const member of members.slice(0, ASKED)) if (await broughtByGit(member)) return true;
  return false;
}

/** One request for what many workloads show, and no pull request: whose cause is no manifest ends with a person. */
async function ensureCause(deps: IntakeDeps, event: FailureEvent, { cause, members }: { readonly cause: SharedCause; readonly members: readonly FailureEvent[] }): Promise<Intaken> {
  const requests = await deps.requests.list();
  if (standingRequest(requests, cause) !== undefined) return 'Known';
  const fingerprint = fingerprintOfCause(cause);
  const clusters = [...new Set(members.map(({ cluster }) => cluster))].sort().slice(0, MOST_CLUSTERS);
  const n = nextNumber(requests.filter((request) => request.spec.failure.fingerprint === fingerprint));
  const owners = [...new Set(members.map(({ finding }) => renderRef(finding.target)))].sort();
  const { target: _, ...spec } = (await newRequest(deps, event, { clusters, fingerprint, n })).spec;
  const message = `${cause.scope} ${cause.name}: ${event.finding.observation.message}; ${owners.length} workloads show it, among them ${owners.slice(0, 5).join(', ')}`;
  await deps.requests.create({
    name: `rr-${shortDigest(fingerprint)}-${n}`,
    namespace: SYSTEM_NAMESPACE,
    spec: { ...spec, scope: cause.scope, subject: { kind: cause.scope, name: cause.name.slice(0, 253) }, failure: { ...spec.failure, message: message.slice(0, 1024) } },
    status: { phase: 'Detected', reason: 'Detected', attempt: 1, phaseSince: renderTime(deps.clock.now()), clockAt: renderTime(deps.clock.now()) },
  });
  return 'Created';
}

/** The most clusters that one request may have; the others get their own, and wait for this one's change. */
const MOST_CLUSTERS = 32;

/** The event, and what other clusters show alike out of the same file: one bad commit over several clusters is one cause. */
async function sameCause({ openSet, settings, shareFile }: IntakeDeps, event: FailureEvent): Promise<readonly FailureEvent[]> {
  const shared = sharedFingerprintOf(event.finding);
  const others = (await settings.clusters()).filter(({ name }) => name !== event.cluster);
  const alike = others.flatMap(({ name }) => openSet.open(name).find((entry) => sharedFingerprintOf(entry.finding) === shared) ?? []).slice(0, MOST_CLUSTERS - 1);
  if (alike.length === 0) return [event];
  const sharing = await shareFile(event.finding.target, [event, ...alike].map(({ cluster }) => cluster));
  return [event, ...alike.filter(({ cluster }) => sharing.includes(cluster))];
}

/** No request that lives is about it, and none that ended was about the same occurrence. */
function isNew({ openSet }: IntakeDeps, requests: readonly RemediationRequest[], event: FailureEvent): boolean {
  return earlierRequests(requests, event).every((request) => isTerminal(request.status.phase) && (retryAsked(request) || openedAgain(openSet, event, request)));
}

async function isAlive({ requests }: IntakeDeps, { metadata }: RemediationRequest): Promise<boolean> {
  const current = await requests.get(metadata.namespace, metadata.name);
  return current?.metadata.uid === metadata.uid && !isTerminal(current.status.phase);
}

function earlierRequests(requests: readonly RemediationRequest[], { cluster, fingerprint }: FailureEvent): readonly RemediationRequest[] {
  return requests.filter(({ spec }) => isAbout(spec, cluster, fingerprint));
}

/**
 * A failure that never went away blocks a new request. One that was closed after the earlier request had ended, and opened
 * again, is a new one. The start of an agent is no new failure: it sees everything for the first time.
 */
function openedAgain(openSet: LiveOpenSet, event: FailureEvent, request: RemediationRequest): boolean {
  const ended = Date.parse(request.status.phaseSince ?? request.metadata.creationTimestamp);
  if (event.firstSeen <= ended) return false;
  const { phase, reason, aftermath } = request.status;
  const wasClosed = phase === 'Succeeded' || reason === 'Recovered' || reason === 'TargetGone' || aftermath?.ticketClosed !== undefined;
  const closed = openSet.lastEnded(event.cluster, event.fingerprint);
  return wasClosed || event.epoch <= ended || (closed !== undefined && closed > ended);
}

function nextNumber(earlier: readonly RemediationRequest[]): number {
  return 1 + Math.max(0, ...earlier.map((request) => Number(request.metadata.name.split('-').at(-1)) || 0));
}

interface Identity {
  readonly clusters: readonly string[];
  readonly fingerprint: string;
  readonly n: number;
}

async function newRequest(deps: IntakeDeps, event: FailureEvent, { clusters, fingerprint, n }: Identity): Promise<NewRequest> {
  const { finding } = event;
  const now = renderTime(deps.clock.now());
  return {
    name: `rr-${shortDigest(fingerprint)}-${n}`,
    namespace: await tenantOf(deps, event),
    spec: {
      clusters: [...clusters],
      target: finding.target,
      failure: { class: finding.class, ...(finding.subCause === undefined ? {} : { subCause: finding.subCause }), message: finding.observation.message || finding.observation.reason, fingerprint },
      ...scopeOf(finding),
      cancel: false,
    },
    status: { phase: 'Detected', reason: 'Detected', attempt: 1, phaseSince: now, clockAt: now },
  };
}

/** A node is nobody's workload: what is wrong with it ends with a person. */
function scopeOf({ target: { kind, name } }: FailureEvent['finding']): Pick<NewRequest['spec'], 'scope' | 'subject'> {
  return kind === 'Node' ? { scope: 'Node', subject: { kind, name } } : { scope: 'Workload' };
}

/** The namespace of the most specific binding; without one, or with several, the system's own, where a human will look. */
async function tenantOf({ settings }: IntakeDeps, { cluster, finding }: FailureEvent): Promise<string> {
  const [bindings, fleet] = await Promise.all([settings.bindings(), settings.clusters()]);
  try {
    return chooseBinding(bindings, { labels: fleet.find((one) => one.name === cluster)?.labels ?? {} }, finding.target).namespace;
  } catch (error) {
    if (isPermanent(error)) return SYSTEM_NAMESPACE;
    throw error;
  }
}
