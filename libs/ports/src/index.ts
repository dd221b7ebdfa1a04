/** @module The inner ports: what stages and the reconciler need from the world. Edges implement them. */
export * from './audit.ts';
export * from './bundles.ts';
export * from './clusters.ts';
export * from './elsewhere.ts';
export * from './evidence.ts';
export * from './open-set.ts';
export * from './rendering.ts';
export * from './repository.ts';
export * from './requests.ts';
export * from './settings.ts';
export * from './traced-tree.ts';
