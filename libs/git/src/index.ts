/** @module Git by its own binary: bare mirrors to read from, and bare repositories of ours to write to. No worktrees. */
export * from './bare-repository.ts';
export * from './mirrors.ts';
export * from './program.ts';
export * from './push-commit.ts';
export * from './repository-access.ts';
export * from './signed-commit.ts';
export * from './ssh-signature.ts';
export { branchRef, checkSha } from './names.ts';
