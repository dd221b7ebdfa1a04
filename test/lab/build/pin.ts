import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LabCache } from './cache.ts';
import type { GoServer } from './go-server.ts';
import { goEnvironment, runCommand } from './go-toolchain.ts';

const moduleAt = z.object({ Path: z.string(), Version: z.string().optional() });
/** The part of `go mod edit -json` that is copied. */
const upstreamMod = z.object({
  Go: z.string().optional(),
  Require: z.array(z.object({ Path: z.string(), Version: z.string() })).nullish(),
  Replace: z.array(z.object({ Old: moduleAt, New: moduleAt })).nullish(),
  Exclude: z.array(z.object({ Path: z.string(), Version: z.string() })).nullish(),
});
const download = z.object({ GoMod: z.string(), Dir: z.string() });

type UpstreamMod = z.infer<typeof upstreamMod>;

/**
 * A `go.mod` that selects the same versions as the module's own: `replace` and `exclude` lines count only in the
 * main module, so they are repeated here. A replacement by a folder cannot be; the server says what to use instead.
 */
export const renderGoMod = (server: GoServer, upstream: UpstreamMod): string => {
  const replaces = (upstream.Replace ?? []).flatMap(({ Old, New }) => {
    if (server.standIns?.[Old.Path]) return [];
    const left = Old.Version ? `${Old.Path} ${Old.Version}` : Old.Path;
    if (New.Version) return [`replace ${left} => ${New.Path} ${New.Version}`];
    const published = server.localReplace?.(Old.Path);
    return published ? [`replace ${left} => ${Old.Path} ${published}`] : [];
  });
  const standIns = Object.entries(server.standIns ?? {}).map(([path, folder]) => `replace ${path} => ./${folder}`);
  const requires = [
    `require ${server.module} ${server.version}`,
    ...Object.entries(server.also ?? {}).map(([path, version]) => `require ${path} ${version}`),
    'require (',
    ...(upstream.Require ?? []).filter(({ Path }) => !server.also?.[Path]).map(({ Path, Version }) => `\t${Path} ${Version}`),
    ')',
  ];
  const excludes = (upstream.Exclude ?? []).map(({ Path, Version }) => `exclude ${Path} ${Version}`);
  return [`module fleetmend.lab/${server.name}`, '', `go ${upstream.Go ?? '1.24.0'}`, '', ...requires, '', ...replaces, ...standIns, '', ...excludes, ''].join('\n');
};

/** Writes `go.mod` and `go.sum` of a server anew from the module that it names: run after its version was changed. */
export const pinServer = async (
  server: GoServer,
  options: { readonly folder: string; readonly cache: LabCache; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<void> => {
  const env = await goEnvironment(options.cache, options.env);
  const work = join(options.cache.root, 'pin', server.name);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const go = async (...args: string[]): Promise<string> => {
    const result = await runCommand(['go', ...args], { cwd: work, env });
    if (result.status !== 0) throw new Error(`go ${args.join(' ')} failed for ${server.name}:\n${result.stdout}${result.stderr}`);
    return result.stdout;
  };
  const at = download.parse(JSON.parse(await go('mod', 'download', '-json', `${server.module}@${server.version}`)));
  const upstream = upstreamMod.parse(JSON.parse(await go('mod', 'edit', '-json', at.GoMod)));
  writeFileSync(join(work, 'go.mod'), renderGoMod(server, upstream));
  const sums = join(at.Dir, 'go.sum');
  if (existsSync(sums)) writeFileSync(join(work, 'go.sum'), readFileSync(sums));
  const ours = [...readdirSync(options.folder).filter((name) => name.endsWith('.go')), ...Object.values(server.standIns ?? {})];
  for (const name of ours) cpSync(join(options.folder, name), join(work, name), { recursive: true });
  await go('list', '-deps', '-tags', (server.tags ?? []).join(','), server.package);
  for (const file of ['go.mod', 'go.sum']) cpSync(join(work, file), join(options.folder, file));
  rmSync(work, { recursive: true, force: true });
};
