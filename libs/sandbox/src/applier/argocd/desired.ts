import { isPermanent, PermanentError } from '@fleetmend/kernel';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { refOf } from '../apply-objects.ts';
import type { ApplierContext } from '../context.ts';
import { inNamespace } from '../scope.ts';
import type { FetchedSource } from './build-input.ts';
import { buildSource, folderOf } from './build-source.ts';
import { fetchSource } from './fetch-source.ts';
import { ARGO_NAMESPACE, sourcesOf, TRACKING_ID } from './shapes.ts';
import type { Application, Revisions, SourceType } from './shapes.ts';

/** What an Application wants at its sources' heads. */
export interface Desired {
  /** In the form of the Application: one revision or a list. */
  readonly at: Revisions;
  readonly types: readonly SourceType[];
  readonly objects: readonly KubeObject[];
  /** One sentence per object that several sources render; the last of them counts. */
  readonly repeated: readonly string[];
}

/** @throws PermanentError `ComparisonError` in the words of the application-controller */
export async function readDesired(context: ApplierContext, application: Application, target: ClusterObjects): Promise<Desired> {
  const { sources, several } = sourcesOf(application);
  const fetched: FetchedSource[] = [];
  for (const [index, source] of sources.entries()) {
    fetched.push(await orRefuse(index, sources.length, () => fetchSource(context, source)));
  }
  const refs = new Map(fetched.flatMap((one) => (one.source.ref === undefined ? [] : [[one.source.ref, one] as const])));
  const types: SourceType[] = [];
  const all: KubeObject[] = [];
  for (const [index, one] of fetched.entries()) {
    // A source that is only referred to renders nothing.
    if (one.source.ref !== undefined && one.source.path === undefined && one.source.chart === undefined) {
      types.push('');
      continue;
    }
    const built = await orRefuse(index, sources.length, () => buildSource(context, { application, fetched: one, folder: folderOf(one.source), target, refs }));
    types.push(built.type);
    all.push(...built.objects);
  }
  const revisions = fetched.map(({ revision }) => revision);
  return { at: several ? { revisions } : { ...(revisions[0] === undefined ? {} : { revision: revisions[0] }) }, types, ...deduplicate(application, all, target) };
}

async function orRefuse<T>(index: number, count: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPermanent(error) || error.reason !== 'ComparisonError') throw error;
    throw new PermanentError('ComparisonError', `Failed to load target state: failed to generate manifest for source ${index + 1} of ${count}: ${error.message}`);
  }
}

/** Objects in their namespaces, with their marks; of several with one name the last. Source: argo-cd 3.1, controller/state.go. */
function deduplicate(application: Application, objects: readonly KubeObject[], target: ClusterObjects): Pick<Desired, 'objects' | 'repeated'> {
  const byName = new Map<string, { readonly object: KubeObject; readonly count: number }>();
  for (const one of objects) {
    const object = tracked(application, inNamespace(target, one, application.spec.destination.namespace));
    const { group, kind, namespace, name } = refOf(object);
    const key = `${group}/${kind}/${namespace}/${name}`;
    const count = (byName.get(key)?.count ?? 0) + 1;
    byName.delete(key);
    byName.set(key, { object, count });
  }
  return {
    objects: [...byName.values()].map(({ object }) => object),
    repeated: [...byName].filter(([, { count }]) => count > 1).map(([key, { count }]) => `Resource ${key} appeared ${count} times among application resources.`),
  };
}

/** `<app>`; an Application outside the namespace of Argo CD carries its own in front. */
export function instanceName({ metadata }: Application): string {
  return metadata.namespace === ARGO_NAMESPACE ? metadata.name : `${metadata.namespace ?? ''}_${metadata.name}`;
}

/** `<app>:<group>/<kind>:<namespace>/<name>`; definitions are not marked. */
function tracked(application: Application, object: KubeObject): KubeObject {
  if (object.kind === 'CustomResourceDefinition') return object;
  const { group, kind, namespace, name } = refOf(object);
  // Cluster-scoped objects are marked with the destination's namespace. Source: argo-cd 3.1, util/argo/resource_tracking.go.
  const id = `${instanceName(application)}:${group}/${kind}:${namespace || (application.spec.destination.namespace ?? '')}/${name}`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [TRACKING_ID]: id } } };
}
