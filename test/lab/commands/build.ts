import { dirname } from 'node:path';
import { resolveServer, type Programs } from '../build/resolve.ts';
import type { GoServer } from '../build/go-server.ts';
import { goServers } from '../servers/servers.ts';
import { labapp } from '../images/images.ts';
import { pick, type CommandContext } from './context.ts';

/** Everything that can be built: the servers, and the program inside the lab's images. */
export const buildable: readonly GoServer[] = [...goServers, labapp];

/** Finds or builds the named servers, one after the other: a build uses every core by itself. */
export const resolveAll = async (servers: readonly GoServer[], context: CommandContext): Promise<Readonly<Record<string, Programs>>> => {
  const resolved: Record<string, Programs> = {};
  for (const server of servers) {
    context.signal.throwIfAborted();
    resolved[server.name] = await resolveServer(server, context);
  }
  return resolved;
};

/** `build [NAME…]`: builds what is missing and prints where each program is. */
export const build = async (names: readonly string[], context: CommandContext): Promise<number> => {
  const servers = names.length > 0 ? pick(buildable, names, 'server') : buildable;
  const resolved = await resolveAll(servers, context);
  for (const [name, { paths }] of Object.entries(resolved)) {
    const folders = new Set(Object.values(paths).map((path) => dirname(path)));
    context.report(`${name}: ${[...folders].join(', ')}`);
  }
  return 0;
};
