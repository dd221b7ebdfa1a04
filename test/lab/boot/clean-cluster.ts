import { z } from 'zod';
import { until } from './server-process.ts';

/** Runs kubectl as the administrator of a cluster: its output, or an error that holds what it said. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** Comes and goes by itself, or belongs to the cluster and not to a spec. Definitions of kinds stay: every spec that needs ours applies them again. */
const OWN_LIFE = new Set([
  'bindings', 'componentstatuses', 'controllerrevisions.apps', 'csinodes.storage.k8s.io', 'customresourcedefinitions.apiextensions.k8s.io', 'apiservices.apiregistration.k8s.io',
  'endpoints', 'endpointslices.discovery.k8s.io', 'events', 'events.events.k8s.io', 'flowschemas.flowcontrol.apiserver.k8s.io', 'ipaddresses.networking.k8s.io',
  'leases.coordination.k8s.io', 'nodes', 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', 'servicecidrs.networking.k8s.io',
]);
const OWN_NAMES = new Set(['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default']);

const objectSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional(), finalizers: z.array(z.string()).optional(), ownerReferences: z.array(z.unknown()).optional() }),
});
type LabObject = z.infer<typeof objectSchema>;

/** An object of the cluster as a line: `apps/v1 Deployment shop/checkout`. */
const lineOf = ({ apiVersion, kind, metadata: { name, namespace } }: LabObject): string => `${apiVersion} ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

/** It waits for somebody: a finalizer of ours. */
const isHeld = ({ apiVersion, metadata }: LabObject): boolean => apiVersion.startsWith('fleetmend.dev/') && (metadata.finalizers ?? []).length > 0;

const isOfEngine = ({ apiVersion }: LabObject): boolean => /argoproj\.io|toolkit\.fluxcd\.io/.test(apiVersion);

const objectsIn = async (kubectl: Kubectl): Promise<readonly LabObject[]> => {
  const kinds = (await kubectl(['api-resources', '--verbs=list,delete', '--output=name'])).split('\n').filter((kind) => kind !== '' && !OWN_LIFE.has(kind));
  const { items } = z.object({ items: z.array(objectSchema) }).parse(JSON.parse(await kubectl(['get', kinds.join(','), '--all-namespaces', '--ignore-not-found', '--output=json'])));
  return items.filter(({ kind, metadata }) => !metadata.namespace?.startsWith('kube-') && !OWN_NAMES.has(`${kind}/${metadata.name}`));
};

/** What is in the cluster, a line per object. */
export const linesIn = async (kubectl: Kubectl): Promise<readonly string[]> => (await objectsIn(kubectl)).map(lineOf);

const remove = async (kubectl: Kubectl, objects: readonly LabObject[]): Promise<void> => {
  if (objects.length === 0) return;
  const items = objects.map(({ apiVersion, kind, metadata: { name, namespace } }) => ({ apiVersion, kind, metadata: { name, namespace } }));
  await kubectl(['delete', '--ignore-not-found', '--wait=false', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
};

/** Nobody is there to do what a finalizer of ours waits for: the hub has ended with its spec. */
const release = async (kubectl: Kubectl, { apiVersion, kind, metadata: { name, namespace } }: LabObject): Promise<void> => {
  const [group = ''] = apiVersion.split('/');
  await kubectl(['patch', `${kind.toLowerCase()}s.${group}`, name, ...(namespace === undefined ? [] : ['--namespace', namespace]), '--type=merge', '--patch', '{"metadata":{"finalizers":null}}']);
};

/**
 * Takes the cluster back to what it was: whatever is not in `before` is deleted and gone afterwards.
 * The engines' objects go first, since an engine would bring back what it still follows.
 */
export const emptyCluster = async (kubectl: Kubectl, before: readonly string[]): Promise<void> => {
  const there = new Set(before);
  const leftOvers = async (): Promise<readonly LabObject[]> => {
    const brought = (await objectsIn(kubectl)).filter((object) => !there.has(lineOf(object)));
    const spaces = new Set(brought.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name));
    // Whatever lies in a namespace goes with it, and what has an owner with that, but for what waits for somebody.
    return brought.filter((object) => isHeld(object) || isOfEngine(object) || (!spaces.has(object.metadata.namespace ?? '') && object.metadata.ownerReferences === undefined));
  };
  const goneAfter = async (seconds: number, which: (object: LabObject) => boolean): Promise<void> => {
    let left: readonly string[] = [];
    await until('the cluster is as it was before the earlier specs', seconds, async () => (left = (await leftOvers()).filter(which).map(lineOf)).length === 0).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}; still there: ${left.join(', ')}`, { cause: error });
    });
  };
  // Listing every kind takes a second or two, so nothing is listed for a step that has nothing to do.
  const found = await leftOvers();
  if (found.length === 0) return;
  for (const object of found.filter(isHeld)) await release(kubectl, object);
  const ofEngines = found.filter(isOfEngine);
  await remove(kubectl, ofEngines);
  if (ofEngines.length > 0) await goneAfter(90, isOfEngine);
  await remove(kubectl, ofEngines.length > 0 ? await leftOvers() : found);
  await goneAfter(90, () => true);
};
