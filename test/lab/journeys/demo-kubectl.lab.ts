import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { until } from '../boot/server-process.ts';
import { runCommand } from '../build/go-toolchain.ts';
import { bundleDemo, startDemo, type Demo } from './demo.ts';

const kubectl = inject('lab').programs.kubernetes?.paths.kubectl ?? '';
const stateDir = mkdtempSync(join(tmpdir(), 'state-'));
const kubeconfig = join(stateDir, 'sandbox.kubeconfig');
const cache = join(stateDir, 'kubectl-cache');
const base = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cache}`];
const world: { demo?: Demo; watched: string } = { watched: '' };

const k = async (...args: string[]): Promise<string> => {
  const result = await runCommand([kubectl, ...base, ...args]);
  if (result.status !== 0) throw new Error(`kubectl ${args.join(' ')} failed: ${result.stderr}`);
  return result.stdout;
};
const watch = { stop: (): void => undefined };

beforeAll(async () => {
  const file = await bundleDemo();
  world.demo = startDemo(file, stateDir, ['--accelerated']);
  await until('the fleet serves its API', 90, async () => existsSync(kubeconfig) && (await k('get', '--raw', '/readyz')) === 'ok');
  const watching = spawn(kubectl, [...base, 'get', 'rr', '-A', '-w'], { stdio: ['ignore', 'pipe', 'ignore'] });
  watching.stdout.on('data', (chunk: Buffer) => (world.watched += chunk.toString()));
  watch.stop = () => void watching.kill('SIGKILL');
}, 180_000);

afterAll(async () => {
  watch.stop();
  world.demo?.signal('SIGTERM');
  await world.demo?.ended;
});

/** A table without its ages: rows of cells. */
const rows = (table: string): readonly (readonly string[])[] => table.trim().split('\n').map((line) => line.trim().split(/ {2,}/));

describe('kubectl beside a running fleet', () => {
  it('waits for the recovery of what was killed for memory', async () => {
    await until('there is a request', 90, async () => (await k('get', 'rr', '-A', '-o', 'name')).trim() !== '');
    await k('wait', 'rr', '--all', '--namespace', 'shop-team', '--for=condition=Recovered', '--timeout=90s');
    await k('wait', 'rr', '--all', '--namespace', 'shop-team', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=90s');
    expect(await k('get', 'deployment', 'checkout', '-n', 'shop', '-o', 'jsonpath={.spec.template.spec.containers[0].resources.limits.memory}')).toBe('128Mi');
  });

  it('lists requests with where they stand, and with more on demand', async () => {
    const [header = [], ...requests] = rows(await k('get', 'rr', '-A'));
    const wide = rows(await k('get', 'rr', '-A', '-o', 'wide'));
    expect(header).toContain('PHASE');
    expect(requests.filter((cells) => cells.includes('Succeeded') && cells.includes('shop-team'))).toHaveLength(1);
    expect(wide[0]?.length ?? 0).toBeGreaterThan(header.length);
  });

  it('describes the story of a request', async () => {
    const text = await k('describe', 'rr', '--namespace', 'shop-team');
    for (const part of ['Kind:         RemediationRequest', 'OOMKilled', 'Succeeded', 'Recovered', '128Mi']) expect(text).toContain(part);
  });

  it('has seen the phases go by in a watch', () => {
    const phases = ['PullRequestOpen', 'Merged', 'Verifying', 'Succeeded'].map((phase) => world.watched.indexOf(phase));
    expect(phases.every((at) => at >= 0)).toBe(true);
    expect([...phases].sort((a, b) => a - b)).toEqual(phases);
  });

  it('does not keep the fleet from ending cleanly when it is told to', async () => {
    watch.stop();
    world.demo?.signal('SIGTERM');
    expect(await world.demo?.ended).toBe(0);
  });
});
