import type { ClassRules } from '../rule.ts';
import { admissionDenied } from './admission-denied.ts';
import { failedCreate } from './failed-create.ts';
import { limitRangeViolated } from './limit-range.ts';
import { priorityClassNotFound, serviceAccountNotFound } from './missing-name.ts';
import { podSecurityViolated } from './pod-security.ts';
import { quotaExceeded } from './quota.ts';
import { webhookUnavailable } from './webhook.ts';

/** Pods that the API server refuses. */
export const creatingRules: ClassRules = {
  QuotaExceeded: quotaExceeded,
  LimitRangeViolated: limitRangeViolated,
  PodSecurityViolated: podSecurityViolated,
  AdmissionDenied: admissionDenied,
  WebhookUnavailable: webhookUnavailable,
  ServiceAccountNotFound: serviceAccountNotFound,
  PriorityClassNotFound: priorityClassNotFound,
  FailedCreate: failedCreate,
};
