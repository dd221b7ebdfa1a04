import type { PluginDefinition, PluginDeps, SourceLayout } from '@fleetmend/plugin-api';

/** What source layouts may be handed beyond the usual. */
export interface LayoutDeps extends PluginDeps {
  /** Folders in which renderers are looked up, as in the variable PATH, unless a layout's config says where. */
  readonly searchPath: string;
}

/** A source layout's definition: as every plugin's, with {@link LayoutDeps}. */
export interface LayoutDefinition<Config> extends Omit<PluginDefinition<Config, SourceLayout>, 'create'> {
  create(config: Config, deps: LayoutDeps): Promise<SourceLayout> | SourceLayout;
}
