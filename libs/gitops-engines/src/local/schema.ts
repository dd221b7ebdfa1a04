import { z } from 'zod';

const Condition = z.object({ type: z.string(), status: z.string(), reason: z.string().default(''), message: z.string().default('') });

/** The parts of a Flux `Kustomization` (kustomize.toolkit.fluxcd.io/v1) that are read here. */
export const Kustomization = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default(''), generation: z.number().optional() }),
  spec: z.object({
    path: z.string().default(''),
    suspend: z.boolean().default(false),
    interval: z.string().default(''),
    targetNamespace: z.string().optional(),
    sourceRef: z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional(), apiVersion: z.string().optional() }),
  }),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      /** `main@sha1:<commit>` */
      lastAppliedRevision: z.string().optional(),
      lastAttemptedRevision: z.string().optional(),
      /** Ids are `<namespace>_<name>_<group>_<Kind>`, with `__` for a colon in the name. */
      inventory: z.object({ entries: z.array(z.object({ id: z.string() })).default([]) }).optional(),
      conditions: z.array(Condition).default([]),
    })
    .default({ conditions: [] }),
});
export type Kustomization = z.infer<typeof Kustomization>;

/** The parts of a Flux `GitRepository` (source.toolkit.fluxcd.io/v1) that are read here. */
export const GitRepository = z.object({ spec: z.object({ url: z.string(), ref: z.object({ branch: z.string().optional(), tag: z.string().optional(), commit: z.string().optional() }).default({}) }) });
export type GitRepository = z.infer<typeof GitRepository>;
