import type { Action, FieldValue } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insideContainer, placeWords, restore, together, valueIn } from '../changes-in-effect.ts';
import { blamedElsewhere } from '../cause-elsewhere.ts';
import { nearestName } from '../nearest-name.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { suspectsOf } from '../suspects.ts';
import { asRecord, findContainer, valueAt, type ContainerView } from '../workload.ts';
import { containerFacts, PROBE_FIELDS, type ContainerFacts, type ProbeName, type ProbeView } from './probe-facts.ts';

const CITES = ['event', 'log', 'object', 'history'] as const;
/** What the API server fills in where a manifest is silent: a field that was added goes back to that, since a probe never loses its own. */
const DEFAULTS: Readonly<Record<string, FieldValue | undefined>> = { scheme: 'HTTP', path: '/', initialDelaySeconds: 0, periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 };
const TIMES = ['initialDelaySeconds', 'periodSeconds', 'timeoutSeconds', 'failureThreshold'];
/** Which fields of a probe can make it meet that. */
const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  PortUnknown: ['port'], Refused: ['port', ...TIMES], NotFound: ['path', 'port'], WrongScheme: ['scheme', 'port'], Unauthorized: ['path', 'port', 'httpHeaders'],
  ServerError: ['path', 'port', ...TIMES], TimedOut: ['port', ...TIMES], CommandNotFound: ['command'], Failed: ['command', 'service', ...TIMES],
};

/** A probe that asks for the wrong thing is pointed at what the container serves; it is never taken out. */
export const probeFailed: Rule = (kase) => {
  const { failure, target } = kase.request.spec;
  const container = findContainer(kase.target, target?.container);
  const [, probe = 'Readiness', trouble = 'Failed'] = /^(Liveness|Readiness|Startup)([A-Za-z]+)$/.exec(failure.subCause ?? '') ?? [];
  if (!container) return handOver(failure.message, 'ContainerUnknown', `The template of ${kase.target.kind} ${kase.target.metadata.name} has no container ${target?.container ?? '(none named)'}.`);
  const facts = containerFacts(kase, container);
  const sight: ProbeCase = { kase, container, facts, probe: probe as ProbeName, trouble, view: facts.probes.find(({ field }) => field === PROBE_FIELDS[probe as ProbeName]) };
  return probeChangedBack(sight) ?? pointedRight(sight) ?? programChangedBack(sight) ?? moreTime(sight) ?? left(sight);
};

interface ProbeCase {
  readonly kase: Case;
  readonly container: ContainerView;
  readonly facts: ContainerFacts;
  readonly probe: ProbeName;
  readonly trouble: string;
  readonly view: ProbeView | undefined;
}

/** What changed in Git in the probes of the container, and can be what is wrong, goes back all at once. */
function probeChangedBack({ kase, container, facts, probe, trouble, view }: ProbeCase): RuleAnswer | undefined {
  const fields = FIELDS_OF[trouble] ?? [];
  const own = together(
    changesInEffect(kase).filter((change) => {
      const inside = insideContainer(kase, change, container.name);
      if (!inside || !isProbe(inside[0])) return false;
      if (inside.length === 1) return change.before !== undefined && inside[0] === 'startupProbe' && probe !== 'Readiness';
      const field = inside.at(-1) ?? '';
      const whole = inside.length === 2 && typeof change.before === 'object';
      // No pod is ended for not being ready: however often it is asked, it says of itself that it is not well.
      if (probe === 'Readiness' && trouble === 'ServerError' && !whole && TIMES.includes(field)) return false;
      // The startup probe holds the liveness probe back: its times are as good as its own.
      const concerned = inside[0] === PROBE_FIELDS[probe] || (inside[0] === 'startupProbe' && TIMES.includes(field)) || whole || !TIMES.includes(field);
      return concerned && (whole || fields.includes(field) || inside.includes('command'));
    }),
  ).filter((change) => !(change.path.at(-1) === 'port' && (facts.listening.includes(Number(change.after)) || programLeftAlone(kase, container, facts) !== undefined)));
  if (own.length === 0 || (!own.some((change) => insideContainer(kase, change, container.name)?.[0] === PROBE_FIELDS[probe]) && !own.some(({ path }) => path.includes('startupProbe')))) return undefined;
  const [first] = own;
  if (!first) return undefined;
  const action = own.every(isPlain) ? setBack(own) : restoreProbe(kase, own, view);
  if (!action) return undefined;
  const places = [...new Set(own.map(({ path }) => placeWords(path, 3)))].slice(0, 3).join(', ');
  return { cause: `${commitWords(first)} changed ${places} of ${container.name}, and its ${probe.toLowerCase()} probe fails since`, confidence: 0.93, cites: CITES, candidates: [action] };
}

const isProbe = (segment: string | undefined): boolean => segment !== undefined && (Object.values(PROBE_FIELDS) as readonly string[]).includes(segment);

/** A single value that the action may set: everything but commands, headers and whole handlers. */
function isPlain({ path, before }: GitChange): boolean {
  const field = path.at(-1) ?? '';
  return (typeof before === 'string' || typeof before === 'number' || (before === undefined && DEFAULTS[field] !== undefined)) && !path.includes('exec') && !path.includes('httpHeaders');
}

function setBack(changes: readonly GitChange[]): Action {
  return { action: 'setProbe', fields: changes.slice(0, 6).map(({ path, before }) => ({ path: [...path], value: (before ?? DEFAULTS[path.at(-1) ?? ''] ?? null) as FieldValue })) };
}

/** The probe as a whole, as it was before the oldest of these; where another one was taken out, that one. */
function restoreProbe(kase: Case, changes: readonly GitChange[], view: ProbeView | undefined): Action | undefined {
  const oldest = changes.at(-1);
  const end = oldest?.path.findIndex(isProbe) ?? -1;
  if (!oldest || end < 0) return undefined;
  const path = oldest.path.slice(0, end + 1);
  const was = valueIn(kase, oldest.beforeCommit, oldest.object, path);
  return was === undefined && view === undefined ? undefined : restore(kase, { ...oldest, path: [...path], before: was });
}

/** The probe was left behind, or was never right: what the container serves says where it has to ask. */
function pointedRight(sight: ProbeCase): RuleAnswer | undefined {
  switch (sight.trouble) {
    case 'Refused':
      return otherPort(sight);
    case 'PortUnknown':
      return knownPort(sight);
    case 'NotFound':
      return otherPath(sight);
    case 'WrongScheme':
      return sight.view?.handler === 'httpGet' ? setProbes(sight, 'scheme', sight.view.scheme === 'HTTPS' ? 'HTTP' : 'HTTPS', 0.85, `${sight.container.name} speaks ${sight.view.scheme === 'HTTPS' ? 'HTTP' : 'HTTPS'}, and its probe does not`) : undefined;
    default:
      return undefined;
  }
}

function otherPort(sight: ProbeCase): RuleAnswer | undefined {
  const { facts, view, container, kase } = sight;
  if (!view?.handler || view.portNumber === undefined || facts.listening.includes(view.portNumber)) return undefined;
  const declared = facts.ports.map(({ number }) => number);
  const byName = typeof view.port === 'string' && !/^\d+$/.test(view.port);
  // A port that the container has under another name is not the one that this name stands for.
  const others = byName ? facts.ports.flatMap(({ name, number }) => (name === view.port ? [] : [number])) : [];
  const open = facts.listening.filter((port) => !others.includes(port));
  const renumbered = byName ? portRenumbered(kase, container, String(view.port), open) : undefined;
  const real = renumbered?.number ?? (open.length > 0 ? preferred(open, [facts.served, declared]) : onlyOther([...facts.served, ...declared].filter((port) => !others.includes(port)), view.portNumber));
  if (real === undefined) return undefined;
  const why = `${container.name} listens on port ${real}, and its probe asks on ${view.portNumber}`;
  const moved = programMoved(kase, container, String(real));
  // The port moved alone: what declares it and what sends traffic to it stayed, so the move is what is odd.
  const stayed = moved && isNowhereElse(facts, real);
  const follow = byName ? declarePort(sight, String(view.port), real, why) : setProbes(sight, 'port', real, moved || facts.listening.length > 0 ? 0.9 : 0.8, why);
  if (!stayed) return follow;
  return { cause: `${commitWords(moved)} changed ${placeWords(moved.path)}: ${why}`, confidence: 0.85, cites: CITES, candidates: [restore(kase, moved), ...(follow?.candidates ?? [])] };
}

const isNowhereElse = ({ ports, served }: ContainerFacts, port: number): boolean => !ports.some(({ number }) => number === port) && !served.includes(port);

/** The port that only the program has: a commit moved it there, and nothing declares it or sends traffic to it. Probes that went elsewhere are right. */
function programLeftAlone(kase: Case, container: ContainerView, facts: ContainerFacts): number | undefined {
  return facts.listening.find((port) => isNowhereElse(facts, port) && programMoved(kase, container, String(port)) !== undefined);
}

/** The number that the port of that name had before a commit changed it, where the program still listens there. */
function portRenumbered(kase: Case, container: ContainerView, name: string, open: readonly number[]): { readonly number: number } | undefined {
  const change = changesInEffect(kase).find((one) => insideContainer(kase, one, container.name)?.join('/') === `ports/[name=${name}]/containerPort`);
  return typeof change?.before === 'number' && open.includes(change.before) ? { number: change.before } : undefined;
}

/** A port that others agree on; else the only one. */
function preferred(ports: readonly number[], others: readonly (readonly number[])[]): number | undefined {
  for (const list of others) {
    const [agreed, second] = [...new Set(ports.filter((port) => list.includes(port)))];
    if (agreed !== undefined && second === undefined) return agreed;
  }
  return ports.length === 1 ? ports[0] : undefined;
}

function onlyOther(ports: readonly number[], not: number): number | undefined {
  const [only, second] = [...new Set(ports.filter((port) => port !== not))];
  return second === undefined && !ports.includes(not) ? only : undefined;
}

function declarePort({ container }: ProbeCase, name: string, real: number, why: string): RuleAnswer {
  return { cause: `${why}, which is what port ${name} stands for`, confidence: 0.85, cites: CITES, candidates: [{ action: 'setPort', fields: [{ path: [...container.path, 'ports', `[name=${name}]`, 'containerPort'], value: real }] }] };
}

/** A port's name that the container does not have: it changed, or the probe means one that is nearly called so, or the only one. */
function knownPort(sight: ProbeCase): RuleAnswer | undefined {
  const { facts, view, container, kase } = sight;
  const renamed = changesInEffect(kase).find((change) => change.before !== undefined && insideContainer(kase, change, container.name)?.[0] === 'ports' && JSON.stringify(change.before).includes(JSON.stringify(String(view?.port))));
  const names = facts.ports.flatMap(({ name }) => name ?? []);
  const [only, second] = facts.ports;
  const near = nearestName(String(view?.port ?? ''), names) ?? (only && !second ? (only.name ?? only.number) : undefined);
  const why = `${container.name} has no port ${String(view?.port)}`;
  const follow = near === undefined ? undefined : setProbes(sight, 'port', near, 0.9, `${why}, and has ${String(near)}`);
  if (follow) return follow;
  return renamed && { cause: `${why} since ${commitWords(renamed)}`, confidence: 0.85, cites: CITES, candidates: [restore(kase, renamed)] };
}

function otherPath(sight: ProbeCase): RuleAnswer | undefined {
  const { facts, view, container, kase } = sight;
  if (view?.handler !== 'httpGet') return undefined;
  const told = facts.paths.filter((path) => path !== view.urlPath);
  const siblings = facts.probes.filter((other) => other.field !== view.field && other.handler === 'httpGet' && other.portNumber === view.portNumber && other.urlPath !== view.urlPath).flatMap(({ urlPath }) => urlPath ?? []);
  const [real, second] = [...new Set(facts.paths.length > 0 ? told.filter((path) => siblings.includes(path) || told.length === 1) : siblings)];
  if (real === undefined || second !== undefined || (facts.paths.length > 0 && facts.paths.includes(view.urlPath ?? ''))) return undefined;
  const why = `${container.name} serves ${real}, and its probe asks for ${view.urlPath ?? '/'}`;
  const moved = programMoved(kase, container, real);
  const follow = setProbes(sight, 'path', real, 0.88, why);
  if (!moved || siblings.includes(real)) return follow;
  return { cause: `${commitWords(moved)} changed ${placeWords(moved.path)}: ${why}`, confidence: 0.85, cites: CITES, candidates: [restore(kase, moved), ...(follow?.candidates ?? [])] };
}

/** The change of the program's own command line or environment that brought this word. */
function programMoved(kase: Case, container: ContainerView, word: string): GitChange | undefined {
  return changesInEffect(kase).find((change) => {
    const field = insideContainer(kase, change, container.name)?.[0];
    return change.before !== undefined && (field === 'args' || field === 'command' || field === 'env') && JSON.stringify(change.after ?? '').includes(word) && !JSON.stringify(change.before).includes(word);
  });
}

/** Sets the same field of every probe that asks in the same wrong way. */
function setProbes({ facts, view }: ProbeCase, field: 'port' | 'path' | 'scheme', value: FieldValue, confidence: number, cause: string): RuleAnswer | undefined {
  if (!view?.handler) return undefined;
  const asksAlike = (other: ProbeView) => other.handler === view.handler && (field === 'port' ? other.port === view.port : field === 'path' ? other.urlPath === view.urlPath && other.portNumber === view.portNumber : other.scheme === view.scheme);
  const fields = facts.probes.filter(asksAlike).map((other) => ({ path: [...other.path, String(other.handler), field], value }));
  return { cause, confidence, cites: CITES, candidates: [{ action: 'setProbe', fields }] };
}

/** The probe stayed and the program changed: what makes it answer otherwise, or later, goes back. */
function programChangedBack({ kase, container, probe, trouble }: ProbeCase): RuleAnswer | undefined {
  const suspects = suspectsOf(kase, container.name);
  const [first, second] = suspects;
  if (!first || (second && second.score >= first.score) || (first.change.before === undefined && first.change.path.includes('securityContext'))) return undefined;
  return blamedElsewhere(kase, container.name, first) ?? { cause: `the ${probe.toLowerCase()} probe of ${container.name} fails (${trouble}) since ${commitWords(first.change)} changed ${placeWords(first.change.path)}`, confidence: first.score >= 3 ? 0.88 : 0.75, cites: CITES, candidates: [restore(kase, first.change)] };
}

/** How long a new probe lets a program start, where nothing says how long it takes. */
const START_SECONDS = 120;

/** A probe that was added, asks in the right place and does not wait until the program is up gets to wait; it stays. */
function moreTime({ kase, container, view, probe, trouble }: ProbeCase): RuleAnswer | undefined {
  if (!view || probe === 'Readiness' || !['ServerError', 'TimedOut', 'Refused'].includes(trouble)) return undefined;
  const added = changesInEffect(kase).find((change) => change.before === undefined && insideContainer(kase, change, container.name)?.join('/') === view.field);
  if (!added) return undefined;
  const spec = asRecord(valueAt(kase.target, view.path));
  const period = Number(spec['periodSeconds'] ?? DEFAULTS['periodSeconds']);
  const most = 30;
  // The tries come first; only where they are over within a minute does the time between them grow, too.
  const spread = period * most < 60 ? [{ path: [...view.path, 'periodSeconds'], value: START_SECONDS / most }] : [];
  const fields = probe === 'Liveness' ? [{ path: [...view.path, 'initialDelaySeconds'], value: START_SECONDS }] : [{ path: [...view.path, 'failureThreshold'], value: Math.min(most, Math.ceil(START_SECONDS / period)) }, ...spread];
  return { cause: `${commitWords(added)} added a ${probe.toLowerCase()} probe to ${container.name} that ends it while it starts`, confidence: 0.75, cites: CITES, candidates: [{ action: 'setProbe', fields }] };
}

const LOOK_AT: Readonly<Record<string, string | undefined>> = {
  ServerError: 'It answers that it is not well: look at what it depends on. The probe is right to fail.',
  Unauthorized: 'The server does not let the probe in; serve a path without credentials for it.',
  Refused: 'Nothing listens where the probe asks, and neither its log nor Git says where it should; read the log.',
  TimedOut: 'It does not answer in time; look at its load, its limits, and what it waits for.',
};

/** What the kubelet heard, for whoever gets the ticket. */
function answered({ evidence }: Case): string {
  const code = evidence.flatMap(({ kind, text }) => (kind === 'event' ? (/statuscode: (\d{3})/.exec(text)?.[1] ?? []) : []))[0];
  return code === undefined ? '' : ` with ${code}`;
}

function left({ kase, container, probe, trouble }: ProbeCase): RuleAnswer {
  const lookAt = LOOK_AT[trouble] ?? 'Git knows no change that explains it; read the log, and try the probe by hand.';
  return { ...handOver(`the ${probe.toLowerCase()} probe of ${container.name} fails: ${trouble}`, `Probe${trouble}`, `The ${probe.toLowerCase()} probe of ${container.name} fails${answered(kase)}. ${lookAt}`), inconclusive: true };
}

function handOver(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { cause, confidence: 0.7, cites: CITES, candidates: [abstain(reason, lookAt)] };
}
