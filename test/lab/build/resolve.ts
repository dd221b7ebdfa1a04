import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { buildServer, type BuildOptions } from './build-server.ts';
import type { GoServer } from './go-server.ts';
import { runCommand } from './go-toolchain.ts';

/** Where the programs of one server are. */
export interface Programs {
  /** Absolute path by program name. */
  readonly paths: Readonly<Record<string, string>>;
  /** Folder of the files that the server reads at run time. */
  readonly share?: string;
}

const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const accepts = async (server: GoServer, name: string, path: string): Promise<boolean> => {
  const rule = server.accepts?.[name];
  if (!rule) return false;
  const result = await runCommand([path, ...rule.args]).catch(() => undefined);
  return result !== undefined && `${result.stdout}${result.stderr}`.includes(rule.prints);
};

/**
 * A program that is on the machine already. `FLEETMEND_LAB_BIN` is somebody's decision and is believed;
 * what `KUBEBUILDER_ASSETS` and PATH hold must be of a version that fits.
 */
const findProgram = async (server: GoServer, name: string, env: BuildOptions['env']): Promise<string | undefined> => {
  if (env.FLEETMEND_LAB_BIN) {
    const given = join(env.FLEETMEND_LAB_BIN, name);
    if (executable(given)) return given;
  }
  const folders = [...(env.KUBEBUILDER_ASSETS ? [env.KUBEBUILDER_ASSETS] : []), ...(env.PATH ?? '').split(delimiter).filter(Boolean)];
  for (const path of folders.map((folder) => join(folder, name)).filter(executable)) {
    if (await accepts(server, name, path)) return path;
  }
  return undefined;
};

/** The programs of a server: those found on the machine, and a build for the others. */
export const resolveServer = async (server: GoServer, options: BuildOptions): Promise<Programs> => {
  const names = server.programs ?? server.binaries;
  const found: Record<string, string> = {};
  for (const name of names) {
    const path = await findProgram(server, name, options.env);
    if (path) found[name] = path;
  }
  const share = server.share && found[names[0] ?? ''] ? join(dirname(found[names[0] ?? ''] ?? ''), 'share') : undefined;
  const complete = names.every((name) => found[name]) && (!server.share || (share !== undefined && existsSync(share)));
  if (complete) return { paths: found, ...(share ? { share } : {}) };
  const folder = await buildServer(server, options);
  return {
    paths: Object.fromEntries(names.map((name) => [name, found[name] ?? join(folder, name)])),
    ...(server.share ? { share: join(folder, 'share') } : {}),
  };
};
