/** @module One suite per plugin kind: what each member must do, run by every lib's index spec. Imported by specs only. */
export * from './detector.ts';
export * from './plugin-folder.ts';
export * from './reasoner.ts';
export * from './vector-store.ts';
export * from './notifier.ts';
export * from './gate-input.ts';
export * from './policy-engine.ts';
export * from './forge.ts';
export type { ForgeHarness, PullRequestReference } from './forge-bench.ts';
export * from './gitops-engine.ts';
export * from './source-layout.ts';
