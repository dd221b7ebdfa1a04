import type { FieldPath, FieldValue, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insidePod, placeWords, restore } from '../changes-in-effect.ts';
import type { Rule } from '../rule.ts';
import { changesOf } from '../target-changes.ts';
import { withValue } from '../with-value.ts';
import { asList, asRecord, containersOf, podSpecPath, valueAt, type Json } from '../workload.ts';
import { answer, handOver } from './answer.ts';

interface Setting {
  readonly path: FieldPath;
  /** Null takes the field out. */
  readonly value: Exclude<FieldValue, undefined>;
}
interface Needs {
  readonly settings: readonly Setting[];
  /** What no setting mends: the pod is built on something that the level forbids. */
  readonly cannot: readonly string[];
}

/** An action of the catalogue holds no more fields. */
const MOST_FIELDS = 6;
const HOST = ['hostNetwork', 'hostPID', 'hostIPC'] as const;
/** The restricted level lets a container add this one capability. */
const ADDABLE = 'NET_BIND_SERVICE';

/** The pod is made as tight as its namespace asks for: what a commit loosened goes back, what never was there is set. The level itself stays. */
export const podSecurityViolated: Rule = (kase) => {
  const level = /level (\S+)/.exec(kase.request.spec.failure.message)?.[1] ?? 'restricted';
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  const needs = needsOf(kase.target, level);
  const loosened = changesInEffect(kase).filter((change) => {
    const inside = insidePod(kase, change);
    // A container that came without restrictions gets them: to take it out again is no repair.
    if (inside === undefined || (isContainer(inside) && change.before === undefined)) return false;
    const before = needsOf(withValue(kase.target, change.path, change.before), level);
    return before.settings.length + before.cannot.length < needs.settings.length + needs.cannot.length;
  });
  const cause = `Pod Security level ${level} refuses the pods of ${who}: ${[...needs.cannot, ...needs.settings.map(({ path }) => placeWords(path, 3))].join(', ') || 'see the event'}`;
  const [first] = loosened;
  const mends = needs.cannot.length === 0 && needs.settings.length > 0 && needs.settings.length <= MOST_FIELDS ? [{ action: 'setSecurityContext' as const, fields: [...needs.settings] }] : [];
  if (first) {
    const whole = loosened.filter((change) => isWhole(kase, change.path, change.before, level));
    const words = `${commitWords(first)} changed ${placeWords(first.path)} of ${who}, which Pod Security level ${level} refuses`;
    const candidates = [...whole.map((change) => restore(kase, change)), ...mends];
    if (candidates.length > 0) return answer(words, 0.9, candidates);
    const loose = [...needs.cannot, ...needs.settings.map(({ path }) => placeWords(path, 3))].join(', ');
    return handOver(words, 'SeveralLoosened', `What is looser than the level ${level} allows (${loose}) does not go back by one place alone: ${loosened.map(({ path }) => placeWords(path)).join(', ')} came with ${commitWords(first)}. Take that back as a whole, or do without what is too loose.`);
  }
  if (mends.length > 0 && !runsAsRoot(kase)) return answer(cause, 0.8, mends);
  const [label] = changesOf(kase, ({ kind }) => kind === 'Namespace');
  const why = needs.cannot.length > 0 ? `it uses ${needs.cannot.join(', ')}` : runsAsRoot(kase) ? 'it says that it runs as root' : 'more places than one change may touch are too loose';
  return handOver(cause, 'CannotBeRestricted', `${who} cannot run at level ${level} as it is: ${why}.${label ? ` ${commitWords(label)} changed the namespace's labels.` : ''} Its namespace is never relabelled by us: a person decides where it belongs.`);
};

function isContainer(inside: readonly string[]): boolean {
  return inside.length === 2 && (inside[0] === 'containers' || inside[0] === 'initContainers');
}

/** That change alone makes the pod fit. */
function isWhole(kase: Case, path: readonly string[], before: unknown, level: string): boolean {
  const restored = withValue(kase.target, path, before);
  const mended = needsOf(restored, level);
  return mended.settings.length + mended.cannot.length === 0 && !mountsNothing(restored);
}

/** A container mounts a volume that the pod does not have: the API server would refuse it. */
function mountsNothing(target: KubeObject): boolean {
  const spec = asRecord(valueAt(target, podSpecPath(target)));
  const claims = asList(asRecord(target['spec'])['volumeClaimTemplates']).map((claim) => asRecord(claim['metadata'])['name']);
  const volumes = new Set([...asList(spec['volumes']).map(({ name }) => name), ...claims]);
  return containersOf(target).some(({ path }) => asList(asRecord(valueAt(target, path))['volumeMounts']).some(({ name }) => !volumes.has(name)));
}

function runsAsRoot(kase: Case): boolean {
  const spec = asRecord(valueAt(kase.target, podSpecPath(kase.target)));
  const contexts = [spec['securityContext'], ...containersOf(kase.target).map(({ path }) => asRecord(valueAt(kase.target, path))['securityContext'])];
  return contexts.some((context) => asRecord(context)['runAsUser'] === 0);
}

/** What the level asks for and the template does not have. */
function needsOf(target: Parameters<typeof containersOf>[0], level: string): Needs {
  const pod = podSpecPath(target);
  const spec = asRecord(valueAt(target, pod));
  const shared = asRecord(spec['securityContext']);
  const settings: Setting[] = [];
  const cannot: string[] = [];
  for (const field of HOST) if (spec[field] === true) settings.push({ path: [...pod, field], value: null });
  for (const volume of asList(spec['volumes'])) if (volume['hostPath'] !== undefined) cannot.push(`hostPath volume ${String(volume['name'])}`);
  for (const container of containersOf(target)) {
    const view = asRecord(valueAt(target, container.path));
    const context = asRecord(view['securityContext']);
    const at = (...rest: readonly string[]) => [...container.path, 'securityContext', ...rest];
    const added = asRecord(context['capabilities'])['add'];
    if (context['privileged'] === true) settings.push({ path: at('privileged'), value: null });
    const forbidden = Array.isArray(added) ? added.filter((name) => level === 'restricted' && name !== ADDABLE) : [];
    if (forbidden.length > 0) settings.push({ path: at('capabilities', 'add'), value: null });
    for (const [index, port] of asList(view['ports']).entries()) if (port['hostPort'] !== undefined && port['hostPort'] !== 0) settings.push({ path: [...container.path, 'ports', String(index), 'hostPort'], value: null });
    if (level !== 'restricted') continue;
    if (context['allowPrivilegeEscalation'] !== false) settings.push({ path: at('allowPrivilegeEscalation'), value: false });
    const drop = asRecord(context['capabilities'])['drop'];
    if (!Array.isArray(drop) || !drop.includes('ALL')) settings.push({ path: at('capabilities', 'drop'), value: ['ALL'] });
    if (context['runAsNonRoot'] === false) settings.push({ path: at('runAsNonRoot'), value: true });
    const profile = asRecord(context['seccompProfile'])['type'];
    if (profile !== undefined && profile !== 'RuntimeDefault' && profile !== 'Localhost') settings.push({ path: at('seccompProfile', 'type'), value: 'RuntimeDefault' });
    if (context['runAsUser'] === 0) cannot.push(`user 0 in ${container.name}`);
  }
  if (level !== 'restricted') return { settings, cannot };
  if (shared['runAsUser'] === 0) cannot.push('user 0');
  const all = containersOf(target).map(({ path }) => ({ path, context: asRecord(asRecord(valueAt(target, path))['securityContext']) }));
  // Where containers say it one by one, those that do not say it get it; else the pod says it for all.
  const lacking = (rest: readonly string[], value: boolean | string, has: (context: Json) => boolean): readonly Setting[] => {
    const without = all.filter(({ context }) => !has(context));
    if (without.length === 0) return [];
    const places = without.length < all.length && valueAt(shared, rest) === undefined ? without.map(({ path }) => path) : [pod];
    return places.map((place) => ({ path: [...place, 'securityContext', ...rest], value }));
  };
  if (shared['runAsNonRoot'] !== true) settings.push(...lacking(['runAsNonRoot'], true, (context) => context['runAsNonRoot'] === true));
  const profile = asRecord(shared['seccompProfile'])['type'];
  if (profile !== 'RuntimeDefault' && profile !== 'Localhost') settings.push(...lacking(['seccompProfile', 'type'], 'RuntimeDefault', (context) => profile === undefined && asRecord(context['seccompProfile'])['type'] !== undefined));
  return { settings, cannot };
}
