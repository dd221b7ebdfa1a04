import type { KubeObject } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { isTarget } from './changes-in-effect.ts';
import { holdsWord, lastLifeOf, mentions } from './log-clues.ts';
import { configMapsOf, referencesOf } from './references.ts';
import { unresolvedHost } from './unresolved-host.ts';
import { asList, asRecord, containersOf, valueAt, type Json } from './workload.ts';

/** What a program complained of at its end, where it is something that it was told by its settings. */
export interface Complaint {
  readonly about: 'address' | 'variable';
  /** `kafka.streaming.svc:9092`, or the name of the variable. */
  readonly what: string;
  /** The Secret that a variable comes from. */
  readonly secret?: string;
  /** What it comes from that does not stand in Git. */
  readonly outside?: string;
  /** The line that says so. */
  readonly line: string;
}

/** How programs say that nobody answers at an address. */
const UNREACHABLE = /connection refused|ECONNREFUSED|no such host|ENOTFOUND|EAI_AGAIN|UnknownHostException|could not translate host name|host not found|Could not resolve host|name or service not known|temporary failure in name resolution|i\/o timeout|ETIMEDOUT|timed out|no route to host|EHOSTUNREACH/i;
const OF_VALUE = /missing|required|not set|unset|undefined|empty|invalid|unknown|want|expected|must|malformed|pars(e|ing)|bad|wrong/i;
/** A short name is only believed to be one where the line says so. */
const SAYS_VARIABLE = /\bvariable\W{1,3}([A-Za-z_][A-Za-z0-9_]*)/i;
/** A line that only says where in a program something happened. */
const FRAME = /^\s+(at |File "|\.\.\. \d+ more)|^goroutine \d+|^\s*$/;
const LAST_LINES = 3;
const ADDRESS = /\b([a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9-]+)*)(?::(\d{2,5}))?\b/g;
/** Addresses of the pod itself are those of other containers. */
const OWN = /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0)$/;

/**
 * What the last lines of the log name of the settings that the container has: an address that does not answer, or a variable whose value
 * is not as it should be. Undefined: they name nothing of the kind, or something that no setting says in so many words.
 */
export function complaintOf(kase: Case, container: string | undefined): Complaint | undefined {
  const lines = lastLifeOf(kase).split('\n').filter((line) => !FRAME.test(line)).slice(-LAST_LINES);
  const told = settingsOf(kase, container);
  const says = (word: string) => told.some(({ text }) => holdsWord(text, word));
  for (const line of lines.toReversed().filter((one) => UNREACHABLE.test(one))) {
    for (const [, host = '', port] of line.matchAll(ADDRESS)) {
      if (host.length < 3 || /^\d+$/.test(host) || OWN.test(host) || !(isHost(kase, host, port) || host === unresolvedHost(line)) || !says(host) || (port !== undefined && !says(port))) continue;
      return { about: 'address', what: port === undefined ? host : `${host}:${port}`, line };
    }
  }
  const last = lines.at(-1) ?? '';
  const named = OF_VALUE.test(last) ? told.find(({ variable }) => variable !== undefined && (variable.length > 3 || (SAYS_VARIABLE.exec(last)?.[1] ?? '') === variable) && holdsWord(last, variable)) : undefined;
  if (named?.variable !== undefined) return { about: 'variable', what: named.variable, line: last, ...(named.secret === undefined ? {} : { secret: named.secret }) };
  return OF_VALUE.test(last) ? fromOutside(kase, container, { line: last, told }) : undefined;
}

const VARIABLE = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;

/** A variable that no manifest sets, where the container takes all of an object that Git does not have: it can come from there alone. */
function fromOutside(kase: Case, container: string | undefined, { line, told }: { readonly line: string; readonly told: readonly Setting[] }): Complaint | undefined {
  const head = kase.versions[0]?.objects;
  const sources = referencesOf(kase.target).filter((ref) => ref.namePath.includes('envFrom') && (container === undefined || ref.container === container));
  const [outside, second] = sources.filter(({ kind, name }) => head?.every((one) => one.kind !== kind || one.metadata.name !== name) === true);
  const what = [...line.matchAll(VARIABLE)].map(([word]) => word).find((word) => !told.some(({ variable }) => variable === word));
  // What Git took away it may be asked to give back.
  const wasTold = what !== undefined && kase.changes.some(({ path, before }) => path.includes(`[name=${what}]`) || path.includes(what) || (before !== undefined && JSON.stringify(before).includes(what)));
  return outside === undefined || second !== undefined || what === undefined || wasTold ? undefined : { about: 'variable', what, line, outside: `${outside.kind} ${outside.name}` };
}

/** A word with a port or a dot is an address; a bare one is, where a Service is called so. */
function isHost(kase: Case, host: string, port: string | undefined): boolean {
  return port !== undefined || host.includes('.') || [...kase.related, ...(kase.versions[0]?.objects ?? [])].some(({ kind, metadata }) => kind === 'Service' && metadata.name === host);
}

/**
 * The changes that may still be to blame. What the log complains of stands in the settings, and these changes are of other settings that it
 * does not speak of: putting one back would help nobody, and look well for as long as older pods live.
 */
export function blameable<T extends { readonly change: GitChange; readonly score: number }>(kase: Case, complaint: Complaint | undefined, suspects: readonly T[]): readonly T[] {
  return complaint === undefined ? suspects : suspects.filter(({ change, score }) => (score > 0 && !isOwnWord(complaint, change)) || !isOtherSetting(kase, complaint, change));
}

/** How programs say that a file is not there. */
const NO_FILE = /no such file|ENOENT|FileNotFound|NoSuchFileException|cannot find the file/i;

/** What a file says cannot make another one be missing, unless it names that one. */
export function withoutContents<T extends { readonly change: GitChange }>(kase: Case, suspects: readonly T[]): readonly T[] {
  const line = lastLifeOf(kase).split('\n').filter((one) => !FRAME.test(one)).at(-1) ?? '';
  const file = NO_FILE.test(line) ? /\/[\w./-]+\w/.exec(line)?.[0] : undefined;
  if (file === undefined) return suspects;
  const isContent = ({ object, path, before, after }: GitChange) => object.kind === 'ConfigMap' && path[0] === 'data' && before !== undefined && after !== undefined && !JSON.stringify([before, after]).includes(file);
  return suspects.filter(({ change }) => !isContent(change));
}

/** A word of the command line that the program merely repeats elsewhere in its log: what it ended with names something else. */
function isOwnWord({ about, line }: Complaint, change: GitChange): boolean {
  return about === 'variable' && isWordOfLine(change) && mentions(change, line) === 0;
}

function isWordOfLine({ path }: GitChange): boolean {
  return /^(args|command)$/.test(path.at(-2) ?? '');
}

/** A variable, or a key of a ConfigMap, that has one value as before and another one now, and that the named variable is not made of. */
function isOtherSetting(kase: Case, complaint: Complaint, change: GitChange): boolean {
  const { about, what } = complaint;
  const { object, path, before, after } = change;
  if (isNewVariable(kase, complaint, change)) return true;
  if (!isShort(before) || !isShort(after)) return false;
  if (isTarget(kase, object) && isOwnWord(complaint, change)) return true;
  const last = path.at(-1) ?? '';
  const variable = isTarget(kase, object) && path.at(-3) === 'env' && last === 'value' ? /^\[name=(.*)\]$/.exec(path.at(-2) ?? '')?.[1] : undefined;
  const key = object.kind === 'ConfigMap' && path[0] === 'data' && path.length === 2 ? last : undefined;
  const name = variable ?? key;
  if (name === undefined) return false;
  const variables = variablesOf(kase);
  const isMadeOf = (item: Json) => item['name'] !== name && JSON.stringify(item).includes(about === 'variable' && item['name'] === what ? name : `$(${name})`);
  return !variables.some(isMadeOf);
}

/** A variable that was not there before, with a plain value: the named one is neither it nor made of it, and it says no address that is asked for. */
function isNewVariable(kase: Case, { about, what }: Complaint, { object, path, before, after }: GitChange): boolean {
  const name = /^\[name=(.*)\]$/.exec(path.at(-1) ?? '')?.[1];
  const { value } = asRecord(after);
  if (before !== undefined || name === undefined || path.at(-2) !== 'env' || !isTarget(kase, object) || !isShort(value)) return false;
  const isAbout = name === what || (about === 'address' && holdsWord(String(value), what.split(':')[0] ?? what)) || OF_THE_WAY.test(name);
  return !isAbout && !variablesOf(kase).some((item) => item['name'] !== name && JSON.stringify(item).includes(`$(${name})`));
}

/** Settings that change how every address is reached, or how a program starts. */
const OF_THE_WAY = /proxy|resolver|dns|^LD_|_OPTIONS$|_OPTS$|tls|ssl|^(host|port)$|timeout/i;

function variablesOf(kase: Case): readonly Json[] {
  return containersOf(kase.target).flatMap(({ path }) => asList(asRecord(valueAt(kase.target, path))['env']));
}

/** One line: a whole file in a ConfigMap may say anything. */
function isShort(value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') && !String(value).includes('\n');
}

interface Setting {
  readonly text: string;
  readonly variable?: string;
  readonly secret?: string;
}

/** The command line and environment of the container, and the ConfigMaps that it reads. */
function settingsOf(kase: Case, container: string | undefined): readonly Setting[] {
  const views = containersOf(kase.target).filter(({ name }) => container === undefined || name === container);
  const own = views.flatMap(({ path }): readonly Setting[] => {
    const item = asRecord(valueAt(kase.target, path));
    const words = ['command', 'args'].flatMap((list) => (Array.isArray(item[list]) ? (item[list] as unknown[]).map((text) => ({ text: String(text) })) : []));
    return [...words, ...asList(item['env']).map(variableOf)];
  });
  const maps = configMapsOf(kase, container);
  const shared = (kase.versions[0]?.objects ?? []).filter(({ kind, metadata }) => kind === 'ConfigMap' && maps.has(metadata.name));
  return [...own, ...shared.flatMap(keysOf)];
}

function variableOf(item: Json): Setting {
  const secret = valueAt(item, ['valueFrom', 'secretKeyRef', 'name']);
  return { text: typeof item['value'] === 'string' ? item['value'] : '', variable: String(item['name'] ?? ''), ...(typeof secret === 'string' ? { secret } : {}) };
}

function keysOf(map: KubeObject): readonly Setting[] {
  return Object.entries((map['data'] ?? {}) as Readonly<Record<string, unknown>>).map(([variable, text]) => ({ text: String(text), variable }));
}
