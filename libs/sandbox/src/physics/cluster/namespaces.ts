import { StatusError } from '../../objects.ts';
import type { KubeObject } from '../../objects.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { startLoop } from '../runtime/loop.ts';

const ACCOUNTS_AS = controllerIdentity('service-account-controller');
const CERTIFICATES_AS = controllerIdentity('root-ca-cert-publisher');

/** Gives every namespace what real controllers put there: the ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`. */
export function startNamespaces(context: PhysicsContext): void {
  const { objects, clock, signal, failed } = context;
  const loop = startLoop({
    name: 'namespace-contents',
    clock,
    signal,
    failed,
    retry: { initial: 100, max: 10_000 },
    reconcile(name) {
      const namespace = objects.get('v1', 'Namespace', undefined, name);
      if (!namespace || namespace.metadata.deletionTimestamp) return undefined;
      const ours: readonly (readonly [KubeObject, typeof ACCOUNTS_AS])[] = [
        [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } }, ACCOUNTS_AS],
        [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: name }, data: { 'ca.crt': '' } }, CERTIFICATES_AS],
      ];
      for (const [object, as] of ours) {
        if (!objects.get(object.apiVersion, object.kind, name, object.metadata.name)) createUnlessLeaving(context, object, as);
      }
      return undefined;
    },
  });
  const ends = [
    objects.watch('v1', 'Namespace', ({ object }) => loop.enqueue(object.metadata.name)),
    objects.watch('v1', 'ServiceAccount', ({ type, object }) => {
      if (type === 'DELETED' && object.metadata.namespace) loop.enqueue(object.metadata.namespace);
    }),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}

function createUnlessLeaving({ objects }: PhysicsContext, object: KubeObject, as: typeof ACCOUNTS_AS): void {
  try {
    objects.create(object, as);
  } catch (error) {
    if (!(error instanceof StatusError) || (error.code !== 403 && error.code !== 404)) throw error;
  }
}
