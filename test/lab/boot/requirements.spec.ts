import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { installCommand, missingPackages, obstacle } from './requirements.ts';

const folder = mkdtempSync(join(tmpdir(), 'path-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const provide = (program: string): void => {
  writeFileSync(join(folder, program), '');
  chmodSync(join(folder, program), 0o755);
};

describe('what a server needs from the distribution', () => {
  it('is missed with the one command that brings it', () => {
    expect(missingPackages(['argocd'], { PATH: folder })).toEqual(['git', 'redis-server']);
    expect(obstacle('argocd', { PATH: folder })).toContain('apt-get install --yes --no-install-recommends git redis-server');
  });

  it('is not missed once its program is on PATH', () => {
    provide('git');
    expect(missingPackages(['argocd', 'gitea'], { PATH: folder })).toEqual(['redis-server']);
    provide('redis-server');
    expect(obstacle('argocd', { PATH: folder })).toBeUndefined();
  });

  it('is nothing for what is built here', () => {
    expect(missingPackages(['nats', 'kubernetes'], { PATH: folder })).toEqual([]);
    expect(installCommand(['a', 'b'])).toBe('apt-get install --yes --no-install-recommends a b');
  });
});
