import type { ClassRules } from '../rule.ts';
import { autoscalerInactive, autoscalerLimited } from './autoscaler.ts';
import { cronJobNotRunning } from './cron-job.ts';
import { daemonSetMisscheduled } from './daemon-set.ts';
import { disruptionBlocked } from './disruption-budget.ts';
import { jobFailed, jobStuck } from './job-failed.ts';
import { progressDeadlineExceeded } from './progress-deadline.ts';
import { deploymentPaused, scaledToZero, statefulSetStuck } from './switches.ts';

/** Workload controllers that do not get on. */
export const rolloutRules: ClassRules = {
  ProgressDeadlineExceeded: progressDeadlineExceeded,
  DeploymentPaused: deploymentPaused,
  ScaledToZero: scaledToZero,
  StatefulSetStuck: statefulSetStuck,
  DaemonSetMisscheduled: daemonSetMisscheduled,
  JobFailed: jobFailed,
  JobStuck: jobStuck,
  CronJobNotRunning: cronJobNotRunning,
  DisruptionBlocked: disruptionBlocked,
  AutoscalerInactive: autoscalerInactive,
  AutoscalerLimited: autoscalerLimited,
};
