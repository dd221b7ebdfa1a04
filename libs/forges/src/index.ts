/** @module Forges: where repositories and their pull requests live. One line per plugin. */
import { gitea } from './gitea/gitea.ts';
import { github } from './github/github.ts';
import { gitlab } from './gitlab/gitlab.ts';
import { local } from './local/local.ts';

export const forges = [local, gitea, github, gitlab] as const;
export { gitea, github, gitlab, local };
export { type LocalForgeOptions, type LocalPullRequest, type LocalPullRequests, type Person, createLocalPullRequests } from './local/people.ts';
