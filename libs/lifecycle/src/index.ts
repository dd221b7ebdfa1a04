/** @module The life of a request: phases, guards, the table, and the pure decision. No I/O, no time of its own. */
export * from './budgets.ts';
export * from './chapters.ts';
export * from './conditions.ts';
export * from './decide.ts';
export * from './effective-policy.ts';
export * from './freeze.ts';
export * from './guard.ts';
export * as guards from './guards.ts';
export * from './lifecycle.ts';
export * from './moved.ts';
export * from './phases.ts';
export * from './row.ts';
export * from './settings.ts';
export * from './stage-name.ts';
export * from './summary.ts';
export * from './view.ts';
export * from './workload.ts';
