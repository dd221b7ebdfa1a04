import { z } from 'zod';
import { FAILURE_CLASS_NAMES } from './failure-class.ts';
import { ObjectRef } from './object.ts';

export const FailureClassName = z.enum(FAILURE_CLASS_NAMES as [string, ...string[]]);

/** Whom the failure belongs to: the top owner that a human would name, and the container inside it. */
export const Target = ObjectRef.extend({ container: z.string().min(1).max(63).optional() });
export type Target = z.infer<typeof Target>;

/** What was seen, in numbers and in the API's own words. `message` is redacted before it leaves the agent. */
export const Observation = z.object({
  /** The status reason as Kubernetes wrote it: `OOMKilled`, `ErrImagePull` … */
  reason: z.string().max(128),
  message: z.string().max(1024),
  exitCode: z.int().min(0).max(255).optional(),
  restarts: z.int().min(0).max(2_147_483_647).optional(),
  /** The pod that showed it. Pods come and go: never part of an identity. */
  pod: z.string().max(253).optional(),
  image: z.string().max(512).optional(),
  node: z.string().max(253).optional(),
});
export type Observation = z.infer<typeof Observation>;

/**
 * A detector's statement: this target fails in this way, seen in this status.
 *
 * It is a fact about one moment. Time enters later: the agent holds a finding back for its dwell, and only what lasts is reported.
 */
export const Finding = z.object({
  class: FailureClassName,
  /** Finer than the class, where the repair depends on it: `NotFound`, `Unauthorized` … */
  subCause: z.string().max(64).optional(),
  target: Target,
  /** What the message points at, when that is another object than the one that suffers. */
  cause: ObjectRef.optional(),
  observation: Observation,
});
export type Finding = z.infer<typeof Finding>;
