import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentBus } from '@fleetmend/bus';
import { seededRandom, seconds, sha256 } from '@fleetmend/kernel';
import type { FailureEvent } from '@fleetmend/model';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../agent-log.ts';
import type { Tracked } from '../detect/tracker.ts';
import { NO_HISTORY } from '../detect/flapping.ts';
import { createOpenSetStore } from './open-set-file.ts';
import { startReporter } from './reporter.ts';

const finding = { class: 'OOMKilled', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, observation: { reason: 'OOMKilled', message: 'token=abc123def456' } } as const;
const entry = (name: string, count = 1): Tracked => ({ fingerprint: sha256(name), detector: 'oom-killed', finding: structuredClone(finding), firstSeen: 5, count, state: 'open', lastSeen: 5, healthySince: undefined, checked: 0, history: NO_HISTORY, seenInPeriod: true });

function reporter(options: { readonly publish?: (event: FailureEvent) => Promise<void> } = {}) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const published: FailureEvent[] = [];
  const bus = { publishFailure: options.publish ?? (async (event: FailureEvent) => void published.push(event)) } as AgentBus;
  const running = startReporter({ cluster: 'prod-1', epoch: 9, bus, clock, random: seededRandom(1), signal: stop.signal, log: silentLog, evidenceOf: async () => sha256('evidence'), redact: (text) => text.replace('abc123def456', '__TOKEN__') });
  return { clock, published, running, stop };
}

describe('a reporter', () => {
  it('publishes states in order, each with a higher version, and with what was redacted', async () => {
    const { clock, published, running } = reporter();
    for (const state of ['open', 'closed', 'open'] as const) {
      running.report(entry('a'), state);
      await clock.run(10);
    }
    expect(published.map(({ state, version, epoch, evidence }) => [state, version, epoch, evidence])).toEqual([['open', 1, 9, sha256('evidence')], ['closed', 2, 9, undefined], ['open', 3, 9, sha256('evidence')]]);
    expect(JSON.stringify(published)).not.toContain('abc123def456');
  });

  it('tries until it is acknowledged, and then tells only the last state', async () => {
    let up = false;
    const heard: FailureEvent[] = [];
    const { clock, running } = reporter({
      publish: async (event) => {
        if (!up) throw new Error('no connection');
        heard.push(event);
      },
    });
    running.report(entry('a'), 'open');
    running.report(entry('b'), 'open');
    await clock.run(seconds(100));
    running.report(entry('a'), 'closed');
    await clock.run(seconds(100));
    expect(running.stats()).toEqual({ waiting: 2, published: 0 });
    up = true;
    await clock.run(seconds(40));
    expect(heard.map(({ fingerprint, state }) => `${fingerprint === sha256('a') ? 'a' : 'b'} ${state}`).toSorted()).toEqual(['a closed', 'b open']);
    expect(running.stats()).toEqual({ waiting: 0, published: 2 });
  });

  it('says when all that was queued is acknowledged', async () => {
    const { clock, published, running } = reporter();
    for (let number = 0; number < 50; number += 1) running.report(entry(`${number}`), 'open');
    const settled = running.settled().then(() => published.length);
    await clock.run(10);
    expect(await settled).toBe(50);
  });

  it('ends when its signal is aborted', async () => {
    const { running, stop } = reporter();
    stop.abort(new Error('stopped'));
    await running.done;
  });
});

describe('the open set on disk', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fleetmend-open-set-'));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const store = (cluster = 'prod-1', warnings: string[] = []) => createOpenSetStore({ stateDir: dir, cluster, log: { ...silentLog, warn: (message) => warnings.push(message) } });
  const { fingerprint, firstSeen, count } = entry('a');
  const file = { epoch: 12, entries: [{ fingerprint, detector: 'oom-killed', finding: structuredClone(finding), firstSeen, count }] };

  it('comes back as it was written, for the same cluster only', () => {
    store().write(file);
    expect(store().read()).toMatchObject(file);
    expect(store('prod-2').read()).toEqual({ epoch: 0, entries: [] });
  });

  it('is empty where there was none', () => {
    expect(store().read()).toEqual({ epoch: 0, entries: [] });
  });

  it('costs a message and no more when it cannot be written', () => {
    const warnings: string[] = [];
    const broken = store('prod-1', warnings);
    rmSync(dir, { recursive: true, force: true });
    broken.write(file);
    broken.write(file);
    expect(warnings).toEqual([expect.stringContaining(`cannot be kept in ${dir}`)]);
  });

  it.each(['{"schema":1,', '{"schema":1,"cluster":"prod-1","epoch":1,"entries":[{}]}', ''])('that cannot be read is kept aside, with a message that names it: %s', (text) => {
    const warnings: string[] = [];
    store();
    writeFileSync(join(dir, 'open-set.json'), text);
    expect(store('prod-1', warnings).read()).toEqual({ epoch: 0, entries: [] });
    expect(warnings[0]).toContain(join(dir, 'open-set.json.unreadable'));
    expect(readFileSync(join(dir, 'open-set.json.unreadable'), 'utf8')).toBe(text);
  });
});
