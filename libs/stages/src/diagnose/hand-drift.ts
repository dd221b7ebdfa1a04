import { canonicalJson, isPermanent, parseTime, type Instant } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { handEditsOf, lastProgramWrite, podSpecPathOf, type KubeObject, type RemediationRequest } from '@fleetmend/model';
import { isAlike, isRedacted, type Drift } from '../propose/prove.ts';
import { renderPath } from '../propose/field.ts';
import { shownValue } from '../propose/shown-value.ts';
import { objectIn, type Source } from '../propose/source.ts';

/** What somebody changed by hand in an object, so that it is not what the engine applied. */
export interface HandDrift {
  readonly manager: string;
  readonly at: Instant | undefined;
  readonly fields: readonly (Drift & { readonly segments: readonly string[] })[];
}

/** Compares what was set or taken out by hand with what the applied revision says. Undefined: nobody touched it, or nobody can tell. */
export async function handDrift(source: Source): Promise<HandDrift | undefined> {
  const { target, application, repository, layout, origin } = source;
  const [last, ...earlier] = handEditsOf(target).toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  if (last === undefined || application?.applied === undefined || application.refused !== undefined) return undefined;
  const applied = await appliedObject({ repository, layout, origin, target }, application.applied);
  if (applied === undefined) return undefined;
  const set = [last, ...earlier].flatMap(({ fields }) => fields);
  const isLast = (last.time ?? '') >= (lastProgramWrite(target) ?? '');
  const removed = isLast ? leavesOf(applied['spec'], ['spec']).filter((path) => valueAt(target, path) === undefined) : [];
  const fields = [...new Map([...set, ...removed].map((path) => [renderPath(path), path])).entries()].flatMap(([path, segments]) => {
    const [live, git] = [valueAt(target, segments), valueAt(applied, segments)];
    return isAlike(live, git, segments) || isRedacted(live) ? [] : [{ path, live, git, segments }];
  });
  return fields.length === 0 ? undefined : { manager: last.manager, at: parseTime(last.time), fields };
}

async function appliedObject({ repository, layout, origin, target }: Pick<Source, 'repository' | 'layout' | 'origin' | 'target'>, revision: string): Promise<KubeObject | undefined> {
  try {
    return objectIn(await layout.render({ origin, tree: await repository.tree(revision) }), target);
  } catch (error) {
    if (isPermanent(error)) return undefined;
    throw error;
  }
}

/** Scalars, list items by their name where they have one: others shift when one goes. */
function leavesOf(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => (isNamed(item) ? leavesOf(item, [...path, `[name=${item.name}]`]) : []));
  if (value !== null && typeof value === 'object') return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
  return value === null || value === undefined || value === '' ? [] : [path];
}

const isNamed = (item: unknown): item is { readonly name: string } => item !== null && typeof item === 'object' && typeof (item as { readonly name?: unknown }).name === 'string';

/** Classes that a number of replicas can bring about. */
const BY_NUMBER: readonly string[] = ['ScaledToZero', 'Unschedulable', 'QuotaExceeded', 'DisruptionBlocked', 'FailedMount', 'Drift'];
/** What a change has to be about to bring a class about; a class that is not here: anything. */
const ABOUT: Readonly<Record<string, RegExp>> = { ImagePullBackOff: /^image/, OOMKilled: /^(resources|args|command|env|envFrom|image|lifecycle)$/ };

/** The drift without what cannot have brought the failure about: another container, another part of it. Undefined: nothing is left. */
export function bearingOn(drift: HandDrift | undefined, { failure, target }: RemediationRequest['spec'], kind: string): HandDrift | undefined {
  const containers = podSpecPathOf(kind).length + 1;
  const fields = (drift?.fields ?? []).filter(({ segments }) => {
    if (canonicalJson(segments) === canonicalJson(['spec', 'replicas'])) return BY_NUMBER.includes(failure.class);
    const container = segments[containers]?.startsWith('[name=') && /^(initC|c)ontainers$/.test(segments[containers - 1] ?? '') ? segments[containers] : undefined;
    if (container !== undefined && target?.container !== undefined && container !== `[name=${target.container}]`) return false;
    const about = ABOUT[failure.class];
    return about === undefined || about.test(segments[container === undefined ? containers - 1 : containers + 1] ?? '');
  });
  return drift && fields.length > 0 ? { ...drift, fields } : undefined;
}

/** What is live and what Git says, field by field, in one sentence. */
export function driftWords({ manager, fields }: HandDrift): string {
  const shown = fields.slice(0, 3).map(({ path, live, git }) => `${path} is ${told(path, live)} live and ${told(path, git)} in Git`);
  const more = fields.length > shown.length ? `, and ${fields.length - shown.length} fields more` : '';
  return `somebody changed the cluster by hand (${manager}): ${shown.join('; ')}${more}`;
}

const told = (path: string, value: unknown): string => (value === undefined ? 'nothing' : shownValue(path, value).slice(0, 120));
