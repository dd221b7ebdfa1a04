/** @module Forges: where repositories and their pull requests live. One line per plugin. */
import { local } from './local/local.ts';

export const forges = [local] as const;
export { local };
export { type LocalForgeOptions, type LocalPullRequest, type LocalPullRequests, type Person, createLocalPullRequests } from './local/people.ts';
