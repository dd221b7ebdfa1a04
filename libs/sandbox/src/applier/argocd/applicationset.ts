import { isPermanent, renderTime } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { controllerReference, isControlledBy } from '../../physics/runtime/keys.ts';
import type { ApplierContext } from '../context.ts';
import type { ApplicationSet, ApplicationTemplate, Params } from './applicationset-shapes.ts';
import { fillTemplates } from './fill-template.ts';
import { generate } from './generators.ts';
import { APPLICATION, APPLICATION_SET, RESOURCES_FINALIZER } from './shapes.ts';
import type { Application } from './shapes.ts';

const AS = { manager: 'argocd-applicationset-controller' } as const;

/** Makes, changes and removes the Applications of an ApplicationSet. Source: argo-cd 3.1, applicationset/controllers. */
export async function reconcileApplicationSet(context: ApplierContext, set: ApplicationSet): Promise<Duration | undefined> {
  if (set.metadata.deletionTimestamp) return undefined;
  let wanted: readonly ApplicationTemplate[];
  try {
    const params: Params[] = [];
    for (const generator of set.spec.generators) params.push(...(await generate(context, generator, set.spec)).filter((one) => isSelected(generator.selector?.matchLabels, one)));
    wanted = await fillTemplates(context, set, params);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    conclude(context, set, { failed: error.message, reason: error.reason === 'TemplateFailed' ? 'RenderTemplateParamsError' : 'ApplicationGenerationFromParamsError' });
    return context.argoInterval;
  }
  const names = wanted.map(({ metadata }) => metadata.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    conclude(context, set, { failed: `ApplicationSet ${set.metadata.name} contains applications with duplicate name: ${twice}`, reason: 'ApplicationValidationError' });
    return context.argoInterval;
  }
  settle(context, set, wanted);
  conclude(context, set, {});
  return context.argoInterval;
}

function isSelected(labels: Readonly<Record<string, string>> | undefined, params: Params): boolean {
  return Object.entries(labels ?? {}).every(([key, value]) => String(params[key]) === value);
}

function settle({ objects }: ApplierContext, set: ApplicationSet, wanted: readonly ApplicationTemplate[]): void {
  const { namespace } = set.metadata;
  const sync = set.spec.syncPolicy?.applicationsSync ?? 'sync';
  for (const { metadata, spec } of wanted) {
    const finalizers = metadata.finalizers ?? (set.spec.syncPolicy?.preserveResourcesOnDeletion ? [] : [RESOURCES_FINALIZER]);
    const live = objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, namespace, metadata.name);
    const owned = { ...APPLICATION, metadata: { ...metadata, ...(namespace === undefined ? {} : { namespace }), ...(finalizers.length > 0 ? { finalizers } : {}), ownerReferences: [controllerReference(set)] }, spec };
    if (!live) objects.create<Application>(owned, AS);
    else if (isControlledBy(live, set) && sync !== 'create-only' && sync !== 'create-delete') objects.update<Application>({ ...live, metadata: { ...live.metadata, labels: { ...metadata.labels }, annotations: { ...kept(live), ...metadata.annotations }, finalizers: [...finalizers], ownerReferences: [controllerReference(set)] }, spec }, AS);
  }
  if (sync === 'create-only' || sync === 'create-update') return;
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const live of objects.list<Application>(APPLICATION.apiVersion, APPLICATION.kind, namespace === undefined ? {} : { namespace })) {
    if (isControlledBy(live, set) && !names.has(live.metadata.name) && !live.metadata.deletionTimestamp) objects.delete(APPLICATION.apiVersion, APPLICATION.kind, namespace, live.metadata.name);
  }
}

/** Annotations by which others ask for something are theirs. Source: argo-cd.readthedocs.io, "Preserving changes made to Applications". */
function kept({ metadata }: KubeObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => key === 'argocd.argoproj.io/refresh' || key.startsWith('notified.notifications.argoproj.io')));
}

function conclude({ objects, clock }: ApplierContext, { metadata }: ApplicationSet, { failed, reason = '' }: { readonly failed?: string; readonly reason?: string }): void {
  const latest = objects.get<ApplicationSet>(APPLICATION_SET.apiVersion, APPLICATION_SET.kind, metadata.namespace, metadata.name);
  if (!latest) return;
  const at = renderTime(clock.now());
  const isGood = failed === undefined;
  const upToDate = { reason: 'ApplicationSetUpToDate' };
  const marks = [
    { type: 'ErrorOccurred', status: isGood ? 'False' : 'True', ...(isGood ? upToDate : { reason }), message: failed ?? 'Successfully generated parameters for all Applications' },
    { type: 'ParametersGenerated', status: isGood ? 'True' : 'False', reason: isGood ? 'ParametersGenerated' : 'ErrorOccurred', message: failed ?? 'Successfully generated parameters for all Applications' },
    { type: 'ResourcesUpToDate', status: isGood ? 'True' : 'False', ...(isGood ? upToDate : { reason }), message: failed ?? 'ApplicationSet up to date' },
  ];
  const conditions = marks.map((mark) => {
    const before = latest.status?.conditions?.find(({ type }) => type === mark.type);
    return { ...mark, lastTransitionTime: before?.status === mark.status && before.message === mark.message ? before.lastTransitionTime : at };
  });
  const resources = objects
    .list<Application>(APPLICATION.apiVersion, APPLICATION.kind, metadata.namespace === undefined ? {} : { namespace: metadata.namespace })
    .filter((one) => isControlledBy(one, latest))
    .map(({ metadata: own, status }) => ({ group: 'argoproj.io', version: 'v1alpha1', kind: APPLICATION.kind, namespace: own.namespace, name: own.name, status: status?.sync?.status ?? 'Unknown', ...(status?.health ? { health: status.health } : {}) }));
  objects.updateStatus<ApplicationSet>({ ...latest, status: { conditions, resources } }, AS);
}
