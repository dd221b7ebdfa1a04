import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar, type TarEntry } from './tar.ts';

export interface ImageContent {
  /** Full reference under which the image is known after the import, as `127.0.0.1:5999/labapp:1`. */
  readonly name: string;
  /** Path of the program in the image; it is the entrypoint. */
  readonly entrypoint: string;
  readonly program: Uint8Array;
  /** `uid:gid` of the process. Not root, so that pods with `runAsNonRoot` start. */
  readonly user: string;
}

interface Blob {
  readonly digest: string;
  readonly content: Buffer;
}

const blob = (content: Buffer): Blob => ({ digest: `sha256:${createHash('sha256').update(content).digest('hex')}`, content });
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/**
 * A single-layer image as a tar of an OCI image layout (opencontainers/image-spec v1), as `ctr images import` takes it.
 * Equal content makes an equal digest.
 */
export const ociImage = (image: ImageContent): Buffer => {
  const rootfs: TarEntry[] = [
    { path: 'tmp', mode: 0o1777 },
    { path: 'etc', mode: 0o755 },
    { path: 'etc/passwd', mode: 0o644, content: Buffer.from('root:x:0:0::/:/bin/false\nnonroot:x:65532:65532::/:/bin/false\n') },
    { path: image.entrypoint.replace(/^\//, ''), mode: 0o755, content: image.program },
  ];
  const layer = tar(rootfs);
  const packed = blob(gzipSync(layer));
  const config = blob(
    json({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { User: image.user, Entrypoint: [image.entrypoint], Env: ['PATH=/'] },
      rootfs: { type: 'layers', diff_ids: [blob(layer).digest] },
      history: [{ created: '1970-01-01T00:00:00Z' }],
    }),
  );
  const describe = (mediaType: string, { digest, content }: Blob): object => ({ mediaType, digest, size: content.length });
  const manifest = blob(
    json({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: describe('application/vnd.oci.image.config.v1+json', config),
      layers: [describe('application/vnd.oci.image.layer.v1.tar+gzip', packed)],
    }),
  );
  const index = json({
    schemaVersion: 2,
    manifests: [
      {
        ...describe('application/vnd.oci.image.manifest.v1+json', manifest),
        annotations: { 'io.containerd.image.name': image.name, 'org.opencontainers.image.ref.name': image.name.slice(image.name.lastIndexOf(':') + 1) },
      },
    ],
  });
  return tar([
    { path: 'oci-layout', mode: 0o644, content: json({ imageLayoutVersion: '1.0.0' }) },
    { path: 'index.json', mode: 0o644, content: index },
    { path: 'blobs', mode: 0o755 },
    { path: 'blobs/sha256', mode: 0o755 },
    ...[config, manifest, packed].map(({ digest, content }) => ({ path: `blobs/sha256/${digest.slice('sha256:'.length)}`, mode: 0o644, content })),
  ]);
};
