import type { AdmissionStep } from '../api/cluster.ts';
import { forbidden, notFound } from '../api/refusals.ts';

/** Nothing is made in a namespace that does not exist or is on its way out. */
export const requireNamespace: AdmissionStep = (cluster, { operation, type, draft }) => {
  if (operation !== 'CREATE' || !type.namespaced) return;
  const name = draft.metadata.namespace ?? '';
  const namespace = cluster.store.get('/namespaces', '', name);
  if (!namespace) throw notFound({ group: '', plural: 'namespaces' }, name);
  if (namespace.metadata.deletionTimestamp !== undefined) throw forbidden(type, draft.metadata.name, `unable to create new content in namespace ${name} because it is being terminated`);
};
