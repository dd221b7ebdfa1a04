import { canonicalJson } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { ResourceRead, World } from '@fleetmend/plugin-api';

/** The parts of a Job's spec that decide how its pods end. */
const TEMPLATE = ['initContainers', 'containers', 'volumes', 'serviceAccountName', 'securityContext'];
const RULES = ['activeDeadlineSeconds', 'backoffLimit', 'backoffLimitPerIndex', 'podFailurePolicy', 'completions', 'parallelism'];
const specFields = (prefix: string) => [...RULES, ...TEMPLATE.map((field) => `template.spec.${field}`)].map((field) => `${prefix}.${field}`);

/** What {@link isOfNow} compares. Templates stay in the agent: no finding holds any of it. */
export const JOB_READS: readonly ResourceRead[] = [
  { apiVersion: 'batch/v1', kind: 'Job', resource: 'jobs', fields: ['status.conditions', ...specFields('spec')] },
  { apiVersion: 'batch/v1', kind: 'CronJob', resource: 'cronjobs', fields: ['spec.suspend', ...specFields('spec.jobTemplate.spec')] },
];

interface JobView {
  readonly spec?: Readonly<Record<string, unknown>> & { readonly template?: { readonly spec?: Readonly<Record<string, unknown>> } };
}

/** The CronJob that a run belongs to. */
export function cronOf(job: KubeObject, world: World): KubeObject | undefined {
  return world.owners(job).find(({ kind }) => kind === 'CronJob');
}

/** The CronJob would still run the same: what its runs of an earlier template did says nothing more. */
export function isOfNow(job: KubeObject, cron: KubeObject): boolean {
  const { jobTemplate } = (cron['spec'] ?? {}) as { readonly jobTemplate?: JobView };
  return essence(jobTemplate) === essence(job as JobView & KubeObject);
}

/** The Job as its CronJob would make it: both carry the API server's defaults, the Job some more of its own. */
function essence(job: JobView | undefined): string {
  const { spec = {} } = job ?? {};
  const rule = (name: string) => (name === 'completions' || name === 'parallelism' ? (spec[name] ?? 1) : name === 'backoffLimit' ? (spec[name] ?? 6) : (spec[name] ?? null));
  return canonicalJson({ rules: RULES.map(rule), template: TEMPLATE.map((name) => spec.template?.spec?.[name] ?? null) });
}
