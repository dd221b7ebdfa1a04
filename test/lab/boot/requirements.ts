import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { runCommand } from '../build/go-toolchain.ts';
import { PACKAGES, type LabServer, type Packages } from './lab.ts';
import { withNeeds } from './start-lab.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const isThere = (program: string, env: Environment): boolean => {
  const candidates = isAbsolute(program) ? [program] : [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].map((folder) => join(folder, program));
  return candidates.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
};

/** Debian packages that the servers, or the specs themselves, call and this machine lacks, sorted. */
export const missingPackages = (servers: readonly LabServer[], env: Environment, own: readonly Packages[] = []): readonly string[] => {
  const wanted = [...[...withNeeds(servers)].map((server) => PACKAGES[server]), ...own].flatMap((packages) => Object.entries(packages));
  return [...new Set(wanted.filter(([program]) => !isThere(program, env)).map(([, name]) => name))].sort();
};

/** The one command that installs packages. */
export const installCommand = (packages: readonly string[]): string => `apt-get install --yes --no-install-recommends ${packages.join(' ')}`;

/** Why a part cannot be booted here, or undefined. */
export const obstacle = (server: LabServer, env: Environment): string | undefined => {
  if (server === 'node' && process.getuid?.() !== 0) return 'a kubelet with containerd needs root';
  return lack(missingPackages([server], env));
};

/** Why a spec that calls these programs cannot run here, or undefined. */
export const lackOf = (packages: Packages, env: Environment): string | undefined => lack(missingPackages([], env, [packages]));

const lack = (packages: readonly string[]): string | undefined =>
  packages.length === 0 ? undefined : `${packages.join(', ')} not installed: run \`${installCommand(packages)}\`, or give --install`;

/** Installs packages by apt, without starting the services that they bring. */
export const installPackages = async (packages: readonly string[], options: { readonly env: Environment; readonly report: (line: string) => void }): Promise<void> => {
  if (packages.length === 0) return;
  options.report(`install ${packages.join(', ')}`);
  const env = { ...options.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const run = async (...args: string[]): Promise<boolean> => (await runCommand(['apt-get', ...args], { env })).status === 0;
  const install = ['install', '--yes', '--no-install-recommends', ...packages];
  if (await run(...install)) return;
  await run('update');
  const result = await runCommand(['apt-get', ...install], { env });
  if (result.status !== 0) throw new Error(`${installCommand(packages)} failed:\n${result.stderr.trim().split('\n').slice(-5).join('\n')}`);
};
