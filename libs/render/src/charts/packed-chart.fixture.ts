import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isPermanent } from '@fleetmend/kernel';
import { rendererPath } from '../installed.ts';
import { findProgram } from '../program.ts';

const PATH = rendererPath(process.env);
const HELM = ((): string | undefined => {
  try {
    return findProgram('helm', PATH);
  } catch (error) {
    if (isPermanent(error)) return undefined;
    throw error;
  }
})();

/** Why what follows is skipped; undefined: the program is there. */
export const MISSING_HELM = HELM === undefined ? `there is no helm in ${PATH.split(delimiter).join(', ')}: run npm run lab -- build helm` : undefined;
/** For the title of what is skipped. */
export const SKIPPED = MISSING_HELM === undefined ? '' : ` (skipped: ${MISSING_HELM})`;

/** What `helm package` makes of a chart folder; with `index`, `helm repo index` of the folder that it lies in beside it. */
export function helmPackage(files: Readonly<Record<string, string | Uint8Array>>): { readonly name: string; readonly archive: Buffer; readonly index: string } {
  const root = mkdtempSync(join(tmpdir(), 'fleetmend-package-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, 'chart', path)), { recursive: true });
      writeFileSync(join(root, 'chart', path), content);
    }
    mkdirSync(join(root, 'out'));
    const run = (...args: readonly string[]) => execFileSync(HELM ?? 'helm', [...args], { env: { HOME: root }, stdio: ['ignore', 'ignore', 'pipe'] });
    run('package', join(root, 'chart'), '--destination', join(root, 'out'));
    run('repo', 'index', join(root, 'out'));
    const [name = ''] = readdirSync(join(root, 'out')).filter((file) => file.endsWith('.tgz'));
    return { name, archive: readFileSync(join(root, 'out', name)), index: readFileSync(join(root, 'out', 'index.yaml'), 'utf8') };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export interface TarEntry {
  readonly path: string;
  readonly content?: string | Uint8Array;
  /** Type flag: `0` a file, `2` a symbolic link … */
  readonly kind?: string;
  readonly target?: string;
}

/** A gzipped tar by hand, for what no honest program packs. */
export function tarGz(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = '', kind = '0', target = '' }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(path, 0, 100);
    header.write('0000644\0', 100);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write(kind, 156);
    header.write(target, 157, 100);
    header.write('ustar\u000000', 257);
    header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
