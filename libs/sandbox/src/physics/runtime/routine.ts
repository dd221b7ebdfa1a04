import { StatusError } from '../../objects.ts';
import type { LoopOptions } from './loop.ts';

/** Leaves out what every cluster lives with: a lost race, an object that is gone, a refusal that stands in an event of the refused object. */
export function withoutRoutine(failed: LoopOptions['failed']): LoopOptions['failed'] {
  return (failure) => {
    const { error } = failure;
    if (error instanceof StatusError && (error.code === 403 || error.code === 404 || error.code === 409)) return;
    failed(failure);
  };
}
