import { resolve } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { buildBundle } from '../../../policies/build.ts';
import { runCommand, type CommandResult } from '../build/go-toolchain.ts';

const opa = inject('lab').programs.opa?.paths.opa ?? '';
const policies = resolve(import.meta.dirname, '..', '..', '..', 'policies');

const run = (...args: string[]): Promise<CommandResult> => runCommand([opa, ...args], { cwd: policies });

describe('the policies', () => {
  it('are in the committed bundle byte for byte', () => {
    expect(buildBundle({ opa, check: true }).stale, 'run `node policies/build.ts` with this opa and commit the bundle').toEqual([]);
  });

  it('pass their own tests', async () => {
    const result = await run('test', '.', '--ignore', 'bundle', '--ignore', 'gatekeeper', '--ignore', 'cases', '--format', 'json');
    expect(result.stderr).toBe('');
    const tests = JSON.parse(result.stdout) as readonly { readonly name: string; readonly fail?: boolean; readonly error?: unknown }[];
    expect(tests.filter(({ fail, error }) => fail || error).map(({ name }) => name)).toEqual([]);
    expect(tests.length).toBeGreaterThan(0);
    expect(result.status).toBe(0);
  });

  it('are formatted as opa formats them', async () => {
    const result = await run('fmt', '--list', '--fail', 'remediation', 'conftest');
    expect(result.stdout.trim().split('\n').filter(Boolean)).toEqual([]);
    expect(result.status).toBe(0);
  });
});
