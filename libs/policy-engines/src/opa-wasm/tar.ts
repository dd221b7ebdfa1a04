import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/**
 * The regular files of a gzipped tar, by path without a leading slash, as `opa build` writes them (POSIX ustar; names of
 * at most 100 bytes, and no links).
 * @throws Error when the archive is cut off, is larger than `limit` bytes unpacked, or is no gzip.
 */
export function readTarGz(archive: Uint8Array, limit: number): ReadonlyMap<string, Uint8Array> {
  const bytes = gunzipSync(archive, { maxOutputLength: limit });
  const files = new Map<string, Uint8Array>();
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const size = Number.parseInt(field(bytes, at + 124, 12), 8);
    if (!Number.isInteger(size) || at + BLOCK + size > bytes.length) throw new Error('the archive is cut off or damaged');
    const kind = field(bytes, at + 156, 1);
    if (kind === '0' || kind === '') files.set(field(bytes, at, 100).replace(/^\.?\/+/, ''), bytes.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function field(bytes: Uint8Array, from: number, length: number): string {
  return new TextDecoder().decode(bytes.subarray(from, from + length)).replace(/\0.*$/s, '').trim();
}
