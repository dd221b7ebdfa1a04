/** @module Notifiers: channels to people. One line per plugin. */
import { githubIssue } from './github-issue/github-issue.ts';
import { jira } from './jira/jira.ts';
import { kubernetesEvent } from './kubernetes-event/kubernetes-event.ts';
import { pagerduty } from './pagerduty/pagerduty.ts';
import { slack } from './slack/slack.ts';
import { webhook } from './webhook/webhook.ts';

export const notifiers = [kubernetesEvent, githubIssue, jira, pagerduty, slack, webhook] as const;
export { kubernetesEvent };
export type { NotifierDefinition, NotifierDeps } from './notifier-definition.ts';
