import { z } from 'zod';

/** A value that a merged file or object must hold. */
const wanted: z.ZodType = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.strictObject({ atLeast: z.union([z.string(), z.number()]).optional(), atMost: z.union([z.string(), z.number()]).optional() }).refine((range) => range.atLeast !== undefined || range.atMost !== undefined, 'needs atLeast or atMost'),
  z.strictObject({ oneOf: z.array(z.unknown()).min(1) }),
  z.strictObject({ absent: z.literal(true) }),
  z.strictObject({ present: z.literal(true) }),
  z.strictObject({ equals: z.unknown() }),
  z.strictObject({ hasItem: z.unknown() }),
  z.strictObject({ lacksKey: z.string() }),
]);

const change = z.strictObject({ file: z.string(), document: z.string().optional(), path: z.string(), to: wanted });
const alternatives = z.strictObject({ anyOf: z.array(z.array(change).min(1)).min(1) });
/** A list of what must hold, with alternatives among it; alternatives that stand alone need no list around them. */
const changes = z.preprocess((value) => (alternatives.safeParse(value).success ? [value] : value), z.array(z.union([change, alternatives])));
const forbidden = z.strictObject({
  object: z.string().optional(),
  file: z.string().optional(),
  document: z.string().optional(),
  path: z.string().optional(),
  to: wanted.optional(),
  gone: z.literal(true).optional(),
  text: z.string().optional(),
  as: z.enum(['Wrong', 'Harmful']).optional(),
});

const duration = z.string().regex(/^(\d+(ms|[smhd]))+$/, 'is a duration such as 90s or 3m');

/** What somebody does while the hub is at work: a commit to the deployed branch, or what they apply by hand. */
const act = z
  .strictObject({
    /** What they wait for: the fault, the first pull request, the first merge. */
    once: z.enum(['applied', 'opened', 'merged']).default('applied'),
    after: duration.default('0s'),
    dir: z.string().optional(),
    message: z.string().optional(),
    hand: z.string().optional(),
  })
  .refine(({ dir, message, hand }) => (hand === undefined) === (dir !== undefined && message !== undefined), 'is a commit (dir and message) or a hand (a folder of objects)');

const expectation = z.strictObject({
  outcome: z.enum(['Repaired', 'Escalated', 'Ignored']),
  change: changes.optional(),
  untouched: z.array(z.string()).optional(),
  forbidden: z.array(forbidden).optional(),
  within: duration.optional(),
  observe: duration.optional(),
  mentions: z.array(z.string()).optional(),
  requests: z.int().nonnegative().optional(),
  pullRequests: z.int().nonnegative().optional(),
});

/** `scenario.yaml`. Unknown keys are errors: a scenario that is half understood would be judged wrongly. */
export const scenarioSchema = z.strictObject({
  name: z.string().min(1),
  class: z.string().min(1),
  layout: z.enum(['raw', 'kustomize', 'helm', 'argocd-multisource', 'argocd-applicationset', 'flux-helmrelease']),
  clusters: z.array(z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'is a DNS label')).min(1).default(['prod-1']),
  repository: z.strictObject({ path: z.string(), branch: z.string().default('main') }),
  repositories: z.array(z.strictObject({ folder: z.string(), role: z.string(), editable: z.boolean().optional() })).optional(),
  /** Chart repositories that the fleet takes charts from, and the folders of the charts that are packed into each; `allowed`: the hub may, too. */
  charts: z.array(z.strictObject({ repository: z.url({ protocol: /^https$/ }), dir: z.string(), allowed: z.boolean().default(true) })).default([]),
  branches: z.array(z.strictObject({ name: z.string(), from: z.union([z.string(), z.number()]).optional(), dir: z.string(), message: z.string() })).default([]),
  deploy: z.array(z.strictObject({ cluster: z.string(), engine: z.enum(['flux', 'argocd']), path: z.string(), selfHeal: z.boolean().optional() })).min(1),
  history: z.array(z.strictObject({ dir: z.string(), message: z.string(), healthy: z.boolean().optional() })).min(1),
  meanwhile: z.array(act).default([]),
  reviewer: z.enum(['merges', 'approves', 'ignores', 'closes', 'edits']).default('merges'),
  requires: z.array(z.string()).default([]),
  worlds: z.array(z.enum(['sandbox', 'lab'])).optional(),
  expect: expectation.extend({ alsoAccept: z.array(expectation).optional() }),
  hard: z.union([z.boolean(), z.string()]).optional(),
  note: z.string().optional(),
  inspiredBy: z.union([z.string(), z.array(z.string())]).optional(),
});

export type ScenarioFile = z.infer<typeof scenarioSchema>;
