/** @module The optional dry-run process: asks the API server whether it would take a change, and can write nothing. */
export * from './ask-api.ts';
export * from './dry-run.ts';
export * from './prove-harmless.ts';
export * from './rights.ts';
