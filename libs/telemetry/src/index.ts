/** @module What operators see: metrics and logs; and the real clock and randomness, which enter here and nowhere else. */
export * from './hub-metrics.ts';
export * from './logger.ts';
export * from './redact-fields.ts';
export * from './system-clock.ts';
export * from './system-random.ts';
