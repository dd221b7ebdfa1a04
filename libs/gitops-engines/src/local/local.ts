import { parse } from '@fleetmend/kernel';
import { type KubeObject, type ObjectRef, refOf, renderRef } from '@fleetmend/model';
import { type Application, type EngineContext, type GitOpsEngine, type RolloutState, definePlugin } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { inventoryId } from '../flux/ownership.ts';
import { commitOf, nextTurn } from '../flux/schema.ts';
import { GitRepository, Kustomization } from './schema.ts';

const Config = z.strictObject({});
const KUSTOMIZATION = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' } as const;
const GIT_REPOSITORY = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' } as const;
const NAME_LABEL = 'kustomize.toolkit.fluxcd.io/name';
const NAMESPACE_LABEL = 'kustomize.toolkit.fluxcd.io/namespace';
/** Reasons of a false `Ready` by which the revision itself was refused, and not its source or something it waits for. */
const REFUSALS: readonly string[] = ['BuildFailed', 'ReconciliationFailed', 'PruneFailed'];
const PASSING = /connection refused|connection reset|i\/o timeout|deadline exceeded|too many requests|etcdserver|conflict|no such host/i;

/** The sandbox's own applying controller, which reports as a Flux Kustomization does. */
export const local = definePlugin<z.infer<typeof Config>, GitOpsEngine>({
  kind: 'local',
  config: Config,
  create: () => ({ kind: 'local', findApplication, listApplications, readRollout }),
});

/** Labels only say where to look first; what counts is the inventory of the Kustomization. */
const findApplication: GitOpsEngine['findApplication'] = async (target, context) => {
  const { [NAME_LABEL]: name, [NAMESPACE_LABEL]: namespace } = target.metadata.labels ?? {};
  const labelled = name !== undefined && namespace !== undefined ? await context.read({ ...KUSTOMIZATION, namespace, name }) : [];
  const candidates = labelled.length > 0 ? labelled : await context.read(KUSTOMIZATION);
  const owner = candidates.find((candidate) => parseKustomization(candidate).status.inventory?.entries.some(({ id }) => id === inventoryId(target)));
  return owner && describe(target, owner, context);
};

const listApplications: GitOpsEngine['listApplications'] = async (context) => Promise.all((await context.read(KUSTOMIZATION)).map((each) => describe(undefined, each, context)));

async function describe(target: KubeObject | undefined, owner: KubeObject, context: EngineContext): Promise<Application> {
  const { spec, status, metadata } = parseKustomization(owner);
  const source = spec.sourceRef;
  const [found] = source.kind === GIT_REPOSITORY.kind ? await context.read({ ...GIT_REPOSITORY, namespace: source.namespace ?? metadata.namespace, name: source.name }) : [];
  const repository = found && parse(GitRepository, found, `GitRepository ${source.name} of ${context.cluster}`);
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return {
    engine: 'local',
    ref: refOf(owner),
    sources: repository ? [{ repoURL: repository.spec.url, path: spec.path, revision: repository.spec.ref.branch ?? repository.spec.ref.tag ?? repository.spec.ref.commit ?? 'main' }] : [],
    namespace: spec.targetNamespace === undefined ? undefined : { name: spec.targetNamespace, override: true },
    applied: commitOf(status.lastAppliedRevision),
    refused: ready?.status === 'False' && REFUSALS.includes(ready.reason) ? `${ready.reason}: ${ready.message}` : undefined,
    healsWithin: nextTurn(spec),
    object: owner,
    evidence: target ? [`the inventory of ${renderRef(refOf(owner))} lists ${renderRef(refOf(target))}`] : [],
  };
}

const readRollout: GitOpsEngine['readRollout'] = async ({ application, commit, isAncestor }, context) => {
  const found = await findByRef(application, context);
  if (!found) return { state: 'Unknown', revision: undefined, message: `${renderRef(application)} does not exist any more in ${context.cluster}` };
  const { spec, status, metadata } = parseKustomization(found);
  const [applied, attempted] = [commitOf(status.lastAppliedRevision), commitOf(status.lastAttemptedRevision)];
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  // A suspension is a change of the spec too, which the controller never gets to see as its own.
  const current = spec.suspend || status.observedGeneration === undefined || metadata.generation === undefined || status.observedGeneration >= metadata.generation;
  const holds = async (revision: string | undefined) => revision !== undefined && (await isAncestor(commit, revision));
  const answer = (state: RolloutState['state'], revision: string | undefined, message: string): RolloutState => ({ state, revision, message });

  if ((await holds(applied)) && current) return answer('Applied', applied, `applied ${status.lastAppliedRevision ?? ''}`);
  if (spec.suspend) return answer('Suspended', applied, `${renderRef(application)} is suspended: resume it to have ${commit.slice(0, 8)} applied`);
  if (ready?.status === 'False' && (await holds(attempted))) {
    // Health checks come after everything was applied; whether the target is healthy is verified on its own.
    if (ready.reason === 'HealthCheckFailed') return answer('Applied', attempted, ready.message);
    if (REFUSALS.includes(ready.reason) && !PASSING.test(ready.message)) return answer('Refused', attempted, `${ready.reason}: ${ready.message}`);
  }
  return answer('Waiting', applied, ready?.status === 'False' ? `${ready.reason}: ${ready.message}` : `applied is ${applied?.slice(0, 8) ?? 'nothing yet'}`);
};

async function findByRef({ apiVersion, kind, namespace, name }: ObjectRef, context: EngineContext): Promise<KubeObject | undefined> {
  const [found] = await context.read({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
  return found;
}

function parseKustomization(object: KubeObject): Kustomization {
  return parse(Kustomization, object, renderRef(refOf(object)));
}
