import type { View } from '@fleetmend/lifecycle';
import type { Review } from '@fleetmend/plugin-api';
import { expect, it } from 'vitest';
import { approversOf } from './approvers.ts';

const HEAD = 'a'.repeat(40);
const review = (author: string, state: Review['state'], headSHA = HEAD): Review => ({ author, state, headSHA });
const view = { request: { status: { plan: { digest: 'sha256:p' } } }, approvals: [{ approver: 'ada', decision: 'Approve', planDigest: 'sha256:p' }, { approver: 'bob', decision: 'Approve', planDigest: 'sha256:other' }, { approver: 'eve', decision: 'Reject', planDigest: 'sha256:p' }] } as unknown as View;

it('approvers are who said yes to this head or this plan, and did not take it back', () => {
  const reviews = [review('carol', 'Approved'), review('carol', 'Commented'), review('dan', 'Approved'), review('dan', 'ChangesRequested'), review('finn', 'Approved', 'b'.repeat(40))];
  expect(approversOf({ reviews, headSHA: HEAD }, view)).toEqual([{ name: 'carol', through: 'forge', to: HEAD }, { name: 'ada', through: 'cluster', to: 'sha256:p' }]);
});
