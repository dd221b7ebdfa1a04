import type { KubeObject } from '@fleetmend/model';
import type { Application, EngineContext, GitOpsEngine } from '@fleetmend/plugin-api';

/** The engine's object: says which commit is applied, and which one could not be. */
export const SIMPLE_APPLICATION = { apiVersion: 'testing.fleetmend.dev/v1', kind: 'Application', namespace: 'gitops', name: 'everything' } as const;

export interface SimpleApplicationStatus {
  readonly applied?: string;
  readonly refused?: { readonly revision: string; readonly message: string };
}

export function simpleApplication(source: { readonly repoURL: string; readonly path: string; readonly revision: string }, status: SimpleApplicationStatus): KubeObject {
  const { apiVersion, kind, namespace, name } = SIMPLE_APPLICATION;
  return { apiVersion, kind, metadata: { namespace, name }, spec: { source }, status };
}

/** A GitOps engine that applies one whole repository with one object ({@link simpleApplication}). */
export function simpleEngine(): GitOpsEngine {
  const read = async (context: EngineContext) => {
    const [found] = await context.read(SIMPLE_APPLICATION);
    return found && { source: (found['spec'] as { source: { repoURL: string; path: string; revision: string } }).source, status: found['status'] as SimpleApplicationStatus };
  };
  const find = async (context: EngineContext): Promise<Application | undefined> => {
    const found = await read(context);
    if (found === undefined) return undefined;
    const { source, status } = found;
    return { engine: 'simple', ref: { ...SIMPLE_APPLICATION }, sources: [source], applied: status.applied, refused: status.refused?.message, evidence: ['the one application applies everything'] };
  };
  return {
    kind: 'simple',
    findApplication: (_, context) => find(context),
    listApplications: async (context) => [(await find(context)) ?? []].flat(),
    async readRollout({ commit, isAncestor }, context) {
      const found = await read(context);
      if (found === undefined) return { state: 'Unknown', revision: undefined, message: 'the application is not there' };
      const { applied, refused } = found.status;
      if (refused !== undefined && (await isAncestor(commit, refused.revision))) return { state: 'Refused', revision: refused.revision, message: refused.message };
      const reached = applied !== undefined && (await isAncestor(commit, applied));
      return { state: reached ? 'Applied' : 'Waiting', revision: applied, message: reached ? `applied with ${applied.slice(0, 8)}` : 'not applied yet' };
    },
  };
}
