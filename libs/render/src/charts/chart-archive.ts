import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import type { Tree } from '@fleetmend/ports';
import { readTar } from './tar.ts';

const unzip = promisify(gunzip);
/** Helm itself takes no chart beyond 100 MiB unpacked. Nobody's templates need a third of that. */
const UNPACKED = 32 * 1024 * 1024;
const MOST_FILES = 5_000;
/** Charts inside charts, packed. */
const DEEPEST = 4;

/**
 * The files of a packed chart as a tree, below the chart's own folder. A dependency that lies packed in `charts/` is unpacked in its place.
 * What is no text is left out, as in a tree of Git.
 *
 * @throws PermanentError `ChartUnavailable` for an archive that is damaged, too large, or holds anything but plain files below one folder.
 */
export async function treeOfChart(archive: Uint8Array, digest: string): Promise<Tree> {
  const files = new Map<string, string>();
  await unpack(archive, { into: files, folder: '', room: { bytes: UNPACKED }, depth: 0 });
  if (!files.has('Chart.yaml')) throw unusable('it holds no Chart.yaml');
  const paths = [...files.keys()].sort();
  return {
    revision: digest,
    read: async (path) => files.get(path),
    list: async (prefix) => paths.filter((path) => prefix === '' || path === prefix || path.startsWith(`${prefix}/`)),
    digest: (path) => (files.has(path) ? `${digest} ${path}` : undefined),
  };
}

interface Unpacking {
  readonly into: Map<string, string>;
  readonly folder: string;
  /** Of the whole, dependencies included. */
  readonly room: { bytes: number };
  readonly depth: number;
}

async function unpack(archive: Uint8Array, { into, folder, room, depth }: Unpacking): Promise<void> {
  if (depth > DEEPEST) throw unusable(`charts are packed into it more than ${DEEPEST} deep`);
  const bytes = await unzipped(archive, room.bytes);
  room.bytes -= bytes.length;
  for (const [path, content] of filesIn(bytes)) {
    const place = `${folder}${path.slice(path.indexOf('/') + 1)}`;
    if (/(^|\/)charts\/[^/]+\.(tgz|tar\.gz)$/.test(place)) {
      await unpack(content, { into, folder: place.replace(/\.(tgz|tar\.gz)$/, '/'), room, depth: depth + 1 });
      continue;
    }
    const text = textOf(content);
    if (text !== undefined) into.set(place, text);
    if (into.size > MOST_FILES) throw unusable(`it holds more than ${MOST_FILES} files`);
  }
}

function filesIn(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  let files: ReadonlyMap<string, Uint8Array>;
  try {
    files = readTar(bytes);
  } catch (error) {
    throw unusable(messageOf(error));
  }
  const roots = new Set([...files.keys()].map((path) => path.split('/', 1)[0]));
  const stray = [...files.keys()].find((path) => !path.includes('/'));
  if (stray !== undefined || roots.size !== 1) throw unusable('its files do not lie below one folder');
  return files;
}

async function unzipped(archive: Uint8Array, room: number): Promise<Uint8Array> {
  try {
    return await unzip(archive, { maxOutputLength: Math.max(1, room) });
  } catch (error) {
    throw unusable((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? `it unpacks to more than ${UNPACKED} bytes` : messageOf(error));
  }
}

function textOf(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

function unusable(why: string): PermanentError {
  return new PermanentError('ChartUnavailable', `its archive cannot be used: ${why}; have it packed anew with helm package`);
}
