import { parseDuration, readQuantity, seconds, wholeUnits } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import type { Program, Step } from './program.ts';

/** How long labapp keeps asking before it gives up. */
const DNS_PATIENCE = seconds(5);
const CONNECT_PATIENCE = seconds(3);

export const LABAPP_USAGE =
  'usage: labapp [--log=TEXT] [--require-env=NAME[=VALUE]] [--require-file=PATH] [--require-dns=HOST] [--require-connect=HOST:PORT] [--write=PATH] ' +
  '[--hold-memory=SIZE] [--listen=PORT] [--health=PATH] [--ready-after=DURATION] [--exit-after=DURATION] [--exit=N]';

/** Every flag that labapp reads, for scenarios that ask whether a world's labapp has one. */
export const LABAPP_FLAGS: readonly string[] = [...LABAPP_USAGE.matchAll(/\[(--[a-z-]+)=/g)].map(([, flag]) => flag ?? '');

interface Flags {
  readonly checks: Step[];
  readonly ports: number[];
  readonly held: Step[];
  health?: string;
  readyAfter: Duration;
  exitAfter?: Duration;
  exit?: number;
}

/**
 * Reads labapp's arguments. It logs and checks in the order of its flags, then takes its memory, then listens, then waits, then exits;
 * without `--exit` and `--exit-after` it runs for ever. What it cannot read makes it print its usage and exit 2.
 */
export function labapp(args: readonly string[]): Program {
  const flags: Flags = { checks: [], ports: [], held: [], readyAfter: 0 };
  for (const arg of args) {
    if (!readFlag(arg, flags)) return { steps: [{ do: 'log', text: `labapp: unknown or malformed flag ${arg}` }, { do: 'log', text: LABAPP_USAGE }, { do: 'exit', code: 2 }] };
  }
  const listeners = flags.ports.map((port): Step => ({ do: 'listen', port, ...(flags.health === undefined ? {} : { health: flags.health }), readyAfter: flags.readyAfter }));
  const ends = flags.exit !== undefined || flags.exitAfter !== undefined;
  return {
    steps: [
      ...flags.checks,
      ...flags.held,
      ...listeners,
      ...(flags.exitAfter === undefined ? [] : [{ do: 'wait', for: flags.exitAfter } as const]),
      ...(ends ? [{ do: 'exit', code: flags.exit ?? 0 } as const] : []),
    ],
  };
}

function readFlag(arg: string, flags: Flags): boolean {
  const match = /^--([a-z-]+)=([\s\S]*)$/.exec(arg);
  const name = match?.[1] ?? '';
  const value = match?.[2] ?? '';
  if (value === '' && name !== 'log') return false;
  switch (name) {
    case 'log':
      flags.checks.push({ do: 'log', text: value });
      return true;
    case 'require-env':
      flags.checks.push(requireEnv(value));
      return true;
    case 'require-file':
      flags.checks.push({ do: 'requireFile', path: value });
      return true;
    case 'require-dns':
      flags.checks.push({ do: 'requireDns', host: value, patience: DNS_PATIENCE });
      return true;
    case 'write':
      flags.checks.push({ do: 'write', path: value });
      return true;
    case 'health':
      flags.health = value;
      return true;
    case 'require-connect':
      return readConnect(value, flags);
    case 'hold-memory':
      return readMemory(value, flags);
    case 'listen':
      return readNumber(value, (port) => flags.ports.push(port));
    case 'exit':
      return readNumber(value, (code) => (flags.exit = code));
    case 'ready-after':
      return readSpan(value, (span) => (flags.readyAfter = span));
    case 'exit-after':
      return readSpan(value, (span) => (flags.exitAfter = span));
    default:
      return false;
  }
}

function requireEnv(value: string): Step {
  const equals = value.indexOf('=');
  return equals < 0 ? { do: 'requireEnv', name: value } : { do: 'requireEnv', name: value.slice(0, equals), value: value.slice(equals + 1) };
}

function readConnect(value: string, flags: Flags): boolean {
  const colon = value.lastIndexOf(':');
  if (colon < 1) return false;
  return readNumber(value.slice(colon + 1), (port) => flags.checks.push({ do: 'requireConnect', host: value.slice(0, colon), port, patience: CONNECT_PATIENCE }));
}

function readMemory(value: string, flags: Flags): boolean {
  const amount = readQuantity(value);
  if (amount === undefined) return false;
  flags.held.push({ do: 'holdMemory', bytes: wholeUnits(amount), text: value });
  return true;
}

function readNumber(value: string, take: (n: number) => unknown): boolean {
  if (!/^\d{1,5}$/.test(value)) return false;
  take(Number(value));
  return true;
}

function readSpan(value: string, take: (span: Duration) => unknown): boolean {
  if (!/^(\d+(ms|[smhd]))+$/.test(value)) return false;
  take(parseDuration(value));
  return true;
}
