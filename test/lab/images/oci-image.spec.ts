import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ociImage } from './oci-image.ts';
import { tar } from './tar.ts';

const image = { name: '127.0.0.1:5999/app:1', entrypoint: '/app', program: Buffer.from('program'), user: '65532:65532' };

const listed = (archive: Buffer): readonly string[] => spawnSync('tar', ['-t'], { input: archive, encoding: 'utf8' }).stdout.trim().split('\n');
const extracted = (archive: Buffer, path: string): Buffer => spawnSync('tar', ['-xO', path], { input: archive }).stdout;

describe('a tar', () => {
  it('is read by the tar of the machine, with modes and contents', () => {
    const archive = tar([{ path: 'a', mode: 0o755 }, { path: 'a/b', mode: 0o640, content: Buffer.from('x'.repeat(700)) }]);
    const listing = spawnSync('tar', ['-tv'], { input: archive, encoding: 'utf8' });
    expect(listing.status).toBe(0);
    expect(listing.stdout).toMatch(/drwxr-xr-x .* a\/?\n-rw-r----- .* 700 .* a\/b/);
    expect(extracted(archive, 'a/b').toString()).toBe('x'.repeat(700));
  });

  it('refuses a path that its header cannot hold', () => {
    expect(() => tar([{ path: 'x'.repeat(101), mode: 0o644 }])).toThrow(/too long/);
  });
});

describe('an image', () => {
  it('is equal when its content is', () => {
    expect(ociImage(image).equals(ociImage(image))).toBe(true);
    expect(ociImage(image).equals(ociImage({ ...image, program: Buffer.from('other') }))).toBe(false);
  });

  it('names itself and its entrypoint, and every blob lies under the digest of its bytes', () => {
    const archive = ociImage(image);
    const index = JSON.parse(extracted(archive, 'index.json').toString()) as { manifests: { digest: string; annotations: Record<string, string> }[] };
    expect(index.manifests[0]?.annotations['io.containerd.image.name']).toBe(image.name);
    const blobs = listed(archive).filter((path) => path.startsWith('blobs/sha256/') && !path.endsWith('/'));
    expect(blobs).toHaveLength(3);
    for (const path of blobs) expect(createHash('sha256').update(extracted(archive, path)).digest('hex')).toBe(path.split('/').at(-1));
  });
});
