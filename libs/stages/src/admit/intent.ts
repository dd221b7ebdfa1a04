import { canonicalJson, isPermanent } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { valueAt } from '@fleetmend/manifest';
import type { KubeObject, RemediationRequest } from '@fleetmend/model';
import type { GitVersion } from '@fleetmend/plugin-api';
import { findSource, objectIn } from '../propose/source.ts';
import { readVersions } from '../propose/versions.ts';
import type { StageDeps } from '../stage.ts';

/** What makes a workload rest, and would be meant so if Git never said anything else. */
interface Switch {
  readonly kind?: string;
  /** Only those of that kind that lead to the target's pods count. */
  readonly leadsHere?: boolean;
  readonly path: readonly string[];
}

/** By class and sub-cause: the fields that decide it. A class that is not here is a failure, whoever meant it. */
function switchesOf({ class: failureClass, subCause }: RemediationRequest['spec']['failure']): readonly Switch[] {
  switch (`${failureClass}/${subCause ?? ''}`) {
    case 'DeploymentPaused/':
      return [{ path: ['spec', 'paused'] }];
    case 'ScaledToZero/':
      // Who rests from the start was not asked for anything: since a Service leads there, it is.
      return [{ path: ['spec', 'replicas'] }, { kind: 'Service', path: ['spec', 'selector'], leadsHere: true }];
    case 'StatefulSetStuck/Partition':
    case 'StatefulSetStuck/OnDelete':
      return [{ path: ['spec', 'updateStrategy'] }];
    case 'CronJobNotRunning/Suspended':
      return [{ path: ['spec', 'suspend'] }];
    // A drain that waits is trouble, a budget that is tight is a choice.
    case 'DisruptionBlocked/NeverAllowed':
      return [{ path: ['spec', 'replicas'] }, { kind: 'PodDisruptionBudget', path: ['spec'] }];
    default:
      return [];
  }
}

/**
 * Why the failure is what Git has always asked for; undefined: it is not, or nobody can tell. A choice from the start is not a mistake of
 * today: no request is worth a person's time.
 */
export async function intentOf(deps: StageDeps, { request }: View): Promise<string | undefined> {
  const switches = switchesOf(request.spec.failure);
  if (switches.length === 0) return undefined;
  try {
    const source = await findSource(deps, request);
    return source && wordsOf(switches, source.target, await readVersions(source));
  } catch (error) {
    // Without a place in Git nobody can tell; proposing says why there is none.
    if (isPermanent(error)) return undefined;
    throw error;
  }
}

/** All versions agree with each other, and where the target itself decides, with the cluster. */
export function wordsOf(switches: readonly Switch[], target: KubeObject, versions: readonly GitVersion[]): string | undefined {
  const [head] = versions;
  if (!head) return undefined;
  const same = switches.every(({ kind, path, leadsHere = false }) => {
    const of = (version: GitVersion) => (kind === undefined ? [objectIn(version.objects, target)] : version.objects.filter((object) => object.kind === kind && (!leadsHere || leadsTo(object, target))).toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name)));
    const values = versions.map((version) => canonicalJson(of(version).map((object) => (object ? [object.metadata.name, valueAt(object, [...path]) ?? null] : null))));
    return values.every((value) => value === values[0]);
  });
  const inGit = objectIn(head.objects, target);
  const live = switches.every(({ kind, path }) => kind !== undefined || covers(valueAt(target, [...path]), inGit && valueAt(inGit, [...path])));
  return same && live && inGit ? `Git has said so in each of the last ${versions.length} commits that it remembers` : undefined;
}

function leadsTo(service: KubeObject, target: KubeObject): boolean {
  const labels = (valueAt(target, ['spec', 'template', 'metadata', 'labels']) ?? {}) as Readonly<Record<string, unknown>>;
  const selector = Object.entries((valueAt(service, ['spec', 'selector']) ?? {}) as Readonly<Record<string, unknown>>);
  return service.metadata.namespace === target.metadata.namespace && selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}

/** What Git says stands in the cluster; defaults may stand beside it. */
function covers(live: unknown, git: unknown): boolean {
  if (git === undefined) return false;
  if (git === null || typeof git !== 'object') return live === git;
  return Object.entries(git).every(([key, value]) => covers((live as Readonly<Record<string, unknown>> | undefined)?.[key], value));
}
