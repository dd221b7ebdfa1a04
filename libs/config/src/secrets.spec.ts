import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSecret, resolveSecrets } from './secrets.ts';

describe('a secret', () => {
  it('is read from the environment', () => {
    expect(readSecret({ env: 'GITEA_TOKEN' }, { GITEA_TOKEN: 'abc' })).toBe('abc');
  });

  it('is read from a file, without its final line end', () => {
    const dir = mkdtempSync(join(tmpdir(), 'fleetmend-secret-'));
    writeFileSync(join(dir, 'token'), 'abc\n');
    expect(readSecret({ file: join(dir, 'token') }, {})).toBe('abc');
    rmSync(dir, { recursive: true });
  });

  it.each([
    [{ env: 'GITEA_TOKEN' }, 'GITEA_TOKEN'],
    [{ file: '/nowhere/token' }, '/nowhere/token'],
  ])('that is missing is named by its place: %j', (reference, place) => {
    expect(() => readSecret(reference, {})).toThrow(expect.objectContaining({ reason: 'SecretMissing', message: expect.stringContaining(place) }));
  });
});

describe("secrets in a plugin's config", () => {
  it('are put in where a secret-like key refers to them', () => {
    expect(resolveSecrets({ kind: 'gitea', url: 'u', token: { env: 'T' }, list: [{ apiKey: { env: 'T' } }] }, { T: 'abc' }, 'hub.forges.main')).toEqual({ kind: 'gitea', url: 'u', token: 'abc', list: [{ apiKey: 'abc' }] });
  });

  it('are refused in plain text, without being repeated', () => {
    const attempt = () => resolveSecrets({ kind: 'gitea', token: 'hunter2' }, {}, 'hub.forges.main');
    expect(attempt).toThrow(expect.objectContaining({ reason: 'SecretInConfig', message: expect.stringMatching(/^hub\.forges\.main\.token(?!.*hunter2)/) }));
  });
});
