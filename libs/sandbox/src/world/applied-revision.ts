import { APPLICATION } from '../applier/argocd/shapes.ts';
import type { Application } from '../applier/argocd/shapes.ts';
import { commitOf, KUSTOMIZATION } from '../applier/flux/shapes.ts';
import type { Kustomization } from '../applier/flux/shapes.ts';
import type { ClusterObjects } from '../objects.ts';

/** The commit that the cluster's root Kustomization or Application applied last, or tried to; `undefined` before its first. */
export function revisionTried(objects: ClusterObjects, engine: 'flux' | 'argocd', name = 'fleet'): string | undefined {
  if (engine === 'flux') {
    const revision = objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, 'flux-system', name)?.status?.lastAttemptedRevision;
    return revision === undefined ? undefined : commitOf(revision);
  }
  const status = objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, 'argocd', name)?.status;
  const tried = status?.operationState?.syncResult?.revision;
  // What is in sync at a revision is not synced again.
  return status?.sync?.status === 'Synced' ? status.sync.revision : tried;
}
