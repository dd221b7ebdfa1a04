/** @module The audit trail: hash-chained JSON lines on disk, the proof that nobody changed them, and signed statements. */
export * from './envelope.ts';
export * from './file-audit.ts';
export * from './verify-audit.ts';
export * from './outbox.ts';
export * from './sinks.ts';
export * from './attestor.ts';
export * from './read-trail.ts';
export * from './anchor.ts';
export * from './checkpoint.ts';
export * from './verify-anchor.ts';
