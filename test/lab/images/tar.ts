/** One entry of a tar: a file with its bytes, or a folder. */
export interface TarEntry {
  readonly path: string;
  readonly mode: number;
  /** Absent: a folder. */
  readonly content?: Uint8Array;
}

const BLOCK = 512;

const header = (entry: TarEntry): Buffer => {
  if (Buffer.byteLength(entry.path) > 100) throw new Error(`path ${entry.path} is too long for a plain tar header`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, length: number): void => void block.write(value.toString(8).padStart(length - 1, '0'), offset, 'ascii');
  block.write(entry.path, 0);
  octal(entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.content?.length ?? 0, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148, 'ascii');
  block.write(entry.content ? '0' : '5', 156, 'ascii');
  block.write('ustar\u000000', 257, 'ascii');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return block;
};

/** A POSIX (ustar) archive. Owner, group and times are zero, so equal entries make equal bytes. */
export const tar = (entries: readonly TarEntry[]): Buffer =>
  Buffer.concat([
    ...entries.flatMap((entry) => {
      const content = entry.content ?? new Uint8Array();
      return [header(entry), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
    }),
    Buffer.alloc(2 * BLOCK),
  ]);
