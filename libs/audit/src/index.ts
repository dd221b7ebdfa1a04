/** @module The audit trail: hash-chained JSON lines on disk, and the proof that nobody changed them. */
export * from './envelope.ts';
export * from './file-audit.ts';
export * from './verify-audit.ts';
export * from './outbox.ts';
export * from './sinks.ts';
