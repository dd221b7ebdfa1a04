import { pinsFolder } from '../build/build-server.ts';
import { pinServer } from '../build/pin.ts';
import { goServers } from '../servers/servers.ts';
import { pick, type CommandContext } from './context.ts';

/** `pin NAME…`: for maintainers, after a version in `server.ts` was changed. */
export const pin = async (names: readonly string[], context: CommandContext): Promise<number> => {
  for (const server of pick(goServers, names, 'server')) {
    context.report(`pin ${server.name} ${server.version}`);
    await pinServer(server, { folder: pinsFolder(server, context.tree), cache: context.cache, env: context.env });
  }
  return 0;
};
