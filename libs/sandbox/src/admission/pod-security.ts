import type { AdmissionStep, Draft } from '../api/cluster.ts';
import { at, isObject, type Json } from '../api/json.ts';
import { forbidden } from '../api/refusals.ts';
import { BASELINE_CHECKS, type Check, RESTRICTED_CHECKS } from './pod-security-checks.ts';

type Level = 'privileged' | 'baseline' | 'restricted';
const LABEL = 'pod-security.kubernetes.io/';

/** Where each workload kind keeps its pod template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  'apps/deployments': ['spec', 'template'], 'apps/replicasets': ['spec', 'template'], 'apps/statefulsets': ['spec', 'template'], 'apps/daemonsets': ['spec', 'template'],
  'batch/jobs': ['spec', 'template'], 'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Holds pods to their namespace's Pod Security level; templates of workloads only warn, as their pods will be refused later. */
export const enforcePodSecurity: AdmissionStep = (cluster, { operation, type, draft, subresource, writer }) => {
  const path = type.storage === '/pods' ? [] : TEMPLATES[type.storage];
  if (!path || subresource !== undefined || (operation === 'UPDATE' && type.storage === '/pods')) return;
  const labels = cluster.store.get('/namespaces', '', draft.metadata.namespace ?? '')?.metadata.labels ?? {};
  const template = (path.length === 0 ? draft : at(draft, ...path)) as Draft | undefined;
  if (!isObject(template) || !isObject(template['spec'])) return;
  const enforced = levelOf(labels, 'enforce');
  if (type.storage === '/pods' && enforced) {
    const detail = violations(enforced.level, template);
    if (detail !== '') throw forbidden(type, draft.metadata.name, `violates PodSecurity "${enforced.level}:${enforced.version}": ${detail}`);
  }
  const warned = levelOf(labels, 'warn');
  if (!warned) return;
  const detail = violations(warned.level, template);
  if (detail !== '') writer.warn(`would violate PodSecurity "${warned.level}:${warned.version}": ${detail}`);
};

function levelOf(labels: Readonly<Record<string, string>>, mode: 'enforce' | 'warn'): { readonly level: Level; readonly version: string } | undefined {
  const level = labels[`${LABEL}${mode}`];
  if (level !== 'baseline' && level !== 'restricted') return undefined;
  return { level, version: labels[`${LABEL}${mode}-version`] ?? 'latest' };
}

function violations(level: Level, template: Json): string {
  const spec = template['spec'] as Json;
  const checks: readonly Check[] = level === 'restricted' ? [...BASELINE_CHECKS.filter((check) => check.replacedByRestricted !== true), ...RESTRICTED_CHECKS] : BASELINE_CHECKS;
  const found = checks.flatMap(({ reason, detail }) => {
    const text = detail(spec);
    return text === undefined ? [] : [`${reason} (${text})`];
  });
  return found.join(', ');
}
