const BLOCK = 512;

/*
 * Sources: POSIX.1-2017, "pax Interchange Format" and "ustar Interchange Format"; `L` is GNU tar's long name.
 * Little of it is taken: regular files and folders with plain relative names. Whoever packs charts writes no more, and every other kind of
 * entry, links above all, is a way to make one file out of another.
 */

/**
 * The regular files of a tar, by path. Nothing is written anywhere.
 * @throws Error for whatever else it holds: links, devices, absolute paths, `..`, a name twice, a header that does not add up.
 */
export function readTar(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let long: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length && !isEnd(bytes, at); ) {
    const header = bytes.subarray(at, at + BLOCK);
    const size = readHeader(header);
    const end = at + BLOCK + size;
    if (end > bytes.length) throw new Error('the archive is cut off');
    const content = bytes.subarray(at + BLOCK, end);
    at = end + ((BLOCK - (size % BLOCK)) % BLOCK);
    const kind = text(header, 156, 1);
    if (kind === 'g') continue;
    if (kind === 'x' || kind === 'L') {
      long = kind === 'L' ? utf8(content).replace(/\0.*$/s, '') : (pathOfPax(content) ?? long);
      continue;
    }
    const name = long ?? [text(header, 345, 155), text(header, 0, 100)].filter(Boolean).join('/');
    long = undefined;
    if (kind === '5') {
      demandPlain(name.replace(/\/+$/, ''));
      continue;
    }
    if (kind !== '0' && kind !== '') throw new Error(`"${shown(name)}" is no plain file, and only those are taken`);
    demandPlain(name);
    if (files.has(name)) throw new Error(`"${shown(name)}" is in it twice`);
    files.set(name, content);
  }
  return files;
}

/** The size; a header that does not add up is none. */
function readHeader(header: Uint8Array): number {
  const [said, size] = [text(header, 148, 8), text(header, 124, 12)];
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (!/^[0-7]+$/.test(said.trim()) || Number.parseInt(said, 8) !== sum) throw new Error('the archive is damaged, or no tar');
  if (!/^[0-7]*$/.test(size.trim())) throw new Error('the archive says a size that nothing in a chart has');
  return size.trim() === '' ? 0 : Number.parseInt(size, 8);
}

/** Records are `<length> <key>=<value>` and a line end, the length in bytes. A size said here would be beyond any chart's. */
function pathOfPax(content: Uint8Array): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < content.length; ) {
    const [, digits = ''] = /^(\d{1,9}) /.exec(text(content, at, 10)) ?? [];
    const length = Number(digits);
    if (length <= digits.length + 1 || at + length > content.length) throw new Error('the archive is damaged: an extended header does not add up');
    const record = utf8(content.subarray(at + digits.length + 1, at + length - 1));
    const key = record.slice(0, record.indexOf('='));
    if (key === 'path') path = record.slice(5);
    if (key === 'size' || key === 'linkpath') throw new Error(`the archive says a ${key} in an extended header, which nothing in a chart needs`);
    at += length;
  }
  return path;
}

function demandPlain(path: string): void {
  const parts = path.split('/');
  const isPlain = path !== '' && path.length <= 1024 && !/[\u0000-\u001f\\\u007f]/.test(path) && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isPlain) throw new Error(`"${shown(path)}" is no plain path below the chart`);
}

function shown(path: string): string {
  return path.replace(/[^\u0020-\u007e]/g, '?').slice(0, 120);
}

function isEnd(bytes: Uint8Array, at: number): boolean {
  return bytes.subarray(at, at + BLOCK).every((byte) => byte === 0);
}

function text(bytes: Uint8Array, from: number, length: number): string {
  return utf8(bytes.subarray(from, from + length)).replace(/\0.*$/s, '');
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
