import type { Stage, StageDeps } from '../stage.ts';
import { NoLeaveError } from './leave.ts';

/** Turns a refused leave into "not yet": the next look decides again, from what is true then. */
export function withLeave(deps: Pick<StageDeps, 'pace'>, stage: Stage): Stage {
  return async (view, signal) => {
    try {
      return await stage(view, signal);
    } catch (error) {
      if (error instanceof NoLeaveError) return { notYet: deps.pace.poll, reason: error.message };
      throw error;
    }
  };
}
