import { withJobTemplate } from '../job-template.ts';
import type { ClassRules, Rule } from '../rule.ts';
import { withRunsInTurn } from '../runs-in-turn.ts';
import { admissionDenied } from './admission-denied.ts';
import { failedCreate } from './failed-create.ts';
import { limitRangeViolated } from './limit-range.ts';
import { priorityClassNotFound, serviceAccountNotFound } from './missing-name.ts';
import { podSecurityViolated } from './pod-security.ts';
import { quotaExceeded } from './quota.ts';
import { webhookUnavailable } from './webhook.ts';

/** Of what runs to its end, the template cannot be changed, or is taken up by the next run alone. */
const runAnew = (rule: Rule): Rule => withJobTemplate(withRunsInTurn(rule));

/** Pods that the API server refuses. */
export const creatingRules: ClassRules = {
  QuotaExceeded: runAnew(quotaExceeded),
  LimitRangeViolated: runAnew(limitRangeViolated),
  PodSecurityViolated: runAnew(podSecurityViolated),
  AdmissionDenied: runAnew(admissionDenied),
  WebhookUnavailable: webhookUnavailable,
  ServiceAccountNotFound: runAnew(serviceAccountNotFound),
  PriorityClassNotFound: runAnew(priorityClassNotFound),
  FailedCreate: runAnew(failedCreate),
};
