import { seconds } from '@fleetmend/kernel';
import type { ClusterObjects } from '../../objects.ts';
import { startAsyncLoop } from '../../physics/runtime/async-loop.ts';
import { keyOf, parseKey } from '../../physics/runtime/keys.ts';
import type { Loop } from '../../physics/runtime/loop.ts';
import { enqueueAll, followKind } from '../context.ts';
import type { ApplierContext, Engine } from '../context.ts';
import { destinationOf, reconcileApplication } from './application.ts';
import { reconcileApplicationSet } from './applicationset.ts';
import type { ApplicationSet } from './applicationset-shapes.ts';
import { APPLICATION, APPLICATION_SET, ARGO_NAMESPACE, CONTROLLER, TRACKING_ID } from './shapes.ts';
import type { Application } from './shapes.ts';

const WATCHED = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** Follows Applications and ApplicationSets, as Argo CD's controllers do. */
export function startArgo(context: ApplierContext): Engine {
  const { clock, signal, failed, objects } = context;
  const watched = new Set<ClusterObjects>();
  const applications = startAsyncLoop({
    name: 'argocd-application-controller',
    clock,
    signal,
    failed,
    retry: { initial: seconds(1), max: seconds(30) },
    async reconcile(key) {
      const { namespace, name } = parseKey(key);
      const application = objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, namespace, name);
      return application && reconcileApplication(context, takeRefresh(context, application));
    },
  });
  followKind(context, APPLICATION.apiVersion, APPLICATION.kind, (object) => {
    applications.enqueue(keyOf(object));
    const target = destinationOf(context, object as Application);
    if (target) watchHealth(context, target, { loop: applications, watched });
  });
  const sets = startAsyncLoop({
    name: 'argocd-applicationset-controller',
    clock,
    signal,
    failed,
    retry: { initial: seconds(1), max: seconds(30) },
    async reconcile(key) {
      const { namespace, name } = parseKey(key);
      const set = objects.get<ApplicationSet>(APPLICATION_SET.apiVersion, APPLICATION_SET.kind, namespace, name);
      return set && reconcileApplicationSet(context, set);
    },
  });
  followKind(context, APPLICATION_SET.apiVersion, APPLICATION_SET.kind, (object) => sets.enqueue(keyOf(object)));
  return {
    nudge() {
      enqueueAll(context, sets, APPLICATION_SET.apiVersion, APPLICATION_SET.kind);
      enqueueAll(context, applications, APPLICATION.apiVersion, APPLICATION.kind);
    },
  };
}

/** An Application's health follows its objects at once, not at the next comparison. */
function watchHealth({ signal }: ApplierContext, target: ClusterObjects, { loop, watched }: { readonly loop: Loop; readonly watched: Set<ClusterObjects> }): void {
  if (watched.has(target)) return;
  watched.add(target);
  for (const kind of WATCHED) {
    const end = target.watch('apps/v1', kind, ({ object }) => {
      const tracking = object.metadata.annotations?.[TRACKING_ID];
      const application = tracking?.slice(0, tracking.indexOf(':'));
      if (application) loop.enqueue(application.includes('_') ? application.replace('_', '/') : `${ARGO_NAMESPACE}/${application}`, seconds(1));
    });
    signal.addEventListener('abort', end, { once: true });
  }
}

/** The annotation by which people ask for a comparison; the controller takes it off. */
const REFRESH = 'argocd.argoproj.io/refresh';

function takeRefresh({ objects }: ApplierContext, application: Application): Application {
  const { [REFRESH]: asked, ...annotations } = application.metadata.annotations ?? {};
  return asked === undefined ? application : objects.update<Application>({ ...application, metadata: { ...application.metadata, annotations } }, CONTROLLER);
}
