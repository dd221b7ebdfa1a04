/** @module YAML manifests as text: read them, change one value in place, tell rendered objects apart. Pure. */
export * from './diff.ts';
export * from './documents.ts';
export * from './edit.ts';
export * from './editable-path.ts';
export * from './exact.ts';
export * from './field.ts';
export * from './longest-common.ts';
export * from './properties.ts';
