import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { verifyAudit } from '@fleetmend/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killPoints, type KillPoint } from './kill-points.ts';
import { startFleet, type RunningFleet } from './running-fleet.ts';
import { commitsOnMain, stateFolder } from './state-folder.ts';

/** So many worlds at once; more would only wait for each other. */
const LANES = 3;
const PATIENCE = 240_000;
const LOOK_EVERY = 10;

interface Row {
  readonly point: string;
  readonly phase: string;
  /** From the start to the kill, and from the second start to its end. */
  readonly seconds: readonly [number, number];
  readonly outcome: string;
}

const folder = mkdtempSync(join(tmpdir(), 'kill-nine-'));
const table: Row[] = [];
const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
const seconds = (since: number): number => Math.round((performance.now() - since) / 100) / 10;

const start = (stateDir: string): RunningFleet => startFleet({ command: ['npm', 'start', '--silent', '--', '--once', '--json', '--accelerated', '--state-dir', stateDir] });

/** Plays to the end; the last line on standard output. */
async function finish(stateDir: string): Promise<string> {
  const fleet = start(stateDir);
  const status = await fleet.ended;
  if (status === 0) return fleet.stdout().trim().split('\n').at(-1) ?? '';
  throw new Error(`the demo in ${stateDir} ended with ${status}:\n${fleet.stderr().split('\n').slice(-15).join('\n')}\n${fleet.stdout().slice(-800)}`);
}

/** Starts the demo, and kills all of it at the point; whether it was alive until then. */
async function killAt({ name, reached, later = 0 }: KillPoint, stateDir: string): Promise<number | string> {
  const state = stateFolder(stateDir);
  const fleet = start(stateDir);
  const gone = fleet.ended.then(() => true);
  try {
    while (!reached(state, fleet.stderr())) {
      if (await Promise.race([gone, pause(LOOK_EVERY, false)])) throw new Error(`the demo ended before "${name}": ${fleet.stderr().slice(-800)}`);
    }
    if (later > 0) await pause(later);
  } finally {
    await fleet.kill();
  }
  return fleet.ended;
}

/** What must hold in the end, wherever it was killed: seen in the files, not told by the product. */
async function expectOneRepair(stateDir: string): Promise<void> {
  const state = stateFolder(stateDir);
  const { requests, limit } = state.afterwards();
  expect(requests.map(({ status, spec }) => [spec.target?.name, status?.phase, status?.attempt])).toEqual([['checkout', 'Succeeded', 1]]);
  expect(state.pullRequests()).toEqual([{ number: 1, state: 'Merged' }]);
  expect(limit).toBe('128Mi');
  const [initial, ...rest] = commitsOnMain(state.repository);
  expect(initial?.request).toBe('');
  expect(rest).toMatchObject([{ request: `shop-team/${requests[0]?.metadata.name}`, files: [{ file: 'clusters/prod-1/shop/checkout.yaml', added: 1, removed: 1 }] }]);
  expect(await verifyAudit(join(stateDir, 'hub', 'audit.jsonl'))).toMatchObject({ intact: true });
}

async function killAndGoOn(point: KillPoint, stateDir: string): Promise<void> {
  const began = performance.now();
  const endedBy = await killAt(point, stateDir);
  const toKill = seconds(began);
  const { requests } = stateFolder(stateDir).afterwards();
  const phase = requests.map(({ status }) => status?.phase ?? 'new').join(', ') || 'None';
  const again = performance.now();
  const note = (outcome: string): number => table.push({ point: point.name, phase, seconds: [toKill, seconds(again)], outcome });
  try {
    expect(endedBy).toBe('SIGKILL');
    const result: unknown = JSON.parse(await finish(stateDir));
    expect(result).toMatchObject({ phase: 'Succeeded', attempt: 1, requests: 1, pullRequest: { state: 'merged', number: 1 }, memory: { before: '64Mi', after: '128Mi' } });
    await expectOneRepair(stateDir);
    note('one merged pull request, Succeeded');
  } catch (error) {
    note(`FAILED, see ${stateDir}`);
    throw error;
  }
}

function printTable(): void {
  const inOrder = killPoints.flatMap(({ name }) => table.filter(({ point }) => point === name));
  const lines = inOrder.map(({ point, phase, seconds: [before, after], outcome }) => `${point.padEnd(42)} ${phase.padEnd(16)} ${before.toFixed(1).padStart(6)} ${after.toFixed(1).padStart(6)}  ${outcome}`);
  process.stdout.write(`\n${'killed when'.padEnd(42)} ${'phase'.padEnd(16)} to kill to end  outcome\n${lines.join('\n')}\n`);
}

// Builds what `npm start` builds once, and shows that the demo is whole where nobody kills it.
beforeAll(async () => {
  const stateDir = join(folder, 'whole');
  await finish(stateDir);
  await expectOneRepair(stateDir);
}, PATIENCE);

afterAll(printTable);

describe('npm start, killed with everything it had started', () => {
  it.concurrent.each(killPoints.map((point, index) => ({ ...point, index })))('when $name, ends with one merged pull request when it is started again', async ({ index, ...point }) => {
    const lane = index % LANES;
    const turn = (lanes[lane] ?? Promise.resolve()).then(() => killAndGoOn(point, join(folder, String(index + 1))));
    lanes[lane] = turn.catch(() => undefined);
    await turn;
  }, PATIENCE);

  it('was killed over the whole of its story', () => {
    // Of nine steps; a fast machine may be through with a short one before it is seen.
    expect(new Set(table.map(({ phase }) => phase)).size).toBeGreaterThanOrEqual(7);
  });
});
