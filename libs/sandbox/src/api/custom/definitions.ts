import { PermanentError } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { StatusError } from '../../objects.ts';
import { type Cluster, now, type Writer } from '../cluster.ts';
import { createObject } from '../create.ts';
import { at, cloneJson, type Json, textAt } from '../json.ts';
import { updateObject } from '../update.ts';
import { customVersions } from './custom-versions.ts';

const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';

/** Serves what the stored definitions define, from now on and as they change; marks them Established. */
export function serveDefinitions(cluster: Cluster): () => void {
  const serve = (definition: KubeObject) => {
    const { types } = customVersions(definition as unknown as Json);
    cluster.types.setCustom(definition.metadata.name, types);
  };
  for (const definition of cluster.store.list(DEFINITIONS)) serve(definition);
  return cluster.store.subscribe(({ type, resource, object, previous }) => {
    if (resource !== DEFINITIONS) return;
    if (type === 'DELETED') {
      removeInstances(cluster, object);
      cluster.types.setCustom(object.metadata.name, []);
      return;
    }
    if (object.metadata.generation !== previous?.metadata.generation) serve(object);
    if (type === 'ADDED') establish(cluster, object);
  });
}

function removeInstances(cluster: Cluster, definition: KubeObject): void {
  const storage = `${textAt(definition, 'spec', 'group')}/${textAt(definition, 'spec', 'names', 'plural')}`;
  for (const { metadata } of cluster.store.list(storage)) cluster.store.remove(storage, metadata.namespace ?? '', metadata.name);
}

const SYSTEM: Writer = { manager: 'kube-apiserver', user: 'system:apiserver', dryRun: false, trusted: true, warn: () => undefined, fieldValidation: 'Ignore' };

function establish(cluster: Cluster, definition: KubeObject): void {
  const type = cluster.types.byKind('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  if (!type) return;
  const lastTransitionTime = now(cluster);
  const status = {
    ...(definition['status'] as Json),
    acceptedNames: cloneJson(at(definition, 'spec', 'names')),
    conditions: [
      { lastTransitionTime, message: 'no conflicts found', reason: 'NoConflicts', status: 'True', type: 'NamesAccepted' },
      { lastTransitionTime, message: 'the initial names have been accepted', reason: 'InitialNamesAccepted', status: 'True', type: 'Established' },
    ],
  };
  updateObject(cluster, { type, namespace: '', name: definition.metadata.name, input: { ...(definition as unknown as Json), status }, writer: SYSTEM, subresource: 'status' });
}

/**
 * Installs definitions, replacing older ones of the same name.
 * @throws PermanentError `BadDefinition`
 */
export function installDefinitions(cluster: Cluster, definitions: readonly Json[]): void {
  const type = cluster.types.byKind('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  if (!type) return;
  for (const input of definitions) {
    const name = textAt(input, 'metadata', 'name');
    try {
      const old = cluster.store.get(type.storage, '', name);
      if (old) updateObject(cluster, { type, namespace: '', name, input, writer: SYSTEM });
      else createObject(cluster, { type, namespace: undefined, input, writer: SYSTEM });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new PermanentError('BadDefinition', `the sandbox refuses the definition ${name || '(without a name)'}: ${error.message}`, { cause: error });
    }
  }
}
