import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { ParityCase } from '../parity-case.ts';
import { cronJob, daemonSet, deployment, job, statefulSet } from './shapes.ts';

const budget = (spec: object): KubeObject => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'app' }, spec: { selector: { matchLabels: { app: 'app' } }, ...spec } });
const autoscaler = (target: string): KubeObject => ({
  apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'app' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target }, minReplicas: 1, maxReplicas: 3, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }] },
});

const BAD_IMAGE = { image: '127.0.0.1:5999/labapp:2' };
const ready = [/ container app ready/];
const requests = { container: { resources: { requests: { cpu: '10m' } } } };
const pulling = / waiting ImagePullBackOff/;

export const rolloutCases: readonly ParityCase[] = [
  {
    name: 'progress-deadline', class: 'ProgressDeadlineExceeded', look: 'Deployment/app',
    manifests: [deployment({}, { progressDeadlineSeconds: 5 })],
    later: { after: [/^Deployment app condition Available True/], manifests: [deployment(BAD_IMAGE, { progressDeadlineSeconds: 5 })] },
    settled: [/^Deployment app condition Progressing False ProgressDeadlineExceeded/, pulling, /^event Pod .* BackOff /],
  },
  {
    name: 'deployment-paused', class: 'DeploymentPaused', look: 'Deployment/app',
    manifests: [deployment()],
    later: { after: [/^Deployment app condition Available True/], manifests: [deployment({ args: ['--log=next'] }, { paused: true })] },
    settled: [/^Deployment app condition Progressing Unknown DeploymentPaused/, /^event ReplicaSet .* SuccessfulCreate/],
    rest: seconds(5),
  },
  {
    name: 'scaled-to-zero', class: 'ScaledToZero', look: 'Deployment/app',
    manifests: [deployment({}, { replicas: 0 })],
    settled: [/^Deployment app condition Available True/],
  },
  {
    name: 'recreate-stuck', class: 'ImagePullBackOff', look: 'Deployment/app',
    manifests: [deployment({}, { strategy: { type: 'Recreate' } })],
    later: { after: [/^Deployment app condition Available True/], manifests: [deployment(BAD_IMAGE, { strategy: { type: 'Recreate' } })] },
    settled: [/^Deployment app condition Available False/, pulling, /^event Pod .* BackOff /],
  },
  { name: 'stateful-set-first-pod-holds', class: 'ImagePullBackOff', look: 'StatefulSet/app', manifests: [statefulSet(BAD_IMAGE)], settled: [pulling, /^event Pod .* BackOff /] },
  {
    name: 'stateful-set-partition', class: 'StatefulSetStuck', look: 'StatefulSet/app',
    manifests: [statefulSet()],
    later: { after: [/^StatefulSet app readyReplicas 2/], manifests: [statefulSet({ args: ['--log=next'] }, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } })] },
    settled: [/^StatefulSet app readyReplicas 2/, /^StatefulSet app currentReplicas 2/],
    rest: seconds(5),
  },
  {
    name: 'stateful-set-on-delete', class: 'StatefulSetStuck', look: 'StatefulSet/app',
    manifests: [statefulSet({}, { updateStrategy: { type: 'OnDelete' } })],
    later: { after: [/^StatefulSet app readyReplicas 2/], manifests: [statefulSet({ args: ['--log=next'] }, { updateStrategy: { type: 'OnDelete' } })] },
    settled: [/^StatefulSet app readyReplicas 2/],
    rest: seconds(5),
  },
  { name: 'daemon-set-crashes', class: 'CrashLoopBackOff', look: 'DaemonSet/app', manifests: [daemonSet({ args: ['--exit=1'] })], settled: [/ waiting CrashLoopBackOff/, / container app .*restarted/, /^DaemonSet app numberUnavailable 1/, /^event Pod .* BackOff /] },
  { name: 'daemon-set-taint', class: 'Unschedulable', look: 'DaemonSet/app', manifests: [daemonSet()], settled: [], rest: seconds(5), node: 'tainted' },
  { name: 'daemon-set-selector', class: 'Unschedulable', look: 'DaemonSet/app', manifests: [daemonSet({ pod: { nodeSelector: { pool: 'fast' } } })], settled: [], rest: seconds(5) },
  { name: 'job-back-off-limit', class: 'JobFailed', look: 'Job/app', manifests: [job({ args: ['--exit=1'] }, { backoffLimit: 1 })], settled: [/^Job app condition Failed True BackoffLimitExceeded/, /^Job app failed 2/, /^event Job app .* BackoffLimitExceeded/] },
  { name: 'job-deadline', class: 'JobFailed', look: 'Job/app', manifests: [job({}, { activeDeadlineSeconds: 5 })], settled: [/^Job app condition Failed True DeadlineExceeded/, /^event Job app .* DeadlineExceeded/] },
  {
    name: 'job-failure-policy', class: 'JobFailed', look: 'Job/app',
    manifests: [job({ args: ['--exit=42'] }, { podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { containerName: 'app', operator: 'In', values: [42] } }] } })],
    settled: [/^Job app condition Failed True PodFailurePolicy/, /^event Job app .* PodFailurePolicy/],
  },
  { name: 'job-suspended', class: 'none', look: 'Job/app', manifests: [job({}, { suspend: true })], settled: [/^Job app condition Suspended True/, /^event Job app .* Suspended/] },
  { name: 'job-completes', class: 'none', look: 'Job/app', manifests: [job({ args: ['--exit=0'] })], settled: [/^Job app condition Complete True/, /^event Job app .* Completed/] },
  { name: 'cron-job-suspended', class: 'CronJobNotRunning', look: 'CronJob/app', manifests: [cronJob({ suspend: true })], settled: [], rest: seconds(5) },
  { name: 'cron-job-time-zone', class: 'refused', look: 'CronJob/app', manifests: [cronJob({ timeZone: 'Europe/Atlantis' })], settled: [/^refused CronJob/] },
  { name: 'cron-job-schedule', class: 'refused', look: 'CronJob/app', manifests: [cronJob({ schedule: '61 * * * *' })], settled: [/^refused CronJob/] },
  { name: 'strategy-contradicts-itself', class: 'refused', look: 'Deployment/app', manifests: [deployment({}, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } })], settled: [/^refused Deployment/] },
  { name: 'selector-mismatch', class: 'refused', look: 'Deployment/app', manifests: [deployment({}, { selector: { matchLabels: { app: 'other' } } })], settled: [/^refused Deployment/] },
  {
    name: 'selector-immutable', class: 'refused', look: 'Deployment/app', manifests: [deployment()],
    later: { after: [/^Deployment app condition Available True/], manifests: [deployment({}, { selector: { matchLabels: { app: 'app', tier: 'web' } } })] },
    settled: [/^refused Deployment/],
  },
  { name: 'budget-wants-every-pod', class: 'DisruptionBlocked', look: 'PodDisruptionBudget/app', manifests: [deployment()], later: { look: 'Deployment/app', after: [/^Deployment app readyReplicas 1/], manifests: [budget({ minAvailable: 1 })] }, settled: [/ condition DisruptionAllowed False InsufficientPods/, /^PodDisruptionBudget app currentHealthy 1/] },
  { name: 'budget-allows-one', class: 'none', look: 'PodDisruptionBudget/app', manifests: [deployment()], later: { look: 'Deployment/app', after: [/^Deployment app readyReplicas 1/], manifests: [budget({ maxUnavailable: 1 })] }, settled: [/ condition DisruptionAllowed True/, /^PodDisruptionBudget app currentHealthy 1/] },
  { name: 'budget-without-pods', class: 'none', look: 'PodDisruptionBudget/app', manifests: [budget({ minAvailable: 1 })], settled: [/ condition DisruptionAllowed False/, /^event PodDisruptionBudget app .* NoPods/] },
  { name: 'autoscaler-without-metrics', class: 'AutoscalerInactive', look: 'HorizontalPodAutoscaler/app', manifests: [deployment(requests), autoscaler('app')], settled: [/ condition ScalingActive False/, /^event HorizontalPodAutoscaler .* FailedComputeMetricsReplicas/] },
  { name: 'autoscaler-target-missing', class: 'AutoscalerInactive', look: 'HorizontalPodAutoscaler/app', manifests: [autoscaler('checkout')], settled: [/ condition AbleToScale False/, /^event HorizontalPodAutoscaler .* FailedGetScale/] },
  { name: 'autoscaler-target-at-zero', class: 'AutoscalerInactive', look: 'HorizontalPodAutoscaler/app', manifests: [deployment({ ...requests }, { replicas: 0 }), autoscaler('app')], settled: [/ condition ScalingActive False ScalingDisabled/] },
  { name: 'replaced-while-healthy', class: 'none', look: 'Deployment/app', manifests: [deployment()], later: { after: ready, manifests: [deployment({ args: ['--log=next'] })] }, settled: [/^Deployment app condition Progressing True NewReplicaSetAvailable/, /^event Deployment app .*Scaled down/], rest: seconds(10) },
];
