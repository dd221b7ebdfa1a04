import { PermanentError, minutes, parse } from '@fleetmend/kernel';
import { type KubeObject, groupOf, refOf, renderRef } from '@fleetmend/model';
import { type Application as FoundApplication, type EngineContext, type GitOpsEngine, type RolloutState, definePlugin } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { chartsOf, isOf, isOfChartsAlone } from './charts.ts';
import { isDestination, lists, manages, trackedBy } from './ownership.ts';
import { dryRevision, hydrationOf } from './hydration.ts';
import { Application } from './schema.ts';

const Config = z.strictObject({ namespace: z.string().min(1).max(63).default('argocd').describe('namespace that Argo CD itself runs in') });
const APPLICATION = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' } as const;
/** Conditions by which Argo CD says that it cannot build or compare the present revision. */
const REFUSALS: readonly string[] = ['ComparisonError', 'InvalidSpecError', 'SyncError'];

/** It sees a change at once, and waits longer from one try to the next. Source: argo-cd 3.1, `--self-heal-backoff-cap-seconds`. */
const SELF_HEAL = minutes(5);

/** Argo CD Applications, read through the agent of the cluster that holds them. */
export const argocd = definePlugin<z.infer<typeof Config>, GitOpsEngine>({
  kind: 'argocd',
  config: Config,
  create: ({ namespace }) => ({
    kind: 'argocd',
    async findApplication(target, { read, destination }) {
      const tracked = trackedBy(target, namespace);
      const isOwner = ({ application }: Live) => manages(application, target, destination);
      const named = tracked ? (await read({ ...APPLICATION, ...tracked })).map(parsed) : [];
      const candidates = named.some(isOwner) ? named : (await read(APPLICATION)).map(parsed);
      const [owner, ...others] = candidates.filter(isOwner);
      if (!owner) return undefined;
      if (others.length > 0) {
        const names = [owner, ...others].map(({ object: { metadata } }) => `${metadata.namespace ?? ''}/${metadata.name}`).join(', ');
        throw new PermanentError('ApplicationAmbiguous', `the Argo CD Applications ${names} all manage ${renderRef(refOf(target))}: remove it from all but one`);
      }
      return describe(target, owner, await findHolder(owner.object, { read, namespace }));
    },
    async listApplications({ read, destination }) {
      const all = (await read(APPLICATION)).map(parsed);
      const holderOf = holdersAmong(all);
      return all.filter(({ application }) => isDestination(application, destination)).map((one) => describe(undefined, one, holderOf(one.object)));
    },
    readRollout: (question, context) => readRollout({ ...question, namespace }, context),
  }),
});

/** An Application with what was parsed of it: there may be hundreds, and each is parsed once. */
interface Live {
  readonly object: KubeObject;
  readonly application: Application;
}

function parsed(object: KubeObject): Live {
  return { object, application: parseApplication(object) };
}

/** The Application that applies another, as its tracking id and the other's status agree. */
async function findHolder(owner: KubeObject, { read, namespace }: Pick<EngineContext, 'read'> & { readonly namespace: string }): Promise<Live | undefined> {
  const holder = trackedBy(owner, namespace);
  const holders = holder ? (await read({ ...APPLICATION, ...holder })).map(parsed) : [];
  return holders.find(({ application }) => lists(application, owner));
}

/** Which of many Applications lists another as one that it applies: the first that does. */
function holdersAmong(all: readonly Live[]): (owner: KubeObject) => Live | undefined {
  const nameOf = (namespace: string, name: string) => `${namespace}/${name}`;
  const isApplication = ({ group, kind }: Application['status']['resources'][number]) => group === groupOf(APPLICATION.apiVersion) && kind === APPLICATION.kind;
  const holders = new Map(all.toReversed().flatMap((one) => one.application.status.resources.filter(isApplication).map(({ namespace, name }) => [nameOf(namespace, name), one] as const)));
  return ({ metadata }) => holders.get(nameOf(metadata.namespace ?? '', metadata.name));
}

function describe(target: KubeObject | undefined, { object: owner, application: { spec, status } }: Live, holder: Live | undefined): FoundApplication {
  const sources = sourcesIn({ spec });
  const failure = status.conditions.find(({ type }) => REFUSALS.includes(type));
  const operation = status.operationState;
  const hydration = spec.sourceHydrator && status.sourceHydrator?.currentOperation;
  const failed = hydration?.phase === 'Failed' ? `hydration failed: ${hydration.message}` : operation && isFailed(operation.phase) ? `sync ${operation.phase.toLowerCase()}: ${operation.message}` : undefined;
  const charts = chartsOf({ spec, status });
  const isAlone = sources.length === 1 && sources[0]?.path === undefined;
  // Of an Application of charts alone, Git holds its own object: what it says is what a commit changes.
  const held = isOfChartsAlone(spec) ? holder && { spec: holder.application.spec, status: holder.application.status } : { spec, status };
  const isCurrent = !isOfChartsAlone(spec) || (status.sync?.status === 'Synced' && isOf({ spec }, status.sync.comparedTo));
  return {
    engine: 'argocd',
    ref: refOf(owner),
    object: owner,
    ...(holder ? { heldIn: sourcesIn(holder.application).map(({ path = '' }) => ({ path })) } : {}),
    ...(charts.length === 0 ? {} : { charts }),
    ...(isOfChartsAlone(spec) ? { renderedBy: refOf(owner) } : {}),
    sources: held === undefined || (isAlone && held.spec === spec) ? [] : sourcesIn(held).map(({ repoURL, path = '', targetRevision = 'HEAD' }, index) => ({ repoURL, path, revision: targetRevision, ...appliedOfSource(held.status, index) })),
    namespace: spec.destination.namespace ? { name: spec.destination.namespace, override: false } : undefined,
    applied: held && isCurrent ? appliedOf(held) : undefined,
    healsWithin: isAutomatic(spec) && spec.syncPolicy?.automated?.selfHeal === true ? SELF_HEAL : undefined,
    refused: failure ? `${failure.type}: ${failure.message}` : failed,
    evidence: target ? [`status.resources of ${renderRef(refOf(owner))} lists ${renderRef(refOf(target))}`] : [],
  };
}

function sourcesIn({ spec }: Pick<Application, 'spec'>): NonNullable<Application['spec']['sources']> {
  const single = spec.sourceHydrator?.drySource ?? spec.source;
  return spec.sources ?? (single ? [single] : []);
}

type Question = Parameters<GitOpsEngine['readRollout']>[0] & {
  /** That Argo CD itself runs in. */
  readonly namespace: string;
};

async function readRollout(question: Question, context: EngineContext): Promise<RolloutState> {
  const { application: { apiVersion, kind, namespace, name }, commit, isAncestor } = question;
  const { read, cluster } = context;
  const [found] = await read({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
  if (!found) return { state: 'Unknown', revision: undefined, message: `Application ${namespace ?? ''}/${name} does not exist any more where ${cluster} is managed from` };
  const { spec, status } = parseApplication(found);
  if (isOfChartsAlone(spec)) return chartRollout(found, question, context);
  const operation = status.operationState;
  const revisionThatHolds = async (revisions: readonly string[]): Promise<string | undefined> => {
    for (const revision of revisions) {
      const dry = await dryRevision({ spec, status }, revision, isAncestor);
      if (dry !== undefined && (await isAncestor(commit, dry))) return dry;
    }
    return undefined;
  };
  const answer = (state: RolloutState['state'], revision: string | undefined, message: string): RolloutState => ({ state, revision, message });

  const synced = operation?.phase === 'Succeeded' ? await revisionThatHolds(revisionsOf(operation.syncResult)) : undefined;
  if (synced) return answer('Applied', synced, operation?.message ?? '');
  // Nothing to sync, or synced earlier: live equals the compared revision all the same.
  const equal = status.sync?.status === 'Synced' ? await revisionThatHolds(revisionsOf(status.sync)) : undefined;
  if (equal) return answer('Applied', equal, 'in sync');
  const earlier = await revisionThatHolds(revisionsOf(status.history.at(-1)));
  if (earlier) return answer('Applied', earlier, 'synced earlier');
  const tried = operation && isFailed(operation.phase) ? await revisionThatHolds([...revisionsOf(operation.syncResult), ...revisionsOf(operation.operation?.sync)]) : undefined;
  if (tried) return answer('Refused', tried, operation?.message ?? '');
  const failure = status.conditions.find(({ type }) => REFUSALS.includes(type));
  if (!isAutomatic(spec) && operation?.phase !== 'Running') return answer('Suspended', appliedOf({ spec, status }), `automatic sync of ${name} is off: sync it by hand to have ${commit.slice(0, 8)} applied`);
  const hydration = spec.sourceHydrator && (await hydrationOf({ spec, status }, commit, isAncestor));
  if (hydration !== undefined) return answer('Waiting', appliedOf({ spec, status }), hydration);
  return answer('Waiting', appliedOf({ spec, status }), failure ? `${failure.type}: ${failure.message}` : `${operation?.phase ?? 'not synced yet'}${operation?.message ? `: ${operation.message}` : ''}`);
}

/** A commit reaches an Application of charts alone through the one that applies its object; then the object itself has to be synced as it is now. */
async function chartRollout(found: KubeObject, question: Question, context: EngineContext): Promise<RolloutState> {
  const { spec, status } = parseApplication(found);
  const who = renderRef(refOf(found));
  const holder = await findHolder(found, { read: context.read, namespace: question.namespace });
  if (!holder) return { state: 'Unknown', revision: undefined, message: `no Application that is known here applies ${who}, so nothing tells whether a commit has reached it` };
  const above = await readRollout({ ...question, application: refOf(holder.object) }, context);
  if (above.state !== 'Applied') return above;
  const operation = status.operationState;
  if (status.sync?.status === 'Synced' && isOf({ spec }, status.sync.comparedTo)) return { ...above, message: `${who} is in sync with it` };
  if (operation && isFailed(operation.phase) && isOf({ spec }, operation.syncResult)) return { ...above, state: 'Refused', message: operation.message };
  if (!isAutomatic(spec) && operation?.phase !== 'Running') return { ...above, state: 'Suspended', message: `automatic sync of ${who} is off: sync it by hand to have ${question.commit.slice(0, 8)} applied` };
  const failure = status.conditions.find(({ type }) => REFUSALS.includes(type));
  return { ...above, state: 'Waiting', message: failure ? `${failure.type}: ${failure.message}` : `${who} has yet to be synced as it is now` };
}

function isAutomatic({ syncPolicy }: Application['spec']): boolean {
  return syncPolicy?.automated !== undefined && syncPolicy.automated !== null && syncPolicy.automated.enabled !== false;
}

type Status = Application['status'];

interface Revisions {
  readonly revision?: string | undefined;
  readonly revisions?: readonly string[] | undefined;
}

/** The commit that people wrote: of a hydrated Application the one that the synced one was made of, as far as its status tells. */
function appliedOf({ spec, status }: Pick<Application, 'spec' | 'status'>): string | undefined {
  const [revision] = revisionsOf(lastApplied(status));
  if (!spec.sourceHydrator) return revision;
  const last = status.sourceHydrator?.lastSuccessfulOperation;
  return revision !== undefined && revision === last?.hydratedSHA ? last.drySHA : undefined;
}

/** Several sources may lie in several repositories; their revisions stand in the order of the sources. */
function appliedOfSource(status: Status, index: number): { readonly applied?: string } {
  const revision = lastApplied(status)?.revisions?.[index];
  return revision === undefined || revisionsOf({ revision }).length === 0 ? {} : { applied: revision };
}

function lastApplied({ sync, history }: Status): Revisions | undefined {
  return sync?.status === 'Synced' ? sync : history.at(-1);
}

/** Commits among the revisions; a chart's version is none. */
function revisionsOf(result: Revisions | undefined): readonly string[] {
  return [...(result?.revisions ?? []), ...(result?.revision === undefined ? [] : [result.revision])].filter((revision) => /^[0-9a-f]{40}$/.test(revision));
}

function isFailed(phase: string): boolean {
  return phase === 'Failed' || phase === 'Error';
}

function parseApplication(object: KubeObject): Application {
  return parse(Application, object, renderRef(refOf(object)));
}
