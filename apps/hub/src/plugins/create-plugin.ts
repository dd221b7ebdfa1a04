import { parse, PermanentError } from '@fleetmend/kernel';
import { resolveSecrets, type Environment, type PluginConfig } from '@fleetmend/config';
import type { PluginDefinition, PluginDeps } from '@fleetmend/plugin-api';

/** A definition whose config type nobody but itself knows. */
export type AnyPlugin<Port, Deps extends PluginDeps> = Pick<PluginDefinition<never, Port>, 'kind'> & {
  readonly config: PluginDefinition<unknown, Port>['config'];
  create(config: never, deps: Deps): Promise<Port> | Port;
};

/**
 * Makes the plugin that a part of the config asks for.
 * @param where the config key, for messages: `hub.forges.main`
 * @throws PermanentError `UnknownPlugin`, `Malformed`, `SecretMissing`, `SecretInConfig`, or whatever the plugin says.
 */
export async function createPlugin<Port, Deps extends PluginDeps>(input: {
  readonly where: string;
  readonly config: PluginConfig;
  readonly known: readonly AnyPlugin<Port, Deps>[];
  readonly deps: Deps;
  readonly env: Environment;
}): Promise<Port> {
  const { where, config, known, deps, env } = input;
  const { kind, ...rest } = config;
  const definition = known.find((plugin) => plugin.kind === kind);
  if (!definition) throw new PermanentError('UnknownPlugin', `${where}.kind: there is no plugin of kind "${kind}" here; known: ${known.map((plugin) => plugin.kind).join(', ')}`);
  const checked = parse(definition.config, resolveSecrets(rest, env, where), where);
  return definition.create(checked as never, deps);
}
