import { canonicalJson } from '@fleetmend/kernel';
import type { Action } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insideContainer, isTarget, placeWords, restore, valueIn } from '../changes-in-effect.ts';
import { blamedElsewhere, saidElsewhere } from '../cause-elsewhere.ts';
import { blameable, complaintOf, withoutContents, type Complaint } from '../complaint.ts';
import { holdsWord, lastLifeOf } from '../log-clues.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { provedBefore, suspectsOf, type Suspect } from '../suspects.ts';
import { unresolvedHost } from '../unresolved-host.ts';
import { goneHost, noSuchHost, otherPort, sleepingService } from './host-clue.ts';
import { isPinned } from './image-pull.ts';
import { migrationWith, movedAlong } from './no-way-back.ts';
import { mountWithVolume } from './mount-with-volume.ts';
import { roomToWrite } from './room-to-write.ts';

const CITES = ['log', 'event', 'object', 'history'] as const;
/** What was not there before may stay away again, but these are guards, and a guard is never taken out. */
const GUARDS = /^(resources|securityContext|livenessProbe|readinessProbe|startupProbe)$/;

/** Which fields of a container can make it end in that way; other ends may come from anything that its program reads. */
const FIELDS_OF: Readonly<Record<string, RegExp | undefined>> = {
  NotStarted: /^(image|command|args|workingDir|volumeMounts|securityContext|env)$/,
  WrongArchitecture: /^(image|nodeSelector|affinity)$/,
  MountMismatch: /^(volumeMounts|volumes|image)$/,
  WorkingDirectory: /^(workingDir|image|volumeMounts|volumes)$/,
  SecurityProfile: /^(securityContext)$/,
  Device: /^(resources|volumeMounts|volumes)$/,
  Completed: /^(command|args|image|env|envFrom)$/,
};

/** Where Git has nothing to say, what a person should look at. */
const LOOK_AT: Readonly<Record<string, { readonly reason: string; readonly lookAt: string } | undefined>> = {
  NotStarted: { reason: 'CommandNotFound', lookAt: 'Its image does not have the command that it is to run, and Git knows no other; look at the image.' },
  WrongArchitecture: { reason: 'WrongArchitecture', lookAt: 'Its image is built for another processor than its node has; build it for both, or choose nodes by kubernetes.io/arch.' },
  Completed: { reason: 'NothingToKeepDoing', lookAt: 'Its program ends well and is started again; give it something to keep doing, or make it a Job.' },
  Crashed: { reason: 'NativeCrash', lookAt: 'Its program crashes by itself (a signal that a fault in it raises); look for a core dump and at the version of its image.' },
  Killed: { reason: 'KilledFromOutside', lookAt: 'It is ended by SIGKILL, and neither memory nor a probe is to blame; look at its node.' },
  Terminated: { reason: 'TerminatedFromOutside', lookAt: 'It is asked to end by SIGTERM, and no probe is to blame; look at who sends it, and at its grace period.' },
};

/**
 * A container that began to crash after a change in Git gets back what was changed: the one thing that changed, or the one that its
 * log speaks of. Where several could be it and the log names none, or nothing changed, a person reads the log.
 */
export const crashLoop: Rule = (kase) => {
  const { failure, target } = kase.request.spec;
  const name = target?.container ?? kase.target.metadata.name;
  const fields = FIELDS_OF[failure.subCause ?? ''];
  const complaint = complaintOf(kase, name);
  const suspects = withoutContents(kase, blameable(kase, complaint, suspectsOf(kase, name).filter(({ change }) => fields === undefined || fits(kase, change, name, fields))));
  const chosen = chooseOne(suspects, failure.message);
  const room = roomToWrite(kase, name, suspects.map(({ change }) => change)) ?? mountWithVolume(kase, name, chosen?.change);
  if (room) return room;
  const gone = chosen && goneHost(kase, chosen.change);
  const asleep = chosen && complaint && sleepingService(kase, complaint, chosen.change);
  if (asleep) return handOver(`${name} asks ${complaint.what} since ${commitWords(chosen.change)}, and no pod of Service ${asleep} is ready`, 'DependencyNotReady', `Service ${asleep} is there and has pods, and none of them is ready yet: see whether they get ready, and whether ${name} is to go back to where it was until then.`);
  const elsewhere = blamedElsewhere(kase, name, chosen);
  if (elsewhere) return elsewhere;
  if (chosen && gone === undefined) return putBack(kase, name, { ...chosen, complaint }, suspects);
  const host = noSuchHost(kase, name, gone === undefined ? undefined : chosen?.change) ?? (complaint && otherPort(kase, name, complaint));
  if (host) return host;
  if (gone !== undefined) return handOver(`${name} asks for a host that does not exist, and the one before, ${gone}, does not either`, 'HostGone', `Name the host that ${name} is to use now: no Service ${gone} is there any more.`);
  if (suspects.length > 1) {
    const places = suspects.slice(0, 4).map(({ change }) => placeWords(change.path, 3)).join(', ');
    return notKnown(`${name} began to crash after several changes`, 'SeveralChanges', `These fields changed together, and the rules cannot tell which one did it: ${places}. Read the previous log of ${name}.`);
  }
  if (complaint) return notAnswered(kase, name, complaint);
  const known = LOOK_AT[failure.subCause ?? ''];
  const said = suspects.length === 0 ? saidElsewhere(kase, name) : undefined;
  if (said) return said;
  if (known) return notKnown(`${name} ${failure.message}`, known.reason, `${name}: ${known.lookAt}`);
  return notKnown(`${name} starts and dies, and nothing in Git changed before it`, 'NoRecentChange', `Git history shows no change that could explain it; read the previous log of ${name}${lastWords(kase)}`);
};

/** The only suspect, or the only one that the log speaks of most strongly. A command that the runtime names is as good as a log. */
function chooseOne(suspects: readonly Suspect[], message: string): Suspect | undefined {
  const named = /exec: "([^"]+)"/.exec(message)?.[1];
  const scored = suspects.map((suspect) => ({ ...suspect, score: suspect.score + (named !== undefined && holdsWord(JSON.stringify(suspect.change.after ?? ''), named) ? 3 : 0) })).toSorted((a, b) => b.score - a.score);
  const [first, second] = scored;
  if (!first || !second || first.score > second.score) return first;
  return undefined;
}

function fits(kase: Case, change: GitChange, container: string, fields: RegExp): boolean {
  if (!isTarget(kase, change.object)) return change.object.kind === 'ConfigMap' && fields.test('env');
  const inside = insideContainer(kase, change, container);
  return inside !== undefined ? fields.test(inside[0] ?? '') : change.path.some((segment) => fields.test(segment));
}

function putBack(kase: Case, name: string, { change, score, complaint }: Suspect & { readonly complaint: Complaint | undefined }, suspects: readonly Suspect[]): RuleAnswer {
  const field = placeWords(change.path);
  const began = `${name} began to crash after ${commitWords(change)}`;
  const migration = migrationWith(kase, change);
  if (migration !== undefined) {
    return handOver(`${began} changed ${field}, and brought Job ${migration}`, 'MigrationRan', `Job ${migration}, by its name a migration, came with the same commit, so what ran before may not know its data any more: nothing is put back. ${name} ends with${lastWords(kase)}`);
  }
  const reader = movedAlong(kase, change);
  if (reader !== undefined) {
    return handOver(`${began} changed ${field} of ${change.object.kind} ${change.object.name}`, 'OthersNeedIt', `${change.object.kind} ${change.object.name} is read by ${reader}, too, which the same commit changed along with it and which is well: putting ${field} back would break that. Let ${kase.target.kind} ${kase.target.metadata.name} follow, or give it a value of its own.`);
  }
  const heir = movedTo(kase, change);
  if (heir !== undefined) {
    return handOver(`${began} moved the value of ${placeWords(change.path)} to ${heir}`, 'ValueMoved', `What ${placeWords(change.path)} held stands at ${heir} since ${commitWords(change)}: something that counts places in that list, such as an operation of a JSON patch or a post-renderer, meets another item now. Let it count anew.`);
  }
  if (replacedAnother(kase, change)) {
    return handOver(`${began} put ${String(change.after)} in the place of ${String(change.before)}`, 'ItemReplaced', `${String(change.after)} stands where ${String(change.before)} was, with another value: the old name for the new value would be wrong. See whether ${name} needs both.`);
  }
  if (change.before === undefined && change.path.some((segment) => GUARDS.test(segment))) {
    return handOver(`${began} added ${field}`, 'GuardWouldGo', `Putting things back would take out ${field}, which is a guard; set it to a value that fits instead.`);
  }
  if (change.path.at(-1) === 'image' && !(typeof change.before === 'string' && isPinned(change.before))) {
    return handOver(`${began} changed its image`, 'ImageNotPinned', `The image before was ${String(change.before)}, which names no fixed version; pin one that works.`);
  }
  const where = isTarget(kase, change.object) ? field : `${field} of ${change.object.kind} ${change.object.name}`;
  const confidence = score >= 3 ? 0.92 : provedBefore(kase, change) ? 0.9 : 0.75;
  const unreached = complaint?.about === 'address' ? `: it cannot reach ${complaint.what}` : '';
  return { cause: `${began} changed ${where}${score >= 2 ? `, of which its log speaks${unreached}` : ''}`, confidence, cites: CITES, candidates: [restore(kase, lastOther(kase, change)), ...others(kase, suspects, change)] };
}

/** The item of the same list that has had, since the same commit, the very value that this one lost: an operation that goes by places hit its neighbour. */
function movedTo(kase: Case, { path, before, commit, object }: GitChange): string | undefined {
  const at = path.length - 2;
  if (typeof before !== 'string' || before.length < MOVED_FROM || path.at(-1) !== 'value' || !/^\[name=/.test(path[at] ?? '')) return undefined;
  const isBeside = (other: GitChange) => other.commit === commit && other.object.name === object.name && other.object.kind === object.kind && other.path.length === path.length && other.path.at(-1) === 'value' && path.slice(0, at).every((segment, index) => segment === other.path[index]) && other.path[at] !== path[at];
  const heir = kase.changes.find((other) => isBeside(other) && other.after === before && other.before !== before);
  return heir && placeWords(heir.path);
}

/** Shorter values are equal by chance: `1`, `true`, `info`. */
const MOVED_FROM = 6;

/** A list item in this place got another name and something else at once: it is another item, and the earlier name does not fit it. */
function replacedAnother(kase: Case, { path, commit }: GitChange): boolean {
  const item = path.slice(0, -1);
  const isInside = (other: readonly string[]) => other.length > item.length && other[item.length] !== 'name' && item.every((segment, index) => segment === other[index]);
  return path.at(-1) === 'name' && /^\d+$/.test(item.at(-1) ?? '') && kase.changes.some((other) => other.commit === commit && isInside(other.path));
}

/** What was away for a while and came back goes to what it was before that, and not away again. */
function lastOther(kase: Case, change: GitChange): GitChange {
  if (change.before !== undefined || change.path.length === 0) return change;
  const at = kase.versions.findIndex(({ commit }) => commit === change.beforeCommit);
  const earlier = kase.versions.slice(at + 1).find(({ commit }) => {
    const value = valueIn(kase, commit, change.object, change.path);
    return value !== undefined && canonicalJson(value) !== canonicalJson(change.after ?? null);
  });
  return earlier === undefined || at < 0 ? change : { ...change, beforeCommit: earlier.commit };
}

/** What else the log speaks of comes next, should the first not be enough. */
function others(kase: Case, suspects: readonly Suspect[], chosen: GitChange): readonly Action[] {
  return suspects.filter(({ change, score }) => change !== chosen && score >= 3 && change.before !== undefined).map(({ change }) => restore(kase, change));
}

/** What the program was told before, too, does not hold any more: that is not in its own settings. */
function notAnswered(kase: Case, name: string, { about, what, secret, outside, line }: Complaint): RuleAnswer {
  if (about === 'address') {
    const said = handOver(`${name} cannot reach ${what}, which it was told before, too`, 'DependencyUnreachable', `No recent change of ${name} concerns ${what}: see whether it is up, and whether its Service still has that name, port and pods.${policyWords(kase)}`);
    // Who took over from a host that nobody knows any more, somebody else may read out of Git.
    return unresolvedHost(line) === undefined ? said : { ...said, inconclusive: true };
  }
  const from = outside !== undefined ? `; it can only come from ${outside}, which does not stand in Git` : secret === undefined ? (SERVICE_LINK.test(line) ? '; what it holds is the address that Kubernetes gives to a variable for each Service of the namespace (enableServiceLinks), so see which Service is new' : '') : `; it comes from Secret ${secret}, which was not changed in Git`;
  return notKnown(`${name} does not like its variable ${what}, and nothing in Git changed that`, 'SettingNotAccepted', `No recent change of ${name} concerns ${what}${from}. See what it holds now.`);
}

/** What Kubernetes puts into `NAME_PORT` for a Service of that name. */
const SERVICE_LINK = /\btcp:\/\/\d+\.\d+\.\d+\.\d+:\d+/;

/** What lets traffic through is a guard and not edited, but whoever looks should know that it changed. */
function policyWords(kase: Case): string {
  const change = changesInEffect(kase).find(({ object, after }) => object.kind === 'NetworkPolicy' && object.namespace === kase.target.metadata.namespace && after !== undefined);
  return change === undefined ? '' : ` ${commitWords(change)} changed NetworkPolicy ${change.object.name} of its namespace: see whether that lets it through.`;
}

/** The rules have nothing to go by; somebody else may read more out of the log. */
function notKnown(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { ...handOver(cause, reason, lookAt), inconclusive: true };
}

function handOver(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { cause, confidence: 0.6, cites: CITES, candidates: [abstain(reason, lookAt)] };
}

/** The last thing that the program said, for whoever gets the ticket. It was redacted before it came here. */
function lastWords(kase: Case): string {
  const line = lastLifeOf(kase).trim().split('\n').at(-1)?.trim();
  return line ? `: "${line.slice(0, 200)}".` : '.';
}
