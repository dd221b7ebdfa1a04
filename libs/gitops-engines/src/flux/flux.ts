import { parse } from '@fleetmend/kernel';
import { type KubeObject, refOf, renderRef } from '@fleetmend/model';
import { type Application, type EngineContext, type GitOpsEngine, definePlugin } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { chartsOf } from './charts.ts';
import { helmReleaseRollout, refusalOfRelease } from './helm-release.ts';
import { findHelmRelease, findOwner, holderName, holdersAmong, holds, parseKustomization, refuseIfLeftAlone, type Live } from './ownership.ts';
import { kustomizationRollout, refusalOf } from './rollout.ts';
import { HELM_RELEASE, HelmRelease, KUSTOMIZATION, commitOf, nextTurn, type Kustomization } from './schema.ts';
import { gitSources, readSources } from './source.ts';

const Config = z.strictObject({});

/** Flux's Kustomizations and what lies behind them, read through the agent of the cluster that they apply to. */
export const flux = definePlugin<z.infer<typeof Config>, GitOpsEngine>({
  kind: 'flux',
  config: Config,
  create: () => ({ kind: 'flux', findApplication, listApplications, readRollout }),
});

const findApplication: GitOpsEngine['findApplication'] = async (target, context) => {
  // What another cluster's API holds applies to that cluster: it says nothing of an object of the same name here.
  if (context.readFrom !== undefined && context.readFrom !== context.cluster) return undefined;
  const owner = await findOwner(target, context);
  if (owner) return describe(target, owner, context);
  const release = await findHelmRelease(target, context);
  const releaseOwner = release && (await findOwner(release, context));
  if (!releaseOwner) return undefined;
  const application = await describe(release, releaseOwner, context);
  return { ...application, ...(await installedBy(release, context)), evidence: [...application.evidence, `${renderRef(refOf(release))} installed ${renderRef(refOf(target))}`] };
};

async function describe(target: KubeObject, owner: KubeObject, context: EngineContext): Promise<Application> {
  refuseIfLeftAlone(target);
  const kustomization = parseKustomization(owner);
  const holder = await findHolder(owner, context);
  return { ...applicationOf({ object: owner, kustomization }, holder && parseKustomization(holder)), sources: await readSources(owner, kustomization, context), evidence: [`the inventory of ${renderRef(refOf(owner))} lists ${renderRef(refOf(target))}`] };
}

/** The Kustomization that applies a Kustomization, as its labels and the other's inventory agree; undefined: Git may not hold it. */
async function findHolder(owner: KubeObject, context: EngineContext): Promise<KubeObject | undefined> {
  const named = holderName(owner);
  const found = named && (await context.read({ ...KUSTOMIZATION, ...named }));
  return found?.find((one) => holds(one, owner));
}

function applicationOf({ object: owner, kustomization }: Live, holder: Kustomization | undefined): Omit<Application, 'sources' | 'evidence'> {
  const { targetNamespace } = kustomization.spec;
  return {
    engine: 'flux',
    ref: refOf(owner),
    namespace: targetNamespace === undefined ? undefined : { name: targetNamespace, override: true },
    applied: commitOf(kustomization.status.lastAppliedRevision),
    refused: refusalOf(kustomization),
    ...(kustomization.spec.suspend ? { suspended: refOf(owner) } : {}),
    object: owner,
    ...(holder ? { heldIn: [{ path: holder.spec.path }] } : {}),
    healsWithin: nextTurn(kustomization.spec),
  };
}

/** What is a HelmRelease's own, beside the Kustomization that holds it. */
async function installedBy(release: KubeObject, context: Pick<EngineContext, 'read'>): Promise<Pick<Application, 'healsWithin' | 'ref' | 'renderedBy' | 'charts' | 'suspended'> & { readonly refused?: string }> {
  const charts = await chartsOf(release, context);
  const refused = refusalOfRelease(release);
  const { suspend } = parse(HelmRelease, release, renderRef(refOf(release))).spec;
  return { healsWithin: releaseHeals(release), ...(suspend ? { suspended: refOf(release) } : {}), ref: refOf(release), renderedBy: refOf(release), ...(refused === undefined ? {} : { refused }), ...(charts.length === 0 ? {} : { charts }) };
}

/** What a chart installed is left as it is, unless the release says that it looks for differences and mends them. */
function releaseHeals(release: KubeObject): Application['healsWithin'] {
  const { spec } = parse(HelmRelease, release, renderRef(refOf(release)));
  return spec.driftDetection?.mode === 'enabled' ? nextTurn(spec) : undefined;
}

/** Also those that change what their files say: whatever else they do, what is rendered from a file differs where the file does. */
const listApplications: GitOpsEngine['listApplications'] = async (context) => {
  if (context.readFrom !== undefined && context.readFrom !== context.cluster) return [];
  const [kustomizations, releases] = await Promise.all([context.read(KUSTOMIZATION), context.read(HELM_RELEASE)]);
  const all = kustomizations.map((object): Live => ({ object, kustomization: parseKustomization(object) }));
  const holderOf = holdersAmong(all);
  const own = all.filter(({ kustomization }) => kustomization.spec.kubeConfig === undefined);
  const applications = await Promise.all(own.map(async (live) => [live, { ...applicationOf(live, holderOf(live.object)?.kustomization), sources: await gitSources(live.kustomization, context), evidence: [] } satisfies Application] as const));
  const made = new Map(applications);
  // There may be as many sources as releases: they are read all at once.
  const read: EngineContext['read'] = async ({ namespace, name, ...kind }) => (await context.read(kind)).filter(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const installed = await Promise.all(
    releases.map(async (release): Promise<readonly Application[]> => {
      const holder = holderOf(release);
      const application = holder && made.get(holder);
      return application ? [{ ...application, ...(await installedBy(release, { read })) }] : [];
    }),
  );
  return [...made.values(), ...installed.flat()];
};

const readRollout: GitOpsEngine['readRollout'] = async ({ application, ...question }, context) => {
  const { apiVersion, kind, namespace, name } = application;
  const [found] = await context.read({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
  if (!found) return { state: 'Unknown', revision: undefined, message: `${renderRef(application)} does not exist any more in ${context.cluster}` };
  if (kind !== HELM_RELEASE.kind) return kustomizationRollout(found, question, context);
  const owner = await findOwner(found, context);
  if (!owner) return { state: 'Unknown', revision: undefined, message: `no Kustomization of ${context.cluster} holds ${renderRef(application)} any more` };
  return helmReleaseRollout(found, await kustomizationRollout(owner, question, context));
};
