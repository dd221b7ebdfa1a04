import type { KubeObject } from '../../objects.ts';
import type { Draft } from '../cluster.ts';
import { at, equalJson, isObject, type Json, listAt, textAt } from '../json.ts';
import type { KindRules } from '../kind-rules.ts';
import { labelErrors } from '../label-errors.ts';
import { type FieldError, forbiddenField, invalidValue, required, unsupported } from '../refusals.ts';
import { selectsLabels } from '../selectors.ts';
import { isTimeZone, readSchedule } from './cron-schedule.ts';
import { podSpecErrors } from './pod-spec-validation.ts';
import { defaultCronJob, defaultDaemonSet, defaultDeployment, defaultJob, defaultReplicaSet, defaultStatefulSet, labelJob } from './workload-defaults.ts';

const ONLY_ALWAYS = ['Always'];

function templateErrors(draft: Draft, path: string, policies: readonly string[], selector: unknown): readonly FieldError[] {
  const template = at(draft, ...path.split('.')) as Json;
  const labels = at(template, 'metadata', 'labels');
  const errors: FieldError[] = [];
  if (isObject(selector) && !selectsLabels(selector, (labels ?? {}) as Record<string, string>)) errors.push(invalidValue(`${path}.metadata.labels`, labels ?? null, '`selector` does not match template `labels`'));
  errors.push(...labelErrors(labels, `${path}.labels`), ...podSpecErrors(withClaims(at(template, 'spec') as Json, draft), `${path}.spec`));
  const policy = textAt(template, 'spec', 'restartPolicy');
  if (!policies.includes(policy)) errors.push(unsupported(`${path}.spec.restartPolicy`, policy, policies));
  return errors;
}

/** A StatefulSet's pods also mount the claims that are made for them. */
function withClaims(spec: Json, draft: Draft): Json {
  const claims = listAt(draft, 'spec', 'volumeClaimTemplates').map((claim) => ({ name: textAt(claim, 'metadata', 'name'), emptyDir: {} }));
  const own = listAt(spec, 'volumes').filter((volume) => !claims.some(({ name }) => name === textAt(volume, 'name')));
  return claims.length === 0 ? spec : { ...spec, volumes: [...own, ...claims] };
}

function selectorErrors(draft: Draft): readonly FieldError[] {
  const selector = at(draft, 'spec', 'selector');
  if (!isObject(selector)) return [required('spec.selector')];
  const errors: FieldError[] = [...labelErrors(selector['matchLabels'], 'spec.selector.matchLabels')];
  const isEmpty = Object.keys((selector['matchLabels'] ?? {}) as object).length === 0 && !Array.isArray(selector['matchExpressions']);
  if (isEmpty) errors.push(invalidValue('spec.selector', selector, 'empty selector is invalid for deployment'));
  return errors;
}

function fixedSelectorErrors(draft: Draft, old: KubeObject | undefined): readonly FieldError[] {
  const selector = at(draft, 'spec', 'selector');
  return old && !equalJson(selector, at(old, 'spec', 'selector')) ? [invalidValue('spec.selector', selector, 'field is immutable')] : [];
}

function countErrors(draft: Draft, ...fields: readonly string[]): readonly FieldError[] {
  return fields.flatMap((field) => {
    const value = at(draft, 'spec', field);
    return typeof value === 'number' && value < 0 ? [invalidValue(`spec.${field}`, value, 'must be greater than or equal to 0')] : [];
  });
}

function strategyErrors(strategy: unknown, path: string, types: readonly string[]): readonly FieldError[] {
  const type = textAt(strategy, 'type');
  const rolling = at(strategy, 'rollingUpdate');
  const errors: FieldError[] = [];
  if (!types.includes(type)) errors.push(unsupported(`${path}.type`, type, types));
  if (type === 'Recreate' && rolling !== undefined) errors.push(forbiddenField(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"));
  if (type === 'RollingUpdate' && isZero(at(rolling, 'maxUnavailable')) && isZero(at(rolling, 'maxSurge'))) errors.push(invalidValue(`${path}.rollingUpdate.maxUnavailable`, at(rolling, 'maxUnavailable'), 'may not be 0 when `maxSurge` is 0'));
  return errors;
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '0' || value === '0%';
}

const DEPLOYMENT: KindRules = {
  generation: true,
  defaults: defaultDeployment,
  validate(draft, old) {
    const deadline = at(draft, 'spec', 'progressDeadlineSeconds');
    const ready = at(draft, 'spec', 'minReadySeconds') ?? 0;
    return [
      ...countErrors(draft, 'replicas', 'minReadySeconds', 'revisionHistoryLimit'),
      ...selectorErrors(draft),
      ...templateErrors(draft, 'spec.template', ONLY_ALWAYS, at(draft, 'spec', 'selector')),
      ...strategyErrors(at(draft, 'spec', 'strategy'), 'spec.strategy', ['Recreate', 'RollingUpdate']),
      ...(typeof deadline === 'number' && typeof ready === 'number' && deadline <= ready ? [invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')] : []),
      ...fixedSelectorErrors(draft, old),
    ];
  },
};

const REPLICA_SET: KindRules = {
  generation: true,
  newStatus: { replicas: 0 },
  defaults: defaultReplicaSet,
  validate: (draft, old) => [...countErrors(draft, 'replicas', 'minReadySeconds'), ...selectorErrors(draft), ...templateErrors(draft, 'spec.template', ONLY_ALWAYS, at(draft, 'spec', 'selector')), ...fixedSelectorErrors(draft, old)],
};

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function countTemplate(draft: Draft, generation: number): void {
  draft.metadata.annotations = { ...draft.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

const DAEMON_SET: KindRules = {
  generation: true,
  newStatus: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  defaults: defaultDaemonSet,
  prepareCreate: (draft) => countTemplate(draft, 1),
  prepareUpdate(draft, old) {
    const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1);
    countTemplate(draft, equalJson(at(draft, 'spec', 'template'), at(old, 'spec', 'template')) ? before : before + 1);
  },
  validate: (draft, old) => [...selectorErrors(draft), ...templateErrors(draft, 'spec.template', ONLY_ALWAYS, at(draft, 'spec', 'selector')), ...strategyErrors(at(draft, 'spec', 'updateStrategy'), 'spec.updateStrategy', ['RollingUpdate', 'OnDelete']), ...fixedSelectorErrors(draft, old)],
};

const MUTABLE = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'];

const STATEFUL_SET: KindRules = {
  generation: true,
  newStatus: { replicas: 0, availableReplicas: 0 },
  defaults: defaultStatefulSet,
  validate(draft, old) {
    const errors = [...countErrors(draft, 'replicas', 'minReadySeconds'), ...selectorErrors(draft), ...templateErrors(draft, 'spec.template', ONLY_ALWAYS, at(draft, 'spec', 'selector'))];
    if (!old) return errors;
    const fixed = (object: unknown) => Object.fromEntries(Object.entries((at(object, 'spec') ?? {}) as Json).filter(([key]) => !MUTABLE.includes(key)));
    if (!equalJson(fixed(draft), fixed(old))) errors.push(forbiddenField('spec', `updates to statefulset spec for fields other than ${MUTABLE.slice(0, -1).map((name) => `'${name}'`).join(', ')} and 'minReadySeconds' are forbidden`));
    return errors;
  },
};

const JOB: KindRules = {
  generation: true,
  defaults: defaultJob,
  prepareCreate: labelJob,
  prepareUpdate(draft, old) {
    (draft['spec'] as Json)['selector'] ??= at(old, 'spec', 'selector');
  },
  validate(draft, old) {
    const errors = [...countErrors(draft, 'parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished'), ...templateErrors(draft, 'spec.template', ['OnFailure', 'Never'], undefined)];
    if (!old) return errors;
    for (const field of ['completions', 'selector', 'template', 'completionMode']) if (!equalJson(at(draft, 'spec', field), at(old, 'spec', field))) errors.push(invalidValue(`spec.${field}`, at(draft, 'spec', field) ?? null, 'field is immutable'));
    return errors;
  },
};

function scheduleErrors(schedule: string): readonly FieldError[] {
  const read = schedule.startsWith('@every ') ? undefined : readSchedule(schedule);
  return read && 'problem' in read ? [invalidValue('spec.schedule', schedule, read.problem)] : [];
}

const CRON_JOB: KindRules = {
  generation: true,
  defaults: defaultCronJob,
  validate(draft, old) {
    const schedule = textAt(draft, 'spec', 'schedule');
    const errors: FieldError[] = [];
    if (schedule === '') errors.push(required('spec.schedule'));
    else errors.push(...scheduleErrors(schedule));
    // A zone that is there already stays, whatever the server of today knows of zones.
    const zone = at(draft, 'spec', 'timeZone');
    if (typeof zone === 'string' && zone !== at(old, 'spec', 'timeZone') && !isTimeZone(zone)) errors.push(invalidValue('spec.timeZone', zone, `unknown time zone ${zone}`));
    if (draft.metadata.name.length > 52) errors.push(invalidValue('metadata.name', draft.metadata.name, 'must be no more than 52 characters'));
    return [...errors, ...templateErrors(draft, 'spec.jobTemplate.spec.template', ['OnFailure', 'Never'], undefined)];
  },
};

export const WORKLOADS = { deployment: DEPLOYMENT, replicaSet: REPLICA_SET, daemonSet: DAEMON_SET, statefulSet: STATEFUL_SET, job: JOB, cronJob: CRON_JOB } as const;
