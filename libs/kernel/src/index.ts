/** @module Values and rules that every other lib may use. Depends on nothing, does no I/O, holds no state. */
export * from './backoff.ts';
export * from './bounded-cache.ts';
export * from './clock.ts';
export * from './digest.ts';
export * from './duration.ts';
export * from './edit-distance.ts';
export * from './errors.ts';
export * from './parse.ts';
export * from './quantity.ts';
export * from './random.ts';
