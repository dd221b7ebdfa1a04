import { AgentConfig } from './agent-config.ts';
import { DryRunConfig } from './dry-run-config.ts';
import { HubConfig } from './hub-config.ts';
import { alternatives, inputSchema, type JsonSchema } from './json-schema.ts';

interface Row {
  readonly key: string;
  readonly type: string;
  readonly fallback: string;
  readonly text: string;
}

/** The config reference as Markdown, from the schema itself. */
export function renderConfigReference(): string {
  const parts = [
    { title: 'hub', schema: inputSchema(HubConfig) },
    { title: 'agent', schema: inputSchema(AgentConfig) },
    { title: 'dryRun', schema: inputSchema(DryRunConfig) },
  ];
  const sections = parts.map(({ title, schema }) => `## \`${title}\`\n\n| key | type | default | what |\n|---|---|---|---|\n${rowsOf(schema, title, true).map(renderRow).join('\n')}`);
  return `# Configuration\n\nGenerated from \`libs/config\` by \`npm run generate\`; do not edit.\n\nOne file, \`fleetmend.yaml\`, with a part for the hub, one for the agent, and one for the optional [dry-run process](guides/dry-run.md). An unknown key is an error that names the nearest known one.\nSecrets never stand in it: write \`{env: NAME}\` or \`{file: PATH}\`. What each plugin takes besides its \`kind\` is in [plugins](plugins/).\n\n${sections.join('\n\n')}\n`;
}

function rowsOf(schema: JsonSchema, path: string, top = false): readonly Row[] {
  const objects = alternatives(schema).filter((choice) => choice.properties !== undefined);
  const own: readonly Row[] = top ? [] : [{ key: path, type: typeOf(schema), fallback: fallbackOf(schema), text: schema.description ?? '' }];
  if (schema.format === 'secret' || isPlugin(schema)) return own;
  const seen = new Map<string, Row>();
  for (const choice of objects) {
    for (const [name, property] of Object.entries(choice.properties ?? {})) {
      for (const row of rowsOf(property, `${path}.${name}`)) {
        const earlier = seen.get(row.key);
        seen.set(row.key, earlier && earlier.type !== row.type ? { ...earlier, type: `${earlier.type} or ${row.type}` } : row);
      }
    }
  }
  // A group without words of its own is told by its members.
  return [...(own[0]?.text || objects.length === 0 ? own : []), ...seen.values()];
}

function typeOf(schema: JsonSchema): string {
  if (schema.format === 'secret') return 'secret: `{env}` or `{file}`';
  if (isPlugin(schema)) return 'plugin: `{kind, …}`';
  if (schema.format === 'duration') return 'duration';
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  if (typeof schema.additionalProperties === 'object' && Object.keys(schema.additionalProperties).length > 0 && !schema.properties) return `map of ${typeOf(schema.additionalProperties)}`;
  if (schema.anyOf ?? schema.oneOf) return [...new Set(alternatives(schema).map(typeOf))].join(' or ');
  return schema.type ?? 'any';
}

function isPlugin(schema: JsonSchema): boolean {
  const names = Object.keys(schema.properties ?? {});
  return names.length === 1 && names[0] === 'kind' && schema.properties?.['kind']?.const === undefined;
}

function fallbackOf(schema: JsonSchema): string {
  if (schema.default === undefined) return '';
  const text = JSON.stringify(schema.default);
  return text === '{}' && schema.properties ? '' : `\`${text}\``;
}

function renderRow({ key, type, fallback, text }: Row): string {
  return `| \`${key}\` | ${type} | ${fallback} | ${text.replaceAll('|', '\\|')} |`;
}
