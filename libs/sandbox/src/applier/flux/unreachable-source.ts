import type { KubeObject } from '../../objects.ts';
import { followKind } from '../context.ts';
import type { ApplierContext } from '../context.ts';
import { SOURCE_CONTROLLER } from './git-source.ts';
import type { FluxStatus } from './shapes.ts';
import { changeStatus, ready } from './status.ts';

/** Sources outside Git: nothing of them can be reached from the sandbox, but for Helm repositories where the world has charts. */
export const UNREACHABLE = ['OCIRepository', 'HelmRepository', 'Bucket'] as const;

interface Source extends KubeObject {
  readonly spec?: { readonly url?: string; readonly endpoint?: string; readonly type?: string; readonly suspend?: boolean };
  readonly status?: FluxStatus;
}

/** What source-controller 1.9 calls a failed fetch of each kind. */
const FAILURES: Readonly<Record<(typeof UNREACHABLE)[number], { readonly reason: string; readonly what: string }>> = {
  OCIRepository: { reason: 'OCIArtifactPullFailed', what: 'failed to determine artifact digest' },
  HelmRepository: { reason: 'Failed', what: 'failed to fetch Helm repository index' },
  Bucket: { reason: 'BucketOperationFailed', what: 'failed to confirm existence of bucket' },
};

/** Says of each source what an unreachable host would have it say; a Helm repository of the type `oci` is only an address. */
export function followUnreachable(context: ApplierContext, kind: (typeof UNREACHABLE)[number]): void {
  followKind(context, 'source.toolkit.fluxcd.io/v1', kind, (object) => {
    const source = object as Source;
    if (source.spec?.suspend || source.spec?.type === 'oci' || source.status?.observedGeneration === source.metadata.generation) return;
    if (kind === 'HelmRepository' && context.charts) {
      const message = `stored artifact: ${source.spec?.url ?? ''}`;
      changeStatus<Source>(context, source, SOURCE_CONTROLLER, { marks: [{ without: 'Reconciling' }, { without: 'FetchFailed' }, ready('True', 'Succeeded', message), { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message }], observed: true });
      return;
    }
    const { reason, what } = FAILURES[kind];
    const message = `${what}: ${source.spec?.url ?? source.spec?.endpoint ?? ''} cannot be reached: the sandbox has Git repositories only`;
    changeStatus<Source>(context, source, SOURCE_CONTROLLER, { marks: [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: 'reconciliation in progress' }, ready('False', reason, message), { type: 'FetchFailed', status: 'True', reason, message }], observed: true });
  });
}
