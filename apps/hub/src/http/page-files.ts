import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { PermanentError } from '@fleetmend/kernel';

/** One file of the dashboard, held in memory: there are a handful of them, and none changes while the hub runs. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

/**
 * Every file of a built dashboard by its path below the folder. Empty where no folder is named.
 * @throws PermanentError `DashboardMissing`
 */
export function readPageFiles(dir: string | undefined): ReadonlyMap<string, PageFile> {
  if (dir === undefined) return new Map();
  if (!existsSync(join(dir, 'index.html'))) throw new PermanentError('DashboardMissing', `hub.http.dashboard names ${dir}, which holds no index.html: build it with \`npm run build\`, or take the key out to run without a dashboard`);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.flatMap(({ parentPath, name }) => {
      const type = TYPES[extname(name)];
      const file = join(parentPath, name);
      return type === undefined ? [] : [[relative(dir, file).replaceAll('\\', '/'), { type, body: readFileSync(file) }]];
    }),
  );
}
