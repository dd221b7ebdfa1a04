/** @module From events to requests, and from requests to their end: framework-free, so that the simulation runs the same code. */
export * from './backoffs.ts';
export * from './gather-view.ts';
export * from './intake.ts';
export * from './occurrences.ts';
export * from './open-set.ts';
export * from './reconcile-loop.ts';
export * from './request.reconciler.ts';
export * from './settle.ts';
export * from './work-queue.ts';
