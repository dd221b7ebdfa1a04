import { isPermanent, messageOf, PermanentError, renderTime, seconds } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { startAsyncLoop } from '../../physics/runtime/async-loop.ts';
import { parseKey } from '../../physics/runtime/keys.ts';
import type { Loop } from '../../physics/runtime/loop.ts';
import { enqueueAll, followKind } from '../context.ts';
import type { ApplierContext, Engine } from '../context.ts';
import { compare } from './compare.ts';
import { APPLICATION, TRACKING_ID } from './shapes.ts';
import type { Application, ApplicationStatus } from './shapes.ts';
import { nextSync, sync } from './sync.ts';
import { builtFolderOf, normalise, treeOver } from '../repository.ts';
import type { Renderers } from '../repository.ts';
import { inNamespace } from '../scope.ts';

const AS = { manager: 'argocd-application-controller' } as const;
const WATCHED = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** What an Application wants at its source's head. */
export interface Desired {
  readonly revision: string;
  readonly objects: readonly KubeObject[];
}

/** Follows Applications of plain folders, as Argo CD's application-controller does. */
export function startArgo(context: ApplierContext): Engine {
  const { clock, signal, failed, objects } = context;
  const watched = new Set<ClusterObjects>();
  const loop = startAsyncLoop({
    name: 'argocd-application-controller',
    clock,
    signal,
    failed,
    retry: { initial: seconds(1), max: seconds(30) },
    async reconcile(key) {
      const { namespace, name } = parseKey(key);
      const application = objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, namespace, name);
      return application && !application.metadata.deletionTimestamp ? reconcileApplication(context, takeRefresh(context, application)) : undefined;
    },
  });
  followKind(context, APPLICATION.apiVersion, APPLICATION.kind, (object) => {
    loop.enqueue(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
    const target = destinationOf(context, object as Application);
    if (target) watchHealth(context, target, { loop, watched });
  });
  return { nudge: () => enqueueAll(context, loop, APPLICATION.apiVersion, APPLICATION.kind) };
}

/** An Application's health follows its objects at once, not at the next comparison. */
function watchHealth({ signal }: ApplierContext, target: ClusterObjects, { loop, watched }: { readonly loop: Loop; readonly watched: Set<ClusterObjects> }): void {
  if (watched.has(target)) return;
  watched.add(target);
  for (const kind of WATCHED) {
    const end = target.watch('apps/v1', kind, ({ object }) => {
      const tracking = object.metadata.annotations?.[TRACKING_ID];
      const application = tracking?.slice(0, tracking.indexOf(':'));
      if (application) loop.enqueue(application.includes('_') ? application.replace('_', '/') : `argocd/${application}`, seconds(1));
    });
    signal.addEventListener('abort', end, { once: true });
  }
}

export function destinationOf({ objects, destinations }: ApplierContext, { spec }: Application): ClusterObjects | undefined {
  const { server, name } = spec.destination;
  if (server === 'https://kubernetes.default.svc' || name === 'in-cluster') return objects;
  return destinations({ ...(server === undefined ? {} : { server }), ...(name === undefined ? {} : { name }) });
}

async function reconcileApplication(context: ApplierContext, application: Application): Promise<Duration> {
  const { argoInterval } = context;
  const target = destinationOf(context, application);
  if (!target) {
    const { server, name } = application.spec.destination;
    return refuse(context, application, 'InvalidSpecError', `application destination spec is invalid: there is no cluster ${server ?? name ?? 'in spec.destination'}`);
  }
  let desired: Desired;
  try {
    desired = await readDesired(context, application, target);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return refuse(context, application, 'ComparisonError', `Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = ${messageOf(error)}`);
  }
  const seen = writeStatus(context, application, { ...compare(context, application, { target, desired }), conditions: [] });
  const due = seen && nextSync(seen, desired, context.clock.now());
  if (!seen || !due || due.in > 0) return Math.min(due?.in ?? argoInterval, argoInterval);
  const synced = writeStatus(context, dropOperation(context, seen), sync(context, seen, { target, desired }));
  const after = synced && writeStatus(context, synced, compare(context, synced, { target, desired }));
  const again = after && nextSync(after, desired, context.clock.now());
  return Math.min(again?.in ?? argoInterval, argoInterval);
}

/** @throws PermanentError where the folder cannot be built as it is */
async function readDesired({ repositories, renderers, manifests }: ApplierContext, application: Application, target: ClusterObjects): Promise<Desired> {
  const source = application.spec.source ?? application.spec.sources?.[0];
  const repository = source && repositories(source.repoURL);
  if (!source || !repository) throw new Error(`repository not found: ${source?.repoURL ?? 'spec.source is missing'}`);
  const branch = source.targetRevision === undefined || source.targetRevision === 'HEAD' ? 'main' : source.targetRevision;
  const revision = await repository.head(branch);
  const folder = normalise(source.path ?? '');
  const files = await repository.files(revision, folder);
  const isBuilt = [...files.keys()].some((file) => builtFolderOf(file) === folder);
  const objects = isBuilt ? await buildFolder(renderers, folder, await repository.files(revision, '')) : [...files].filter(([file]) => /\.(ya?ml|json)$/.test(file)).flatMap(([file, text]) => manifests.read(file, text));
  return { revision, objects: objects.map((object) => tracked(application, inNamespace(target, object, application.spec.destination.namespace))) };
}

async function buildFolder({ kustomize }: Renderers, path: string, files: ReadonlyMap<string, string>): Promise<readonly KubeObject[]> {
  if (!kustomize) throw new PermanentError('BuildFailed', `${path} has a kustomization.yaml, and no kustomize binary was found to build it: put kustomize on the PATH`);
  return (await kustomize.render({ tree: treeOver(files, ''), path })) as readonly KubeObject[];
}

/** `<app>:<group>/<kind>:<namespace>/<name>`; an Application outside the namespace argocd carries its own in front. */
function tracked({ metadata }: Application, object: KubeObject): KubeObject {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  const owner = metadata.namespace === 'argocd' ? metadata.name : `${metadata.namespace ?? ''}_${metadata.name}`;
  const id = `${owner}:${group}/${object.kind}:${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [TRACKING_ID]: id } } };
}

function refuse(context: ApplierContext, application: Application, type: string, message: string): Duration {
  const known = application.status?.conditions?.find((condition) => condition.type === type && condition.message === message);
  const condition = known ?? { type, message, lastTransitionTime: renderTime(context.clock.now()) };
  const { source, destination } = application.spec;
  writeStatus(context, application, {
    conditions: [condition],
    sync: { status: 'Unknown', ...(application.status?.sync?.revision ? { revision: application.status.sync.revision } : {}), comparedTo: { source, destination } },
    health: application.status?.health ?? { status: 'Unknown' },
  });
  return context.argoInterval;
}

/** The annotation by which people ask for a comparison; the controller takes it off. */
const REFRESH = 'argocd.argoproj.io/refresh';

function takeRefresh({ objects }: ApplierContext, application: Application): Application {
  const { [REFRESH]: asked, ...annotations } = application.metadata.annotations ?? {};
  return asked === undefined ? application : objects.update<Application>({ ...application, metadata: { ...application.metadata, annotations } }, AS);
}

/** An asked-for operation is taken off the object once it runs. */
function dropOperation({ objects }: ApplierContext, application: Application): Application {
  if (!application.operation) return application;
  const { operation: _, ...rest } = application;
  return objects.update<Application>(rest as Application, AS);
}

function writeStatus({ objects }: ApplierContext, { metadata }: Application, change: Partial<ApplicationStatus>): Application | undefined {
  const latest = objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, metadata.namespace, metadata.name);
  if (!latest) return undefined;
  const { conditions = [], ...rest } = { ...latest.status, ...change };
  return objects.updateStatus<Application>({ ...latest, status: { ...rest, ...(conditions.length > 0 ? { conditions } : {}), controllerNamespace: 'argocd' } }, AS);
}
