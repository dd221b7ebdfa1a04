import type { KubeObject } from '@fleetmend/model';
import type { Notifier, PluginDefinition, PluginDeps } from '@fleetmend/plugin-api';

/** What notifiers may be handed beyond the usual. */
export interface NotifierDeps extends PluginDeps {
  /** Creates an Event in the hub cluster; one of that name there already is a success. */
  readonly writeEvent: (event: KubeObject) => Promise<void>;
}

/** A notifier's definition: as every plugin's, with {@link NotifierDeps}, and an ability that not all of them have. */
export interface NotifierDefinition<Config, Ability = object> extends Omit<PluginDefinition<Config, Notifier>, 'create'> {
  create(config: Config, deps: NotifierDeps): Promise<Notifier & Ability> | (Notifier & Ability);
}
