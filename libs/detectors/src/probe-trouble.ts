import { parseTime } from '@fleetmend/kernel';
import type { ContainerStatus } from './containers.ts';
import type { Note } from './events.ts';

export type ProbeName = 'Liveness' | 'Readiness' | 'Startup';

/**
 * What a probe meets, told apart by tolerant patterns, the surest first: what answers wrongly says more than what does not answer yet.
 * While a program starts, its probes are refused before they meet what stays; the surest is what stays.
 * Source of the texts: the kubelet's probers, Go's HTTP client, and the gRPC health protocol.
 */
export const probeTroubles = {
  PortUnknown: { words: 'names a port that the container does not have', pattern: /strconv\.Atoi|couldn't find port|port .* not found/i },
  WrongScheme: { words: 'speaks HTTPS where the server speaks HTTP, or the other way round', pattern: /HTTP response to HTTPS client|HTTP request to an? HTTPS|does not look like a TLS handshake|tls: |x509|statuscode: 400\b/i },
  CommandNotFound: { words: 'runs a command that the image does not have', pattern: /failed to exec in container|executable file not found|exec failed|OCI runtime exec/i },
  NotFound: { words: 'asks for a path that the server does not know', pattern: /statuscode: (?:404|405|410)\b/i },
  Unauthorized: { words: 'is not let in by the server', pattern: /statuscode: (?:401|403)\b/i },
  ServerError: { words: 'is told by the server that it is not well', pattern: /statuscode: 5\d\d\b|NOT_SERVING|service unhealthy/i },
  TimedOut: { words: 'gets no answer in time', pattern: /Client\.Timeout|deadline exceeded|i\/o timeout|command (?:.* )?timed out|timeout:|no route to host/i },
  Refused: { words: 'finds nothing that listens on its port', pattern: /connection refused|connection reset|\bEOF\b|timeout: failed to connect service/i },
  Failed: { words: 'fails', pattern: /^/ },
} as const;

export type ProbeTrouble = keyof typeof probeTroubles;
const ORDER = Object.keys(probeTroubles) as readonly ProbeTrouble[];

export interface ProbeSight {
  readonly probe: ProbeName;
  readonly trouble: ProbeTrouble;
  /** The probe could not even be tried: the kubelet counts neither success nor failure. */
  readonly errored: boolean;
  readonly last: number;
}

/** What the events of one container say about one of its probes; undefined when they say nothing. */
export function probeSight(probe: ProbeName, notes: readonly Note[]): ProbeSight | undefined {
  const about = notes.flatMap(({ reason, message, last }) => {
    const match = /^(Liveness|Readiness|Startup) probe (failed|errored)[^:]*: ?([\s\S]*)$/.exec(message);
    return reason === 'Unhealthy' && match?.[1] === probe ? [{ trouble: troubleOf(match[3] ?? ''), errored: match[2] === 'errored', last }] : [];
  });
  const [surest] = about.toSorted((a, b) => ORDER.indexOf(a.trouble) - ORDER.indexOf(b.trouble));
  return surest && { probe, trouble: surest.trouble, errored: surest.errored, last: Math.max(...about.map(({ last }) => last)) };
}

function troubleOf(text: string): ProbeTrouble {
  // gRPC says "timeout" also where nothing listens.
  if (/timeout: failed to connect service/.test(text)) return 'Refused';
  return ORDER.find((trouble) => probeTroubles[trouble].pattern.test(text)) ?? 'Failed';
}

/** Where no time says otherwise, a container that its probe ended shows one of these: it went when it was asked, or was made to. */
const ASKED_TO_END = [0, 137, 143];

/** Which probe the kubelet ended the last life of the container for. */
export function endedByProbe({ lastState }: ContainerStatus, notes: readonly Note[]): 'Liveness' | 'Startup' | undefined {
  const end = lastState?.terminated;
  if (!end || end.reason === 'OOMKilled') return undefined;
  const [began, ended] = [parseTime(end.startedAt), parseTime(end.finishedAt)];
  for (const { reason, message, last } of notes) {
    const probe = reason === 'Killing' ? /failed (liveness|startup) probe, will be restarted/.exec(message)?.[1] : undefined;
    if (probe === undefined) continue;
    // Events beyond a node's allowance are not sent, so an older one still tells where the exit code fits.
    const inLife = began !== undefined && ended !== undefined && last >= began && last <= ended + 5_000;
    if (inLife || ASKED_TO_END.includes(end.exitCode ?? -1)) return probe === 'liveness' ? 'Liveness' : 'Startup';
  }
  return undefined;
}
