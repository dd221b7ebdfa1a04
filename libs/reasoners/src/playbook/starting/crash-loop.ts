import { canonicalJson } from '@fleetmend/kernel';
import type { Action, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { lastChange, type FieldChangeInGit } from '../field-history.ts';
import { isPinned } from './image-pull.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { healthyTemplates, podSpecPath, valueAt } from '../workload.ts';

const CITES = ['log', 'event', 'object', 'history'] as const;
/** Changes this close together count as one push: none of them stands out as the cause. */
const TOGETHER = 24 * 3_600_000;
/** What was not there before may stay away again, but these are guards, and a guard is never taken out. */
const GUARDS = /^(resources|securityContext|livenessProbe|readinessProbe|startupProbe)$/;

/**
 * A container that began to crash after exactly one change of its template gets that field back as it was.
 * With several changes, or none, a person reads the log.
 */
export const crashLoop: Rule = (kase) => {
  const name = kase.request.spec.target?.container ?? kase.target.metadata.name;
  const suspects = recentChanges(kase);
  const [only, second] = suspects;
  if (!only) return notKnown(`${name} starts and dies, and nothing in Git changed before it`, 'NoRecentChange', `Git history shows no change of the template that could explain it; read the previous log of ${name}.`);
  if (second) {
    const fields = suspects.slice(0, 4).map((change) => change.path.slice(-3).join('/')).join(', ');
    return notKnown(`${name} began to crash after several changes`, 'SeveralChanges', `These fields changed together, and the rules cannot tell which one did it: ${fields}. Read the previous log of ${name}.`);
  }
  return putBack(kase, name, only);
};

function putBack(kase: Case, name: string, change: FieldChangeInGit): RuleAnswer {
  const field = change.path.join('/');
  if (change.before === undefined && change.path.some((segment) => GUARDS.test(segment))) {
    return handOver(`${name} began to crash after commit ${change.changedBy.slice(0, 7)} added ${field}`, 'GuardWouldGo', `Putting things back would take out ${field}, which is a guard; set it to a value that fits instead.`);
  }
  if (change.path.at(-1) === 'image' && !(typeof change.before === 'string' && isPinned(change.before))) {
    return handOver(`${name} began to crash after commit ${change.changedBy.slice(0, 7)} changed its image`, 'ImageNotPinned', `The image before was ${String(change.before)}, which names no fixed version; pin one that works.`);
  }
  const restore: Action = { action: 'restoreField', path: [...change.path], commit: change.beforeCommit };
  const provedBefore = healthyTemplates(kase.target, kase.related).some((object) => holds(kase.target, object, change.path, change.before));
  return { cause: `${name} began to crash after commit ${change.changedBy.slice(0, 7)} changed ${field}`, confidence: provedBefore ? 0.9 : 0.75, cites: CITES, candidates: [restore] };
}

/** The last push that changed the pod template, without fields that a healthy pod has in their new form. */
function recentChanges(kase: Case): readonly FieldChangeInGit[] {
  const inTemplate = podSpecPath(kase.target).join('\u0000');
  const changes = kase.history
    .filter((history) => history.path.join('\u0000').startsWith(inTemplate))
    .flatMap((history) => lastChange(history) ?? [])
    .filter((change) => canonicalJson(valueAt(kase.target, change.path)) === canonicalJson(change.after));
  // A crashing pod is ready for moments too: what holds every change is the live template and proves nothing.
  const healthy = healthyTemplates(kase.target, kase.related).filter((object) => !changes.every((change) => holds(kase.target, object, change.path, change.after)));
  const suspects = changes.filter((change) => !healthy.some((object) => holds(kase.target, object, change.path, change.after)));
  const newest = Math.max(...suspects.map((change) => change.changedAt));
  return suspects.filter((change) => newest - change.changedAt < TOGETHER).sort((a, b) => b.changedAt - a.changedAt);
}

/** The healthy object has this value where the target's template has the field. */
function holds(target: KubeObject, healthy: KubeObject, path: readonly string[], value: unknown): boolean {
  const inside = path.slice(podSpecPath(target).length);
  return canonicalJson(valueAt(healthy, [...podSpecPath(healthy), ...inside])) === canonicalJson(value);
}

/** The rules have nothing to go by; somebody else may read more out of the log. */
function notKnown(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { ...handOver(cause, reason, lookAt), inconclusive: true };
}

function handOver(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { cause, confidence: 0.6, cites: CITES, candidates: [abstain(reason, lookAt)] };
}
