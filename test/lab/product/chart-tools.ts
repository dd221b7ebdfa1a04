import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { LabFacts } from '../boot/lab.ts';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { runCommand, type CommandResult } from '../build/go-toolchain.ts';

export const CHARTS = resolve(import.meta.dirname, '..', '..', '..', 'charts');
/** What the lab's API server is; helm asks no server when it only renders. */
const KUBE_VERSION = 'v1.34.4';

export const helm = (lab: LabFacts, args: readonly string[]): Promise<CommandResult> =>
  runCommand([lab.programs.helm?.paths.helm ?? '', ...args], { env: { PATH: process.env.PATH ?? '', HOME: lab.logs, KUBECONFIG: lab.kubernetes?.kubeconfig ?? '' } });

/** Every chart with every set of values that it is checked with; the agent has no default for its cluster and bus. */
export const valueSets = (['fleetmend-hub', 'fleetmend-agent'] as const).flatMap((chart) => {
  const sets = readdirSync(join(CHARTS, chart, 'ci')).map((file) => join('ci', file));
  return (chart === 'fleetmend-hub' ? ['values.yaml', ...sets] : sets).map((values) => ({ chart, values }));
});

export const render = (lab: LabFacts, { chart, values, more = [] }: { readonly chart: string; readonly values: string; readonly more?: readonly string[] }): Promise<CommandResult> =>
  helm(lab, ['template', chart, join(CHARTS, chart), '--namespace', 'fleetmend-system', '--kube-version', KUBE_VERSION, '--values', join(CHARTS, chart, values), ...more]);

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}

export const manifestsOf = (text: string): readonly Manifest[] => parseAllDocuments(text).map((document) => document.toJS() as Manifest | null).filter((one) => one !== null);

type Schema = Readonly<Record<string, unknown>>;

/** The schemas of the kinds that the charts use, from the API server's own OpenAPI document, closed against unknown fields. */
export const writeSchemas = async (lab: LabFacts, folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const { definitions } = JSON.parse(await kubectlIn(lab, ['get', '--raw', '/openapi/v2'])) as { readonly definitions: Readonly<Record<string, Schema>> };
  const closed = Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, close(schema)]));
  for (const [name, schema] of Object.entries(definitions)) {
    const kinds = (schema['x-kubernetes-group-version-kind'] ?? []) as readonly { readonly group: string; readonly version: string; readonly kind: string }[];
    const [only] = kinds;
    if (!only || kinds.length !== 1 || only.kind.endsWith('List')) continue;
    const file = [only.kind, only.group.split('.')[0], only.version].filter(Boolean).join('-').toLowerCase();
    writeFileSync(join(folder, `${file}.json`), JSON.stringify({ $ref: `#/definitions/${name}`, definitions: needed(name, closed) }));
  }
};

const needed = (root: string, all: Readonly<Record<string, Schema>>, found: Record<string, Schema> = {}): Readonly<Record<string, Schema>> => {
  const schema = all[root];
  if (schema === undefined || found[root] !== undefined) return found;
  found[root] = schema;
  for (const [, name] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) if (name !== undefined) needed(name, all, found);
  return found;
};

const close = (schema: Schema): Schema => {
  if (schema['format'] === 'int-or-string') return { type: ['string', 'integer'] };
  return schema['properties'] !== undefined && schema['additionalProperties'] === undefined ? { ...schema, additionalProperties: false } : schema;
};
