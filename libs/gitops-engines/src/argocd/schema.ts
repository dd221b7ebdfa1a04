import { z } from 'zod';

const Source = z.object({ repoURL: z.string(), path: z.string().optional(), targetRevision: z.string().optional(), chart: z.string().optional(), ref: z.string().optional() });
/** What a revision is of. */
const Of = { source: z.looseObject(Source.shape).optional(), sources: z.array(z.looseObject(Source.shape)).optional() };
const Revisions = { revision: z.string().optional(), revisions: z.array(z.string()).optional() };

/**
 * The parts of an Argo CD `Application` (argoproj.io/v1alpha1) that are read here. Source: the API types of Argo CD 3.1;
 * `revision` is for one source, `revisions` for several.
 */
export const Application = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('') }),
  spec: z.object({
    ...Of,
    /** Manifests are rendered from the dry source into another branch, and applied from there. */
    sourceHydrator: z.object({ drySource: Source, syncSource: z.object({ targetBranch: z.string() }), hydrateTo: z.object({ targetBranch: z.string() }).optional() }).optional(),
    destination: z.object({ server: z.string().optional(), name: z.string().optional(), namespace: z.string().optional() }).default({}),
    syncPolicy: z.object({ automated: z.object({ enabled: z.boolean().optional(), selfHeal: z.boolean().optional() }).nullish() }).optional(),
  }),
  status: z
    .object({
      sync: z.object({ status: z.string(), ...Revisions, comparedTo: z.object(Of).optional() }).optional(),
      resources: z.array(z.object({ group: z.string().default(''), kind: z.string(), namespace: z.string().default(''), name: z.string() })).default([]),
      conditions: z.array(z.object({ type: z.string(), message: z.string().default('') })).default([]),
      history: z.array(z.object({ ...Revisions, ...Of })).default([]),
      /** What the last hydrations rendered: `drySHA` is a commit of the dry source, `hydratedSHA` the one that was made of it. */
      sourceHydrator: z
        .object({
          currentOperation: z.object({ phase: z.string(), message: z.string().default(''), drySHA: z.string().optional() }).optional(),
          lastSuccessfulOperation: z.object({ drySHA: z.string().optional(), hydratedSHA: z.string().optional() }).optional(),
        })
        .optional(),
      operationState: z
        .object({
          phase: z.string(),
          message: z.string().default(''),
          operation: z.object({ sync: z.object(Revisions).optional() }).optional(),
          syncResult: z.object({ ...Revisions, ...Of }).optional(),
        })
        .optional(),
    })
    .default({ resources: [], conditions: [], history: [] }),
});
export type Application = z.infer<typeof Application>;
