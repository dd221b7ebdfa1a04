import { z } from 'zod';
import { count, digest, sha, text, time } from './bounded.ts';

export const Tier = z.enum(['T0', 'T1', 'T2', 'T3']);
export type Tier = z.infer<typeof Tier>;

/** Where in Git the broken field comes from, and how that is known. */
export const SourceLocation = z.object({
  layout: text(32),
  forge: text(63),
  repository: text(256),
  branch: text(244),
  /** The chain that led to the file, one step a line. */
  evidence: z.array(text(256)).max(12),
});

/** A chart of a chart repository that was rendered. */
export const UsedChart = z.object({
  repository: text(256),
  name: text(128),
  version: text(128),
  /** Of its archive. */
  digest: digest(),
});
export type UsedChart = z.infer<typeof UsedChart>;

export const Proof = z.object({
  renderer: text(64),
  base: sha(),
  /** Objects that differ between base and edited render of every such application. */
  objects: count(),
  /** Applications that include a touched file, in all clusters. */
  applications: count(),
  /** Clusters that those apply to. */
  clusters: count().optional(),
  /** True when exactly the intended change, and nothing else, shows in the difference. */
  exact: z.boolean(),
  /** The engine never managed to apply the base, so live could not be compared with it. */
  unapplied: z.boolean(),
  /** The base cannot be rendered: what is compared with is this commit, the last that was applied or that could be. */
  since: sha().optional(),
  /** Charts that the target was rendered from, where they are none of the repository's. */
  charts: z.array(UsedChart).max(4).optional(),
});

export const PlannedObject = z.object({ ref: text(380), op: z.enum(['Create', 'Update', 'Delete']), paths: z.array(text(512)).max(12) });

/** One scalar of one file, before and after: what a person sees of the plan. */
export const ValueChange = z.object({ file: text(512), path: text(512), before: text(256).optional(), after: text(256).optional() });

/**
 * The edit, decided and proved but not yet pushed. The edited files themselves are rebuilt from the action and the base
 * (both are fixed by the digest), so the object stays small.
 */
export const Plan = z.object({
  /** Over base, action and the bytes of every edited file. */
  digest: digest(),
  /** Over the edited bytes alone: the same edit on another base has the same edit digest. */
  edit: digest(),
  action: text(32),
  /** The action as canonical JSON. */
  actionJson: text(1024),
  tier: Tier,
  source: SourceLocation,
  base: sha(),
  files: z.array(z.object({ path: text(512), added: count(), removed: count() })).max(3),
  changes: z.array(ValueChange).max(20),
  objects: z.array(PlannedObject).max(20),
  proof: Proof,
  /** (repository, file, field) keys: what makes two requests compete, and what a veto is remembered under. */
  fields: z.array(text(1024)).max(20),
  vetoed: z.boolean().optional(),
  at: time(),
});
export type Plan = z.infer<typeof Plan>;

/**
 * How proposing ended. `Planned`: see the plan. `NothingToChange`: Git already says what the action wants.
 * `BaseAhead`: the base holds another value than live and the engine has yet to apply it; `commit` set it.
 * `GoneFromGit`: no file holds the target any more. `Uncertain`: no candidate could be located and proved.
 */
export const Proposal = z.object({
  result: z.enum(['Planned', 'NothingToChange', 'BaseAhead', 'GoneFromGit', 'Uncertain']),
  reason: text(64),
  message: text(512),
  commit: sha().optional(),
  at: time(),
});
export type Proposal = z.infer<typeof Proposal>;

/** An edit that policy denied: never proposed again in this attempt. */
export const RefusedEdit = z.object({ edit: digest(), action: text(32), reason: text(256) });
