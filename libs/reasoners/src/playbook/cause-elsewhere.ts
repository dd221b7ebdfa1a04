import type { Case, GitChange } from '@fleetmend/plugin-api';
import { lastLifeOf } from './log-clues.ts';
import { abstain, type RuleAnswer } from './rule.ts';

/** What programs say of a state that no manifest made, and the settings that can have brought it about all the same. */
interface Elsewhere {
  readonly state: string;
  readonly said: RegExp;
  /** Names of settings, or of fields, that bear on it. */
  readonly bearsOn: RegExp;
}

/** Source: Go, OpenSSL, the JDK, Node, PostgreSQL, MySQL, MongoDB, Redis, the Kubernetes API server, and the SDKs of clouds. */
const STATES: readonly Elsewhere[] = [
  { state: 'a certificate has expired', said: /certificate (?:has )?expired|certificate_expired|CERT_HAS_EXPIRED|\bNotAfter: /i, bearsOn: /^$/ },
  { state: 'a disk is full', said: /no space left on device|\bENOSPC\b|disk quota exceeded|MISCONF Redis is configured to save/i, bearsOn: /volume|mount|path|dir|storage|^(?:args|command|image)$/i },
  { state: 'a server has no connection left', said: /too many (?:clients|connections)\b|remaining connection slots are reserved|max number of clients reached/i, bearsOn: /pool|conn|max|size|worker|thread|process|parallel|concurren|^(?:args|command|image)$/i },
  { state: 'an account is not let in', said: /password authentication failed|access denied for user|\bWRONGPASS\b|\bNOAUTH\b|(?:SASL |SCRAM )?authentication failed|invalid_(?:client|grant)\b|\bAADSTS\d+/i, bearsOn: /user|pass|secret|auth|token|cred|key|login|account|sasl|tenant|client|url|dsn|host|addr|^(?:args|command|image)$/i },
  { state: 'somebody limits how often it may ask', said: /\b429\b.*too many requests|too many requests|rate ?limit(?:ed| exceeded)|quota exceeded for|ThrottlingException/i, bearsOn: /rate|limit|worker|thread|parallel|concurren|batch|interval|period|poll|retry|^(?:args|command|image)$/i },
  { state: 'its ServiceAccount may not do that', said: /is forbidden: User "system:serviceaccount:/i, bearsOn: /serviceAccount|automount|namespace|^(?:args|command|image)$/i },
  { state: 'its data does not allow it', said: /duplicate key value violates|could not create unique index|checksum mismatch|database disk image is malformed|data(?:base)? (?:is )?corrupt/i, bearsOn: /^(?:args|command|image)$/i },
];

/** What a program says in its last words of a state outside of every manifest; undefined: nothing of the kind. */
function stateOf(kase: Case): { readonly state: Elsewhere; readonly line: string } | undefined {
  const lines = lastLifeOf(kase).split('\n').filter((line) => line.trim() !== '').slice(-LAST_LINES);
  for (const line of lines.toReversed()) {
    const state = STATES.find(({ said }) => said.test(line));
    if (state) return { state, line: line.trim().slice(0, 160) };
  }
  return undefined;
}

const LAST_LINES = 5;

/**
 * The program ended for a state that its settings did not make, and the change that is left has nothing to do with it: that it is the only
 * one proves nothing. `line` is what it said.
 */
function causeElsewhere(kase: Case, { change, score }: { readonly change: GitChange; readonly score: number }): { readonly state: string; readonly line: string } | undefined {
  const found = stateOf(kase);
  if (!found || score > 0 || touchesOf(change).some((word) => found.state.bearsOn.test(word))) return undefined;
  return { state: found.state.state, line: found.line };
}

/** Hands over what only looks as if a change had done it; undefined: the change may be to blame. */
export function blamedElsewhere(kase: Case, container: string, suspect: { readonly change: GitChange; readonly score: number } | undefined): RuleAnswer | undefined {
  const found = suspect && causeElsewhere(kase, suspect);
  return found && toPeople(container, found);
}

/** The same where there is no change that could be to blame. */
export function saidElsewhere(kase: Case, container: string): RuleAnswer | undefined {
  const found = stateOf(kase);
  return found && toPeople(container, { state: found.state.state, line: found.line });
}

function toPeople(container: string, found: { readonly state: string; readonly line: string }): RuleAnswer {
  const lookAt = `No manifest mends that ${found.state}. ${container} says: "${found.line}".`;
  return { cause: `${container} fails because ${found.state}, and no change in Git has to do with that`, confidence: 0.8, cites: ['log', 'event', 'history'], candidates: [abstain('CauseElsewhere', lookAt)] };
}

/** The names in a change: of its fields, of the variable or the key, and those inside of what came or went as a whole. */
function touchesOf({ path, before, after }: GitChange): readonly string[] {
  const named = path.slice(INTO_POD.test(path.slice(0, 3).join('/')) ? 5 : 0).map((segment) => /^\[[^=\]]+=(.*)\]$/.exec(segment)?.[1] ?? segment);
  return [...named, ...[before, after].flatMap(namesIn)];
}

/** What leads to a container says nothing about the change. */
const INTO_POD = /^spec\/template\/spec$/;

function namesIn(value: unknown): readonly string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...(key === 'name' && typeof item === 'string' ? [item] : []), ...namesIn(item)]);
}
