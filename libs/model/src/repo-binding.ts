import { z } from 'zod';
import { selector, text } from './bounded.ts';

/** Allow-list and mapping from (cluster, namespace, kind) to a place in Git. Holds neither address nor token: those are config. */
export const RepoBindingSpec = z.object({
  selects: z.object({ clusters: selector().optional(), namespaces: z.array(text(63)).max(64).optional(), kinds: z.array(text(63)).max(64).optional() }),
  forgeRef: text(63),
  repository: text(256),
  branch: text(244).default('main'),
  /** Globs; a leading `!` takes away. A file that no glob allows is never edited. */
  editablePaths: z.array(text(256)).min(1).max(64),
  layoutHint: text(32).optional(),
  reviewers: z.object({ users: z.array(text(63)).max(16).optional(), teams: z.array(text(63)).max(16).optional() }).optional(),
});
export type RepoBindingSpec = z.infer<typeof RepoBindingSpec>;
