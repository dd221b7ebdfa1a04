import type { CommandResult } from '../build/go-toolchain.ts';
import type { Comparison, KubectlCommand } from './commands.ts';

/** What is peculiar to one world and cannot be told from its shape. */
export interface WorldNames {
  /** Names of its nodes. */
  readonly nodes: readonly string[];
}

/** The alphabet of generated suffixes: no vowels, none of 0, 1, 3. Source: k8s.io/apimachinery/pkg/util/rand. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';

/** In this order: each takes from the text what the next must not see. */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME'],
  [/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/(resourceVersion: )"\d+"/g, '$1"VERSION"'],
  [/(imageID: ).*/g, '$1IMAGE'],
  [/(Image ID: +).*/g, '$1IMAGE'],
  [/containerd:\/\/[0-9a-f]+/g, 'containerd://CONTAINER'],
  [/sha256:[0-9a-f]{64}/g, 'sha256:DIGEST'],
  // The lab's image lies at a loopback address, which is a name and not an address of this world.
  [/\b127\.0\.0\.1:5999\b/g, 'REGISTRY'],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, 'ADDRESS'],
  [new RegExp(`(pod-template-hash(?:=|: ))${RANDOM}{6,10}\\b`, 'g'), '$1HASH'],
  [new RegExp(`\\b([a-z][a-z0-9-]*?)-${RANDOM}{8,10}-${RANDOM}{5}\\b`, 'g'), '$1-HASH-SUFFIX'],
  [new RegExp(`\\b(web|other)-${RANDOM}{8,10}\\b`, 'g'), '$1-HASH'],
  [new RegExp(`\\b(kube-api-access|web)-${RANDOM}{5}\\b`, 'g'), '$1-SUFFIX'],
  // Ages stand in columns of their own, or as "(5s ago)" and "3s (x2 over 5s)".
  [/\b\d+[smhd](\d+[smhd])? \(x\d+ over [^)]+\)/g, 'AGE'],
  [/\([^() ]+ ago\)/g, '(AGE ago)'],
  // "cpu:  10m" of a description is none.
  [/(?<=\s{2,})(?<!cpu:\s+)\d+[smhd](\d+[smhd])?(?=\s{2,}|$)/gm, 'AGE'],
];

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Replaces what may differ between two worlds in any text that kubectl printed. */
export const normaliseText = (text: string, names: WorldNames): string => {
  const nodes = names.nodes.length > 0 ? [[new RegExp(`\\b(${names.nodes.map(escaped).join('|')})\\b`, 'g'), 'NODE'] as const] : [];
  const replaced = [...nodes, ...REPLACEMENTS].reduce((so, [pattern, by]) => so.replaceAll(pattern, by), text);
  // Columns are as wide as their longest entry: one width for all. Leading spaces are YAML's and stay.
  return replaced.split('\n').map((line) => line.replaceAll(/(\S) {2,}/g, '$1  ').trimEnd()).join('\n');
};

const sorted = (lines: readonly string[]): readonly string[] => [...new Set(lines)].sort();

/** What kubelet says when a busy machine is late with its first look at a ConfigMap or Secret; it tries again at once. */
const LATE_CACHE = /failed to sync (?:configmap|secret) cache: timed out waiting for the condition/;

/** The columns of an event row that do not depend on time: the first is always an age. */
const eventRows = (lines: readonly string[]): readonly string[] => sorted(lines.filter((line) => !LATE_CACHE.test(line)).map((line) => line.trim().split(/ {2,}/).slice(1).join('  ')).filter(Boolean));

const describe = (text: string): string => {
  const [before = '', events] = text.split(/^Events:.*\n/m);
  if (events === undefined) return text;
  const rows = events.split('\n').slice(2).filter((line) => !LATE_CACHE.test(line)).map((line) => line.trim().split(/ {2,}/)).filter((cells) => cells.length > 3);
  return [before, 'Events:', ...sorted(rows.map((cells) => cells.filter((_, index) => index !== 2).join('  ')))].join('\n');
};

const arrange = (text: string, comparison: Comparison, served: ReadonlySet<string>): string => {
  const lines = text.split('\n');
  switch (comparison) {
    case 'exact':
      return text;
    case 'rows':
      return [...lines].sort().filter(Boolean).join('\n');
    case 'last-line':
      return lines.filter(Boolean).at(-1) ?? '';
    case 'events':
      return eventRows(lines).join('\n');
    case 'served-kinds':
      return lines.filter((line) => served.has(line.trim().split(/\s+/)[0] ?? '')).join('\n');
    case 'diff':
      return lines.filter((line) => !/^(diff|---|\+\+\+) /.test(line)).join('\n');
    case 'status':
      return '';
    case 'describe':
      return describe(text);
  }
};

/**
 * The part of an output that must be equal in every world: exit status, stdout, stderr.
 * `served` holds the first words of lines that both worlds print, for commands that list what a server knows.
 */
export const normaliseOutput = (
  output: CommandResult & { readonly command: KubectlCommand },
  world: { readonly names: WorldNames; readonly served: ReadonlySet<string> },
): string => {
  const comparison = output.command.compare ?? 'exact';
  const text = (raw: string): string => arrange(normaliseText(raw, world.names), comparison, world.served);
  const stderr = normaliseText(output.stderr, world.names).trim();
  return [`exit status ${output.status}`, text(output.stdout).trimEnd(), ...(stderr ? ['stderr:', stderr] : [])].join('\n');
};
