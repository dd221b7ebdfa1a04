import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GoServer } from '../build/go-server.ts';
import { ociImage } from './oci-image.ts';

/** The one program of both images. It is built like a server, without any module. */
export const labapp: GoServer = {
  name: 'labapp',
  folder: 'images/labapp',
  module: 'fleetmend.lab/labapp',
  version: 'v1',
  package: '.',
  binaries: ['labapp'],
  coldSeconds: 10,
};

/** The image that every scenario names. Its address is loopback: another tag or name can only fail, and fails here. */
export const LABAPP_IMAGE = '127.0.0.1:5999/labapp:1';
const PAUSE_IMAGE = '127.0.0.1:5999/pause:1';

/** Writes the tars of all images into a folder: short name → file. */
export const writeImages = (folder: string, program: string): Readonly<Record<string, string>> => {
  mkdirSync(folder, { recursive: true });
  const content = readFileSync(program);
  const write = (short: string, name: string): string => {
    const file = join(folder, `${short}.tar`);
    writeFileSync(file, ociImage({ name, entrypoint: `/${short}`, program: content, user: '65532:65532' }));
    return file;
  };
  return { pause: write('pause', PAUSE_IMAGE), labapp: write('labapp', LABAPP_IMAGE) };
};
