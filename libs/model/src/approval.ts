import { z } from 'zod';
import { digest, text, time } from './bounded.ts';

/** Where the leave of a human stands, for exactly one plan. */
export const Approval = z.object({
  state: z.enum(['Wanted', 'Approved', 'Rejected']),
  forPlan: digest(),
  by: z.array(text(256)).max(5).optional(),
  reason: text(512).optional(),
  baseMoved: z.boolean().optional(),
  at: time(),
});
export type Approval = z.infer<typeof Approval>;

/** Where a request takes its yes from: reviews of the pull request's head, or `RemediationApproval` objects. A no counts from either. */
export const ApprovalChannel = z.enum(['Review', 'Object']);
export type ApprovalChannel = z.infer<typeof ApprovalChannel>;

/** A named human's yes or no to one plan of one request. Immutable; the hub can read it and never create it. */
export const RemediationApprovalSpec = z
  .object({
    request: z.object({ name: text(253), uid: text(64) }),
    planDigest: digest(),
    decision: z.enum(['Approve', 'Reject']),
    approver: text(256),
    reason: text(512).optional(),
  })
  .meta({ 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'an approval cannot be changed: delete it and make another' }] });
export type RemediationApprovalSpec = z.infer<typeof RemediationApprovalSpec>;
