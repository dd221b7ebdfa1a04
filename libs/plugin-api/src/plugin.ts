import type { Clock, Schema } from '@fleetmend/kernel';

/** What every plugin may be handed. Network access is a value, so that tests and read-only modes can narrow it. */
export interface PluginDeps {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** Directory for the plugin's own state; exists already. */
  readonly stateDir: string;
  readonly log: PluginLog;
}

export interface PluginLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/**
 * One plugin: its kind (equal to its folder's name), the schema of its config, and how it is made.
 *
 * `create` fails loudly with the fix in the message when the config cannot work; it starts nothing that it cannot stop.
 */
export interface PluginDefinition<Config, Port> {
  readonly kind: string;
  readonly config: Schema<Config>;
  create(config: Config, deps: PluginDeps): Promise<Port> | Port;
}

/** Lends the compiler's eye to a definition: `export const gitea = definePlugin({...})`. */
export function definePlugin<Config, Port>(definition: PluginDefinition<Config, Port>): PluginDefinition<Config, Port> {
  return definition;
}
