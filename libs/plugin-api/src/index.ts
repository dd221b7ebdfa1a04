/** @module The plugin ports. A plugin is one folder, one line in its lib's index, one readme, and passes conformance. */
export * from './detector.ts';
export * from './forge.ts';
export * from './gitops-engine.ts';
export * from './many-bundles.ts';
export * from './notifier.ts';
export * from './plugin.ts';
export * from './policy-engine.ts';
export * from './reasoner.ts';
export * from './rollout-news.ts';
export * from './source-layout.ts';
export * from './vector-store.ts';
